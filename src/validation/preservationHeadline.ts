import type { Finding, Headline, ValidationRow } from '../core/validationRecord.ts';
import { weightedMean } from './batchHeadline.ts';
import { effectScore } from './effectRows.ts';
import { found, medianOf, valueOf } from './findings.ts';
import { LOST_EDGES, preservationGates, type PreservationMetric, preservationWeights } from './plan.ts';
import { findingOf } from './preservationRows.ts';

/**
 * Second headline: is the patient still there? Weighted parts, each 0…1: order, spread and distances of people, outputs
 * that find their own source, edges, effects of covariates; the whole falls with what tells people apart
 * (`preservationGates`). Withheld where covariates cannot be told from sites (V-03).
 *
 * The interval moves every part to its own worst and best score at once: wider than one resampling of all would give.
 * None where no part moves at all.
 */
export function preservationHeadline(rows: readonly ValidationRow[], arm: string, identifiable: boolean | null): Headline {
  const raw: Readonly<Record<PreservationMetric, Finding>> = {
    orderKept: findingOf(rows, 'V-36', 'orderKept', arm),
    spreadRatio: findingOf(rows, 'V-36', 'spreadRatio', arm),
    distanceOrder: findingOf(rows, 'V-36', 'distanceOrder', arm),
    identifiability: findingOf(rows, 'V-36', 'identifiability', arm),
    gradientCorrelation: findingOf(rows, 'V-30', 'gradientCorrelation', arm),
    effectRetained: medianEffect(rows, arm),
  };
  const metrics = Object.keys(preservationWeights) as PreservationMetric[];
  const scored = (of: (finding: Finding) => number): Record<PreservationMetric, number> =>
    Object.fromEntries(metrics.map((metric) => [metric, scoreOf(metric, of(raw[metric]))])) as Record<PreservationMetric, number>;
  const scores = scored(valueOf);
  const parts = metrics.map((statistic) => ({ statistic, weight: preservationWeights[statistic], raw: raw[statistic], score: found(scores[statistic], {}, 'NOT_MEASURED') }));
  if (identifiable === false) return { arm, finding: { unavailable: 'NOT_IDENTIFIABLE' }, parts };
  const gate = (of: (finding: Finding) => number): number => gateOf(of(raw.spreadRatio), of(findingOf(rows, 'V-36', 'spreadToReference', arm)), of(raw.identifiability));
  const value = weightedMean(scores, preservationWeights) * gate(valueOf);
  // worst and best score of each part within its interval: a spread may shrink or grow, and both ends then score less
  const sides = [...(['low', 'high'] as const).map((side) => (finding: Finding) => end(finding, side)), valueOf];
  const spans = sides.map(scored);
  const gates = sides.map(gate);
  const ends = [Math.min, Math.max].map((extreme) => {
    const held = Object.fromEntries(metrics.map((metric) => [metric, extreme(...spans.map((own) => own[metric]))]));
    return weightedMean(held, preservationWeights) * extreme(...gates);
  });
  const [low, high] = [Math.min(value, ...ends), Math.max(value, ...ends)];
  // nothing moved under resampling, as for an exact correction: a width of 0 would claim to be certain
  const interval = Number.isFinite(low) && low < high ? { low, high } : { withheld: 'NOTHING_MOVED' };
  return { arm, parts, finding: Number.isFinite(value) ? found(value, { interval }) : { unavailable: 'TOO_LITTLE_MEASURED' } };
}

/**
 * 1, or the shares of spread and identity that are left of what is asked. Spread counts as kept where it is that of the
 * people before or that of the reference's: taking a site's scale away changes the first.
 */
function gateOf(spreadRatio: number, spreadToReference: number, identifiability: number): number {
  const spread = Math.max(...[spreadRatio, spreadToReference].filter(Number.isFinite));
  const share = (value: number, limit: number): number => (Number.isFinite(value) ? Math.min(1, value / limit) : 1);
  return share(spread, preservationGates.spread) * share(identifiability, preservationGates.identifiability);
}

function end(finding: Finding, side: 'low' | 'high'): number {
  return 'value' in finding ? (finding[side] ?? finding.value) : NaN;
}

/** Of all covariates with an effect to keep, the one in the middle. */
function medianEffect(rows: readonly ValidationRow[], arm: string): Finding {
  const own = rows.filter(({ item, statistic, arm: of }) => item === 'V-34' && statistic === 'effectRetained' && of === arm).map(({ finding }) => finding);
  const value = medianOf(own.map(valueOf));
  return own.find((finding) => valueOf(finding) === value) ?? found(value, {}, 'NO_COVARIATES');
}

function scoreOf(metric: PreservationMetric, value: number): number {
  if (!Number.isFinite(value)) return NaN;
  if (metric === 'spreadRatio') return Math.max(0, Math.min(value, 1 / value));
  if (metric === 'gradientCorrelation') return Math.max(0, (value - LOST_EDGES) / (1 - LOST_EDGES));
  if (metric === 'effectRetained') return effectScore(value);
  return Math.max(0, Math.min(1, value));
}
