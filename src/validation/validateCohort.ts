import { isInner } from '../core/featureTable.ts';
import type { CovariateTable, FeatureTable, PairValues } from '../core/featureTable.ts';
import type { ArmSummary, FeatureRow, Finding, Headline, ValidationRecord, ValidationRow } from '../core/validationRecord.ts';
import { holm } from '../metrics/cohort/multipleTesting.ts';
import { batchHeadline } from './batchHeadline.ts';
import { type Cohort, cohortOf } from './cohortUnits.ts';
import { adjusted, adjusters, covariateColumns } from './covariates.ts';
import { type Design, designOfCohort } from './design.ts';
import { histogramRows, referenceDistanceRows } from './distanceToReference.ts';
import { drawingsOf } from './drawings.ts';
import { effectRows } from './effectRows.ts';
import { exposuresOf } from './exposures.ts';
import { type FeatureArm, featureArms, isFeatureArm, withFeatureArm } from './featureArms.ts';
import { featureRows, summaryOfFeatures } from './featureRows.ts';
import { columnsOf, type FeatureScope } from './featureSets.ts';
import { absent, found } from './findings.ts';
import { depletedSites, type FoundScan, leftOutRows, MOST_LEFT_OUT } from './leftOut.ts';
import { type Basis, basisOf, multivariateRows } from './multivariateRows.ts';
import { batchWeights, HALF_DRAWS, margins, preservationWeights, PROBE_FOLDS, PROBE_SEEDS, type ValidationPlan } from './plan.ts';
import { fidelityRows, overCorrectionRows, qualityRows } from './preservationRows.ts';
import { preservationHeadline } from './preservationHeadline.ts';
import { probeResults, type ProbeResults } from './probeRows.ts';
import { siteAgainstRest } from './siteAgainstRest.ts';
import { sitePairs } from './sitePairs.ts';
import { travelerRows } from './travelerRows.ts';
import { umapDrawings } from './umapDrawings.ts';
import { validationWarnings } from './warnings.ts';

export type ValidationInput = Readonly<{
  table: FeatureTable;
  covariates: CovariateTable;
  pairs: readonly PairValues[];
  /** Arms made in the table, in addition to those whose scans are in it. */
  featureArms: readonly FeatureArm[];
  /** What arms of the table are called and for: image comparators know it, the table does not. */
  armNotes: Readonly<Record<string, Readonly<{ name: string; purpose: string; kind: ArmSummary['kind'] }>>>;
  sitesFrom: ValidationRecord['methods']['sitesFrom'];
  flow: ValidationRecord['design']['flow'];
  /** The scans behind the flow, to ask whom it lost; none where that is not known. */
  found?: readonly FoundScan[];
  /** Share of one site's scans that may be left out before the headlines are withheld; MOST_LEFT_OUT where it is not given. */
  mostLeftOut?: number;
  plan: ValidationPlan;
  /** Called before each arm's statistics. */
  onArm?: (arm: string) => void;
}>;

/**
 * All of validation.md that follows from numbers of scans: the design, what is left of the site, what is left of people,
 * the probes and the two headlines, for every arm alike. Input order does not matter. What cannot be computed is an
 * unavailable finding; the rest is computed.
 *
 * @returns null where there is no source or no reference scan at all
 */
