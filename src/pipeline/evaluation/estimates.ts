import type { Estimate } from '../../core/cohortRecord.ts';
import { bcaInterval } from '../../metrics/bootstrap.ts';

/** How the statistics of one evaluation are drawn. */
export type StatisticsPlan = Readonly<{ confidence: number; resamples: number; permutations: number; seed: number }>;

/** Items of one subject stay together: `clusters[n]` lists the positions of subject n's items. */
export type Clusters = readonly (readonly number[])[];

export function clustersOf(subjects: readonly string[]): Clusters {
  const bySubject = new Map<string, number[]>();
  subjects.forEach((subject, position) => {
    const positions = bySubject.get(subject);
    if (positions === undefined) bySubject.set(subject, [position]);
    else positions.push(position);
  });
  return [...bySubject.values()];
}

/** A statistic over items, with its cluster bootstrap interval over subjects where there are at least three. */
export function estimated(statistic: (items: readonly number[]) => number, clusters: Clusters, plan: StatisticsPlan): Estimate {
  const value = statistic(clusters.flat());
  if (!Number.isFinite(value)) return { unavailable: 'UNDEFINED' };
  const interval = bcaInterval((drawn) => statistic(drawn.flatMap((cluster) => clusters[cluster]!)), { ...plan, clusters: clusters.length });
  return 'low' in interval ? { value, ...interval } : { value, noInterval: interval.withheld };
}

export function valueOf(estimate: Estimate): number | null {
  return 'value' in estimate ? estimate.value : null;
}
