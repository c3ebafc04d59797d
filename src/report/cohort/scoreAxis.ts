import type { Finding } from '../../core/validationRecord.ts';

/** A score lies within −1…1; the half below 0, where there is only harm, is drawn if anything lies in it. */
export function scoreAxis(findings: readonly (Finding | undefined)[]): readonly [number, number] {
  const isBelow = findings.some((finding) => finding !== undefined && 'value' in finding && Math.min(finding.value, finding.low ?? 0) < 0);
  return [isBelow ? -1 : 0, 1];
}

/** The part of an interval that the axis shows. */
export function withinAxis(low: number, high: number, [from, to]: readonly [number, number]): Readonly<{ low: number; high: number }> {
  return { low: Math.max(from, low), high: Math.min(to, high) };
}