export function validateCohort(input: ValidationInput): ValidationRecord | null {
  const { plan } = input;
  const scanned = cohortOf(input.table);
  if (scanned === null) return null;
  // 1. people and sites
  const columns = covariateColumns(scanned.units, input.covariates);
  const design = designOfCohort(scanned, input.covariates);
  // what follows from the site cannot be adjusted for: it would take the site with it
  const determined = new Set(design.confounding.filter(({ verdict }) => verdict === 'not identifiable').map(({ covariate }) => covariate));
  const adjusting = adjusters(columns.filter(({ covariate }) => !determined.has(covariate)));
  // 2. arms made in the table
  const cohort = [...input.featureArms].sort().reduce((own, arm) => withFeatureArm(own, arm, adjusting, plan.seed), scanned);
  const missing = input.featureArms.filter((arm) => !cohort.arms.has(arm));
  const bases = { inner: basisOf(cohort, cohort.regions.inner), whole: basisOf(cohort, cohort.regions.whole) };
  // 3. what is left of the site, and of people, arm by arm
  const arms = [...cohort.arms.keys()];
  const perArm = arms.map((arm) => {
    input.onArm?.(arm);
    return armResults(cohort, arm, { bases, adjusting, columns, plan });
  });
  const probes = probeResults(cohort, columns, plan, input.onArm);
  const rows: ValidationRow[] = withHolm([...design.rows, ...perArm.flatMap((results) => results.rows), ...fidelityRows(input.pairs, plan), ...qualityRows(cohort, plan), ...absentRows(cohort, input, probes)]);
  // 4. two headlines, never merged
  const depleted = depletedSites(input.flow, input.mostLeftOut ?? MOST_LEFT_OUT);
  const selected = (headline: Headline): Headline => (depleted.length === 0 ? headline : { ...headline, finding: { unavailable: 'TOO_MANY_LEFT_OUT' } });
  const headlines = {
    batchRemoval: perArm.map(({ batch }) => selected(probes.unavailable === null ? batch : { ...batch, finding: { unavailable: 'NO_SITE_PROBES' } })),
    preservation: arms.map((arm) => selected(preservationHeadline(rows, arm, design.identifiable))),
  };
  const features = perArm.flatMap((results) => results.features);
  const { rows: _, ...shownDesign } = design satisfies Design;
  return {
    sites: cohort.sites,
    arms: [...arms.map((arm) => armSummary(arm, input, headlines, exposuresOf(rows, probes.probes, probes.excesses, arm))), ...missing.map((arm) => absentArm(arm))],
    design: { ...shownDesign, flow: input.flow, leftOut: leftOutRows(input.found ?? [], input.covariates.covariates) },
    rows,
    features,
    probes: probes.probes,
    excesses: probes.excesses,
    headlines,
    drawings: drawingsOf(cohort, bases.inner, features, input.pairs, bases.inner === null ? [] : umapDrawings(cohort, bases.inner.columns, plan.seed)),
    methods: methodsOf(cohort, bases.inner, input),
    warnings: [...depletedWarning(depleted, input), ...validationWarnings(cohort, design, columns.filter(({ values }) => !values.every(Number.isFinite)).map(({ name }) => name))],
  };
}

type ArmContext = Readonly<{ bases: Readonly<Record<'inner' | 'whole', Basis | null>>; adjusting: readonly Float64Array[]; columns: ReturnType<typeof covariateColumns>; plan: ValidationPlan }>;

function armResults(cohort: Cohort, arm: string, { bases, adjusting, columns, plan }: ArmContext): { rows: ValidationRow[]; features: FeatureRow[]; batch: Headline } {
  const table = cohort.standard.get(arm)!;
  const residual = adjusted(table, cohort.units.map(({ site }) => site), adjusting);
  const { inner, whole } = cohort.regions;
  const task = { cohort, arm, table, residual, adjusters: adjusting, columns: columnsOf(cohort, whole) };
  const pairs = sitePairs(cohort).map((pair) => ({ pair, features: featureRows(task, pair, plan) }));
  const isWithin = new Set(columnsOf(cohort, inner).map((column) => cohort.features[column]!.id));
  const summaries = pairs.flatMap(({ pair, features }) => [inner, whole].flatMap((scope: FeatureScope) =>
    summaryOfFeatures(features.filter(({ feature }) => scope === whole || isWithin.has(feature)), { arm, sites: pair.name, scope, n: pair.first.length + pair.second.length })));
  const multivariate = [bases.inner, bases.whole].flatMap((basis) => (basis === null ? [] : multivariateRows(cohort, arm, basis, plan)));
  return {
    features: pairs.flatMap(({ features }) => features),
    rows: [
      ...histogramRows(cohort, arm), ...summaries, ...siteAgainstRest(cohort, arm, residual), ...multivariate, ...referenceDistanceRows(cohort, arm, plan),
      ...overCorrectionRows(cohort, arm, plan), ...effectRows(cohort, arm, columns, plan), ...travelerRows(cohort, arm, plan),
    ],
    batch: bases.inner === null ? { arm, finding: { unavailable: 'NO_FEATURES' }, parts: [] } : batchHeadline(cohort, arm, bases.inner, adjusting, plan),
  };
}

/**
 * Holm's correction over the headline tests, the MMD of the inner region's features of every arm and pair: the one multivariate
 * test of the report that asks whether sites differ at all.
 */
