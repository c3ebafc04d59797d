import type { Estimate, PairedRow, SummaryRow } from '../../core/cohortRecord.ts';
import { mean, variance } from '../../core/moments.ts';
import { LEAST_SUBJECTS, pairedPermutationP } from '../../metrics/permutation.ts';
import { spearman } from '../../metrics/spearman.ts';
import type { CohortFeatures } from './distances.ts';
import { clustersOf, estimated, type Clusters, type StatisticsPlan } from './estimates.ts';
import type { Compared } from './compared.ts';
import type { PairedErrors } from './evaluatePair.ts';

/** Means of each set, and whether subjects kept their order (Spearman) and spread (variance ratio; validation.md V-36). */
export function summaryRows(cohort: CohortFeatures, plan: StatisticsPlan): SummaryRow[] {
  return cohort.compared.summaries.map((id) => {
    const values = (set: 'before' | 'after' | 'reference'): (number | null)[] => cohort[set].map(({ summaries }) => summaries[id] ?? null);
    const [before, after] = [values('before'), values('after')];
    // a scan without the value is left out on both sides, so that the rest stays paired
    const kept = before.flatMap((value, n) => (value !== null && after[n] !== null ? [n] : []));
    const clusters = clustersOf(kept.map((n) => cohort.subjects[n]!));
    const at = (set: readonly (number | null)[], items: readonly number[]): number[] => items.map((item) => set[kept[item]!]!);
    const few: Estimate = { unavailable: 'FEW_SUBJECTS' };
    const hasEnough = clusters.length >= LEAST_SUBJECTS;
    return {
      id,
      before: meanEstimate(before, cohort.subjects, plan),
      after: meanEstimate(after, cohort.subjects, plan),
      reference: meanEstimate(values('reference'), cohort.referenceSubjects, plan),
      orderKept: hasEnough ? estimated((items) => spearman(at(before, items), at(after, items)), clusters, plan) : few,
      spreadRatio: hasEnough ? estimated((items) => variance(at(after, items)) / variance(at(before, items)), clusters, plan) : few,
    };
  });
}

function meanEstimate(values: readonly (number | null)[], subjects: readonly string[], plan: StatisticsPlan): Estimate {
  const known = values.flatMap((value, n) => (value === null ? [] : [{ value, subject: subjects[n]! }]));
  if (known.length === 0) return { unavailable: 'NO_VALUES' };
  return estimated((items) => mean(items.map((n) => known[n]!.value)), clustersOf(known.map(({ subject }) => subject)), plan);
}

/** Error to the same person on the reference scanner, before and after, and the share of it that is gone. */
export function pairedRows(errors: readonly PairedErrors[], subjects: readonly string[], { errors: { regions, measures } }: Compared, plan: StatisticsPlan): PairedRow[] {
  if (errors.length === 0) return [];
  const clusters = clustersOf(subjects);
  return regions.flatMap((region) =>
    measures.map((measure): PairedRow => {
      const values = errors.map((error) => error[region]![measure]!);
      const meanOf = (arm: 'before' | 'after') => (items: readonly number[]): number => mean(items.map((n) => values[n]![arm]));
      return {
        region,
        measure,
        before: estimated(meanOf('before'), clusters, plan),
        after: estimated(meanOf('after'), clusters, plan),
        gapClosed:
          measure === 'mae'
            ? estimated((items) => 1 - meanOf('after')(items) / meanOf('before')(items), clusters, plan)
            : { unavailable: 'SEE_MAE' },
        p: pairedP(values, clusters, measure === 'mae' ? 1 : -1, plan),
      };
    }),
  );
}

/** One-sided: is the error after smaller? `sign` is −1 where larger is better. */
function pairedP(values: readonly Readonly<{ before: number; after: number }>[], clusters: Clusters, sign: 1 | -1, plan: StatisticsPlan): Estimate {
  if (clusters.length < LEAST_SUBJECTS) return { unavailable: 'FEW_SUBJECTS' };
  const gains = clusters.map((items) => sign * mean(items.map((n) => values[n]!.before - values[n]!.after)));
  const statistic = (exchanged: readonly boolean[]): number => mean(gains.map((gain, n) => (exchanged[n] ? -gain : gain)));
  return { value: pairedPermutationP(statistic, clusters.length, plan) };
}
