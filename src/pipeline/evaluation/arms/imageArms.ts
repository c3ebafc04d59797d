import type { PairValues, TableScan } from '../../../core/featureTable.ts';
import { finiteOrNull } from '../../../core/moments.ts';
import type { Volume } from '../../../core/volume.ts';
import { displacement } from '../../../metrics/displacement.ts';
import { idempotence } from '../../../metrics/idempotence.ts';
import type { PairFidelity } from '../../../metrics/pairFidelity.ts';
import type { conformAlone } from '../conformPair.ts';
import { measuredScan, type MeasuredScan } from '../features.ts';
import type { ArmId } from './armCatalogue.ts';
import { armStatistics, type ArmReference } from './armReference.ts';
import { armVolume } from './armTransforms.ts';

/** What one arm made of one scan, measured; or why there is nothing. */
export type ArmOutcome = Readonly<{ arm: ArmId; measured: MeasuredScan; pair: PairValues }> | Readonly<{ arm: ArmId; unavailable: string }>;

/** A conformed scan with what arms share: its own row of features, and how outputs are compared with it. */
export type ArmSource = ReturnType<typeof conformAlone> & Readonly<{ row: Float64Array; fidelity: Fidelity }>;
type Fidelity = (output: Volume<'model'>) => PairFidelity;
type Asked = Readonly<{ arms: readonly ArmId[]; reference: ArmReference; seed: number }>;

/**
 * Every asked arm of one conformed scan, one volume at a time: features in the source's own masks, and fidelity to it
 * (V-30, V-31) on the working grid.
 */
export function imageArms(source: ArmSource, is: Pick<TableScan, 'name' | 'subject' | 'site'>, { arms, reference, seed }: Asked): ArmOutcome[] {
  const context = { name: is.name, brain: source.brain, headBox: source.trace.headFrame.box, own: armStatistics(source), reference, seed };
  return arms.map((arm): ArmOutcome => {
    const volume = armVolume(arm, context, source.working);
    if ('unavailable' in volume) return { arm, unavailable: volume.unavailable };
    return {
      arm,
      measured: measuredScan({ ...is, role: 'after', arm }, { ...source, working: volume }, source.row),
      pair: withIdempotence(pairValues({ ...is, arm }, source, volume, source.fidelity), source, volume, armVolume(arm, { ...context, own: armStatistics({ ...source, working: volume }) }, volume)),
    };
  });
}

/** What the arm still changes of its own output; of a method that ran elsewhere nobody knows. */
function withIdempotence(pair: PairValues, { working, brain }: ArmSource, once: Volume<'model'>, twice: ReturnType<typeof armVolume>): PairValues {
  const value = 'unavailable' in twice ? NaN : idempotence(working, once, twice, brain);
  return { ...pair, values: { ...pair.values, idempotence: finiteOrNull(value) } };
}

/** Fidelity of an output to its source, and how far it moved. */
export function pairValues({ name, subject, arm }: Omit<PairValues, 'values'>, source: Pick<ArmSource, 'working' | 'head'>, output: Volume<'model'>, fidelity: Fidelity): PairValues {
  const moved = displacement(source.working, output, source.head);
  return { name, subject, arm, values: { ...fidelity(output), displacementMedian: moved?.median ?? null, displacementP99: moved?.p99 ?? null, idempotence: null } };
}
