import { mean } from '../core/moments.ts';
import { randomStream } from '../core/random.ts';
import type { Finding, ValidationRow } from '../core/validationRecord.ts';
import { compareNested, designOf, dummies, fitLinear } from '../metrics/cohort/linearModel.ts';
import { columnOf } from '../metrics/cohort/matrix.ts';
import { benjaminiHochberg } from '../metrics/cohort/multipleTesting.ts';
import { type Counts, countsOf } from '../metrics/drawn.ts';
import { shuffled } from '../metrics/permutation.ts';
import { equivalenceOfDraws, intervalFrom, type Resampled, resampled, type Resamples, resamplesOf } from '../metrics/resampling.ts';
import type { CovariateColumn } from './covariates.ts';
import { type Cohort, referenceScans, sourceRows } from './cohortUnits.ts';
import { columnsOf } from './featureSets.ts';
import { found, medianOf, rowsOf, shareOf } from './findings.ts';
import { margins, type ValidationPlan } from './plan.ts';

/** Fewer people with a known value have no effect worth a number. */
const LEAST_PEOPLE = 8;

/**
 * V-34: are effects of age, sex, … of the same size after as before? Within sites, so that no site difference can pose
 * as an effect. `effectRetained` is the slope of the effects after on the effects before, over features and through 0:
 * 1 kept, 0 lost; effects are in SDs between people of the same arm. `effectRetainedRaw` is the same in the features' own
 * units, which harmonization may rescale. `effectEquivalence`: p of two one-sided tests that the effect is not kept within
 * the margin. Where everybody travelled, `effectOfReference` compares with the effects that the same people's reference scans
 * show: where scanners differ much, what *before* shows is no truth. The shuffled covariate is the negative control.
 */
export function effectRows(cohort: Cohort, arm: string, covariates: readonly CovariateColumn[], plan: ValidationPlan): ValidationRow[] {
  const columns = columnsOf(cohort, cohort.regions.inner);
  return covariates.flatMap((covariate) => {
    const rows = sourceRows(cohort).filter((row) => Number.isFinite(covariate.values[row]!));
    const place = { item: 'V-34', arm, scope: covariate.name, n: rows.length } as const;
    const own = rows.map((row) => covariate.values[row]!);
    if (rows.length < LEAST_PEOPLE || own.every((value) => value === own[0]) || columns.length === 0) return rowsOf(place, { effectRetained: { unavailable: rows.length < LEAST_PEOPLE ? 'FEW_SUBJECTS' : 'CONSTANT' } });
    const sites = rows.map((row) => cohort.units[row]!.site);
    const valuesOf = (name: string, units: readonly number[]): Float64Array[] =>
      columns.map((column) => withinSites(units.map((unit) => cohort.standard.get(name)!.values[unit * cohort.features.length + column]!), sites));
    const [before, after] = [valuesOf('before', rows), valuesOf(arm, rows)];
    const references = referenceScans(cohort);
    const twins = rows.flatMap((row) => references.get(cohort.units[row]!.subject) ?? []);
    const x = withinSites(own, sites);
    const resamples = resamplesOf(rows.map((row) => cohort.units[row]!), plan);
    const mixed = withinSites(shuffled(own, randomStream(`${plan.seed}|covariate|${covariate.name}`)), sites);
    return rowsOf(place, {
      ...retained({ x, before, after }, resamples, plan),
      ...(twins.length === rows.length && { effectOfReference: shareFinding(drawnShares({ x, before: valuesOf(arm, twins), after }, 'correlation', resamples), plan) }),
      medianPartialR2: found(medianOf(after.map((values) => relation(x, values).correlation ** 2))),
      shuffledPartialR2: found(medianOf(after.map((values) => relation(mixed, values).correlation ** 2))),
      ...interaction(cohort, arm, covariate, columns),
    });
  });
}

type Kind = 'correlation' | 'slope';

type Effects = Readonly<{ x: Float64Array; before: readonly Float64Array[]; after: readonly Float64Array[] }>;

