import type { PairValues, TableScan } from '../../../core/featureTable.ts';
import { displacement } from '../../../metrics/displacement.ts';
import { pairFidelity } from '../../../metrics/pairFidelity.ts';
import type { conformAlone } from '../conformPair.ts';
import { measuredScan, type MeasuredScan } from '../features.ts';
import { armCatalogue, armIds, type ArmId } from './armCatalogue.ts';
import { armStatistics, type ArmReference } from './armReference.ts';
import { armVolume } from './armTransforms.ts';

/** What one arm made of one scan, measured; or why there is nothing. */
export type ArmOutcome = Readonly<{ arm: ArmId; measured: MeasuredScan; pair: PairValues }> | Readonly<{ arm: ArmId; unavailable: string }>;

/** What a report calls an arm and says it is for. */
export const armNotes = Object.fromEntries(
  armIds.map((arm) => {
    const { name, does, role } = armCatalogue[arm];
    return [arm, { name, purpose: does, kind: role === 'wrong' ? 'control' : 'comparator' }];
  }),
) as Readonly<Record<ArmId, Readonly<{ name: string; purpose: string; kind: 'comparator' | 'control' }>>>;

type Asked = Readonly<{ arms: readonly ArmId[]; reference: ArmReference; seed: number }>;

/**
 * Every asked arm of one conformed scan, one volume at a time: features in the source's own masks, and fidelity to it
 * (V-30, V-31) on the working grid.
 */
export function imageArms(source: ReturnType<typeof conformAlone>, is: Pick<TableScan, 'name' | 'subject' | 'site'>, { arms, reference, seed }: Asked): ArmOutcome[] {
  const context = { name: is.name, brain: source.brain, headBox: source.trace.headFrame.box, own: armStatistics(source), reference, seed };
  return arms.map((arm): ArmOutcome => {
    const volume = armVolume(arm, context, source.working);
    if ('unavailable' in volume) return { arm, unavailable: volume.unavailable };
    const moved = displacement(source.working, volume, source.head);
    return {
      arm,
      measured: measuredScan({ ...is, role: 'after', arm }, { ...source, working: volume }),
      pair: {
        name: is.name, subject: is.subject, arm,
        values: { ...pairFidelity(source.working, volume, source), displacementMedian: moved?.median ?? null, displacementP99: moved?.p99 ?? null },
      },
    };
  });
}