function withHolm(rows: readonly ValidationRow[]): ValidationRow[] {
  const isHeadline = (row: ValidationRow): boolean => row.statistic === 'mmd2' && isInner(row.scope) && 'p' in row.finding;
  const tests = rows.filter(isHeadline);
  const q = holm(tests.map(({ finding }) => ('p' in finding ? finding.p : NaN)));
  return rows.map((row) => (isHeadline(row) && 'value' in row.finding ? { ...row, finding: { ...row.finding, q: q[tests.indexOf(row)]! } } : row));
}

function depletedWarning(sites: readonly string[], { mostLeftOut }: ValidationInput): string[] {
  if (sites.length === 0) return [];
  return [`${sites.join(', ')}: more than ${(100 * (mostLeftOut ?? MOST_LEFT_OUT)).toFixed(0)} % of the scans were left out, refused or without an output. What remains is a selection, so no headline score is given.`];
}

/** What the data do not allow, each with its reason: absent is shown as absent. */
function absentRows(cohort: Cohort, { covariates, pairs }: ValidationInput, probes: ProbeResults): ValidationRow[] {
  return [
    absent('V-16', 'fid', 'NEEDS_2000_SAMPLES'),
    ...(probes.unavailable === null ? [] : [absent('V-17', 'probes', probes.unavailable)]),
    ...(cohort.sites.length < 2 ? [absent('V-10', 'sites', 'ONE_SITE')] : []),
    ...(pairs.length === 0 ? [absent('V-30', 'fidelity', 'NOT_MEASURED'), absent('V-31', 'displacement', 'NOT_MEASURED')] : []),
    absent('V-32', 'dice', 'NO_INDEPENDENT_SEGMENTER'),
    ...(covariates.covariates.length === 0 ? [absent('V-03', 'confounding', 'NO_COVARIATES'), absent('V-34', 'effectRetained', 'NO_COVARIATES')] : []),
    absent('V-34', 'brainAge', 'NOT_COMPUTED'),
    absent('V-35', 'lesions', 'NO_LESION_MASKS'),
  ];
}

function armSummary(arm: string, { armNotes }: ValidationInput, headlines: ValidationRecord['headlines'], exposed: readonly string[]): ArmSummary {
  const known = arm === 'before' ? { name: 'before', purpose: 'Doing nothing: the first thing to beat.', kind: 'source' as const }
    : arm === 'harmonized' ? { name: 'harmonized', purpose: 'What is evaluated.', kind: 'evaluated' as const }
    : isFeatureArm(arm) ? featureArms[arm]
    : (armNotes[arm] ?? { name: arm, purpose: '', kind: 'comparator' as const });
  const of = (list: readonly Headline[]): Finding => list.find((headline) => headline.arm === arm)?.finding ?? { unavailable: 'NOT_MEASURED' };
  return { arm, name: known.name, purpose: known.purpose, kind: known.kind, level: isFeatureArm(arm) ? 'feature' : 'image', batchRemoval: of(headlines.batchRemoval), preservation: of(headlines.preservation), exposed: arm === 'before' ? exposed.filter((code) => code === 'SITE_LEFT' || code === 'INTENSITY_LEFT') : exposed };
}

function absentArm(arm: FeatureArm): ArmSummary {
  const reason = { unavailable: 'FEW_SUBJECTS' };
  return { arm, ...featureArms[arm], level: 'feature', unavailable: 'FEW_SUBJECTS', batchRemoval: reason, preservation: reason, exposed: [] };
}

function methodsOf(cohort: Cohort, basis: Basis | null, input: ValidationInput): ValidationRecord['methods'] {
  const { plan, sitesFrom } = input;
  const families = [...new Set(cohort.features.map(({ family }) => family))].sort();
  return {
    confidence: plan.confidence,
    resamples: plan.resamples,
    halfSamples: HALF_DRAWS,
    permutations: plan.permutations,
    seed: plan.seed,
    probeSeeds: Array.from({ length: PROBE_SEEDS }, (_, n) => n),
    folds: PROBE_FOLDS,
    referenceSite: cohort.referenceSite,
    sitesFrom,
    features: Object.fromEntries(families.map((family) => [family, cohort.features.filter((feature) => feature.family === family).length])),
    bandwidth: found(basis?.bandwidth ?? NaN, {}, 'NO_FEATURES'),
    margins: { ...margins, leftOut: input.mostLeftOut ?? MOST_LEFT_OUT },
    headlineWeights: { ...batchWeights, ...preservationWeights },
  };
}