/** The share of the effect that is left, whether it is shown to lie within the margin (TOST), and the same in the features' own units. */
function retained(effects: Effects, resamples: Resamples, plan: ValidationPlan): Readonly<Record<string, Finding>> {
  const standard = drawnShares(effects, 'correlation', resamples);
  const p = equivalenceOfDraws(standard, { low: 1 - margins.effectRetained, high: 1 + margins.effectRetained });
  return { effectRetained: shareFinding(standard, plan), effectEquivalence: found(p, { p }), effectRetainedRaw: shareFinding(drawnShares(effects, 'slope', resamples), plan) };
}

function drawnShares(effects: Effects, kind: Kind, resamples: Resamples): Resampled {
  return resampled((drawn) => shareLeft(effects, countsOf(drawn, effects.x.length), kind), resamples);
}

function shareFinding(shares: Resampled, plan: ValidationPlan): Finding {
  return found(shares.value, { interval: intervalFrom(shares, plan.confidence) });
}

/** Slope through 0 of the effects after on the effects before, over features. */
function shareLeft({ x, before, after }: Effects, counts: Counts, kind: Kind): number {
  let [cross, square] = [0, 0];
  before.forEach((values, j) => {
    const [b, a] = [relation(x, values, counts)[kind], relation(x, after[j]!, counts)[kind]];
    if (!Number.isFinite(a) || !Number.isFinite(b)) return;
    cross += a * b;
    square += b * b;
  });
  return square > 0 ? cross / square : NaN;
}

/** Slope and correlation of y on x; both without means taken out again, as sites' means are 0. Rows count as often as they were drawn. */
function relation(x: Float64Array, y: Float64Array, counts?: Counts): Readonly<Record<Kind, number>> {
  let [xy, xx, yy] = [0, 0, 0];
  for (let row = 0; row < x.length; row++) {
    const count = counts === undefined ? 1 : counts[row]!;
    xy += count * x[row]! * y[row]!;
    xx += count * x[row]! * x[row]!;
    yy += count * y[row]! * y[row]!;
  }
  return { slope: xy / xx, correlation: yy > 1e-12 ? xy / Math.sqrt(xx * yy) : NaN };
}

function withinSites(values: readonly number[], sites: readonly string[]): Float64Array {
  const means = new Map([...new Set(sites)].map((site) => [site, mean(values.filter((_, n) => sites[n] === site))]));
  return Float64Array.from(values, (value, n) => value - means.get(sites[n]!)!);
}

/** Share of features whose effect differs between sites (site × covariate, q < .05), over all units. */
function interaction(cohort: Cohort, arm: string, covariate: CovariateColumn, columns: readonly number[]): Readonly<Record<string, Finding>> {
  const rows = cohort.units.flatMap((_, n) => (Number.isFinite(covariate.values[n]!) ? [n] : []));
  const labels = dummies(rows.map((row) => cohort.units[row]!.site));
  const x = Float64Array.from(rows, (row) => covariate.values[row]!);
  const small = designOf(rows.length, [...labels, x]);
  const large = designOf(rows.length, [...labels, x, ...labels.map((label) => label.map((value, n) => value * x[n]!))]);
  if (labels.length === 0 || rows.length < large.columns + 4) return { shareSiteInteraction: { unavailable: 'FEW_SUBJECTS' } };
  const p = columns.map((column) => {
    const values = columnOf(cohort.standard.get(arm)!, column);
    const y = rows.map((row) => values[row]!);
    return compareNested(fitLinear(small, y), fitLinear(large, y), rows.length).p;
  });
  return { shareSiteInteraction: found(shareOf(benjaminiHochberg(p), (q) => q < 0.05)) };
}

/** 1 where the effect is kept, falling to 0 where it is lost or doubled; within the margin of ±10 % nothing is lost. */
export function effectScore(value: number): number {
  return Math.max(0, 1 - Math.max(0, Math.abs(1 - value) - margins.effectRetained));
}
