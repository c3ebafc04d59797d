import { ConcordError } from '../core/errors.ts';
import type { NetworkSession, Tensor, TensorSpec } from './onnxRuntime.ts';

/** What the manifest claims of one network. */
export type NetworkClaim = Readonly<{ inputs: readonly TensorSpec[]; outputs: readonly TensorSpec[] }>;

/**
 * The claim is compared with the file, then executed on zeros: names, dtypes and shapes of the answer, and that it is finite.
 *
 * @throws CONCORD_MODEL_SHAPE
 */
export async function checkNetwork(name: string, session: NetworkSession, claim: NetworkClaim): Promise<void> {
  compareSpecs(`${name} inputs`, claim.inputs, session.inputs);
  compareSpecs(`${name} outputs`, claim.outputs, session.outputs);
  const zeros = claim.inputs.map((spec): [string, Tensor] => {
    const shape = shapeForOne(spec);
    return [spec.name, { shape, samples: new Float32Array(shape.reduce((a, b) => a * b, 1)) }];
  });
  const outputs = await session.run(Object.fromEntries(zeros));
  for (const spec of claim.outputs) {
    const expected = shapeForOne(spec).join('×');
    const got = outputs[spec.name]?.shape.join('×');
    if (got !== expected) refuse(`${name} output ${spec.name}: expected ${expected}, got ${String(got)}`);
  }
}

/** Named dimensions (the batch) are 1 in the trial run, and those named as a multiple (`8*J`) that number. */
function shapeForOne(spec: TensorSpec): number[] {
  return spec.shape.map((dimension) => (typeof dimension === 'number' ? dimension : Number(/^(\d+)\*/.exec(dimension)?.[1] ?? 1)));
}

/** The order of tensors does not matter, a missing, added or reshaped one does; a named dimension agrees with any named one. */
function compareSpecs(what: string, claimed: readonly TensorSpec[], found: readonly TensorSpec[]): void {
  const describe = (specs: readonly TensorSpec[]): string =>
    specs
      .map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.map((d) => (typeof d === 'number' ? d : 'n')).join(', ')}]`)
      .sort()
      .join('; ');
  if (describe(claimed) !== describe(found)) {
    refuse(`${what}: the manifest says ${describe(claimed)}; the file has ${describe(found)}`);
  }
}

function refuse(message: string): never {
  throw new ConcordError('CONCORD_MODEL_SHAPE', `${message}.`);
}
