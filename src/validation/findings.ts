import type { Finding, ItemId, ValidationRow } from '../core/validationRecord.ts';
import type { Interval } from '../metrics/bootstrap.ts';

/** An interval, or the code of why there is none. */
export type IntervalOrReason = Interval | Readonly<{ withheld: string }>;

/** A finding from a number that may not exist: never NaN, always a reason. */
export function found(value: number, extra: Readonly<{ interval?: IntervalOrReason; p?: number; q?: number; detectable?: number }> = {}, reason = 'UNDEFINED'): Finding {
  if (!Number.isFinite(value)) return { unavailable: reason };
  const { interval, p, q, detectable } = extra;
  return {
    value,
    ...(interval === undefined ? {} : 'low' in interval ? { low: interval.low, high: interval.high } : { noInterval: interval.withheld }),
    ...(p === undefined || Number.isNaN(p) ? {} : { p }),
    ...(q === undefined || Number.isNaN(q) ? {} : { q }),
    ...(detectable === undefined || Number.isNaN(detectable) ? {} : { detectable }),
  };
}

export function valueOf(finding: Finding): number {
  return 'value' in finding ? finding.value : NaN;
}

type Place = Readonly<{ item: ItemId; arm: string; sites?: string; scope?: string; n: number }>;

/** Rows of one place: statistic → finding. */
export function rowsOf({ item, arm, sites = 'all', scope = 'all', n }: Place, findings: Readonly<Record<string, Finding>>): ValidationRow[] {
  return Object.entries(findings).map(([statistic, finding]) => ({ item, statistic, arm, sites, scope, n, finding }));
}

/** A row that says why there is no number. */
export function absent(item: ItemId, statistic: string, reason: string): ValidationRow {
  return { item, statistic, arm: 'cohort', sites: 'all', scope: 'all', n: 0, finding: { unavailable: reason } };
}

/** Median of the finite values; NaN of none. */
export function medianOf(values: readonly number[]): number {
  const finite = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (finite.length === 0) return NaN;
  const middle = finite.length >> 1;
  return finite.length % 2 === 1 ? finite[middle]! : (finite[middle - 1]! + finite[middle]!) / 2;
}

/** Share of the finite values that hold; NaN of none. */
export function shareOf(values: readonly number[], holds: (value: number) => boolean): number {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? NaN : finite.filter(holds).length / finite.length;
}
