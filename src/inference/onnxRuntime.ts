import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { ConcordError } from '../core/errors.ts';

/** Where networks can run. `auto` is resolved to one of these before a session is made (device.ts). */
export type Provider = 'cpu' | 'cuda' | 'webgpu';

/** A float32 tensor, C order (last dimension fastest). */
export type Tensor = Readonly<{ shape: readonly number[]; samples: Float32Array }>;

/** What a network file says of one of its tensors; a dimension that may vary is text. */
export type TensorSpec = Readonly<{ name: string; dtype: string; shape: readonly (number | string)[] }>;

/** A loaded network; holds native memory until closed. */
export type NetworkSession = Readonly<{
  inputs: readonly TensorSpec[];
  outputs: readonly TensorSpec[];
  /** @throws CONCORD_MODEL_SHAPE when the runtime refuses the inputs, or an output is not finite */
  run: (inputs: Readonly<Record<string, Tensor>>) => Promise<Readonly<Record<string, Tensor>>>;
  close: () => Promise<void>;
}>;

/** Results differ by some bits between levels, so one level is used everywhere and stands in every record. */
export const GRAPH_OPTIMIZATION = 'all';

export const onnxruntimeVersion: string = ort.env.versions.node ?? ort.env.versions.common;

/** The runtime's module file, for children that load it on their own. */
export function runtimeModulePath(): string {
  return createRequire(import.meta.url).resolve('onnxruntime-node');
}

/** The providers this build of the runtime knows by name; knowing is not being able to (device.ts probes that). */
export function listProviders(): readonly string[] {
  return ort.listSupportedBackends().map((backend) => backend.name);
}

export function defaultThreads(): number {
  return availableParallelism();
}

/**
 * A session on exactly `provider`. The runtime silently drops providers that it does not know, so the name is checked
 * first; those it knows but cannot start make it throw, and the loader's own text is handed on.
 *
 * @throws CONCORD_DEVICE when the provider is unknown or does not start
 * @throws CONCORD_MODEL_SHAPE when the model itself does not load
 */
export async function createSession(
  model: Uint8Array, options: Readonly<{ provider: Provider; threads: number }>,
): Promise<NetworkSession> {
  if (!listProviders().includes(options.provider)) {
    throw new ConcordError(
      'CONCORD_DEVICE',
      `Device ${options.provider} is not part of this onnxruntime build, which has: ${listProviders().join(', ')}.`,
    );
  }
  const session = await open(model, options);
  return {
    inputs: session.inputMetadata.map(tensorSpec),
    outputs: session.outputMetadata.map(tensorSpec),
    run: (inputs) => run(session, inputs),
    close: () => session.release(),
  };
}

async function open(model: Uint8Array, { provider, threads }: { provider: Provider; threads: number }): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: GRAPH_OPTIMIZATION,
      // the arena keeps its peak for ever; batches of draws vary, and many scans run in one process
      enableCpuMemArena: false,
      logSeverityLevel: 3,
      // idle threads must not spin: other workers need the cores
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    const code = provider === 'cpu' ? 'CONCORD_MODEL_SHAPE' : 'CONCORD_DEVICE';
    throw new ConcordError(code, `onnxruntime cannot open the network on ${provider}: ${textOf(cause)}`, { cause });
  }
}

async function run(session: ort.InferenceSession, inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, samples }]) => [name, new ort.Tensor('float32', samples, shape)]),
  );
  let results: ort.InferenceSession.ReturnType;
  try {
    results = await session.run(feeds);
  } catch (cause) {
    throw new ConcordError('CONCORD_MODEL_SHAPE', `onnxruntime cannot run the network: ${textOf(cause)}`, { cause });
  }
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, checkedOutput(name, tensor)]));
}

/** The runtime hands NaN through without a word; here it ends the scan. */
function checkedOutput(name: string, tensor: ort.Tensor): Tensor {
  if (!(tensor.data instanceof Float32Array)) {
    throw new ConcordError('CONCORD_MODEL_SHAPE', `Output ${name} must be float32, got ${tensor.type}.`);
  }
  if (!tensor.data.every(Number.isFinite)) {
    throw new ConcordError('CONCORD_MODEL_SHAPE', `Output ${name} holds a value that is not finite.`);
  }
  return { shape: tensor.dims, samples: tensor.data };
}

function tensorSpec(metadata: ort.InferenceSession.ValueMetadata): TensorSpec {
  return metadata.isTensor
    ? { name: metadata.name, dtype: metadata.type, shape: metadata.shape }
    : { name: metadata.name, dtype: 'not a tensor', shape: [] };
}

/** Native libraries throw errors, strings and numbers. */
function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
