import { mean as meanOf, standardDeviation } from '../core/moments.ts';
import { randomStream } from '../core/random.ts';
import type { ExcessRow, Finding, ProbeRow } from '../core/validationRecord.ts';
import { type AreaNull, auc, crossValidatedInterval } from '../metrics/cohort/rocCurve.ts';
import { pickColumns, type NumberTable } from '../metrics/cohort/matrix.ts';
import { balancedAccuracy } from '../metrics/probes/balancedAccuracy.ts';
import { crossValidate, type HeldOutScores } from '../metrics/probes/crossValidation.ts';
import { forestLearner } from '../metrics/probes/forestLearner.ts';
import { largestOf, type Learner } from '../metrics/probes/learner.ts';
import { linearKernel, logisticLearner } from '../metrics/probes/logisticLearner.ts';
import { intervalOf, type Resamples, resamplesOf } from '../metrics/resampling.ts';
import { permuteSites } from '../metrics/siteLabels.ts';
import { adjusters, type CovariateColumn } from './covariates.ts';
import { type Cohort, type CohortUnit, rowsOfSite } from './cohortUnits.ts';
import { columnsOf } from './featureSets.ts';
import { found } from './findings.ts';
import { PROBE_FOLDS, PROBE_SEEDS, type ValidationPlan } from './plan.ts';
import { permutationP } from './sitePairs.ts';

/** Everything the site probes give, and per probe whether each held-out scan was told right: the excesses need it. */
export type ProbeResults = Readonly<{ probes: readonly ProbeRow[]; excesses: readonly ExcessRow[]; unavailable: string | null }>;

type Model = ProbeRow['model'];
const models: readonly Model[] = ['logistic', 'forest'];
/** Shuffled labels know nothing of the arm: what is evaluated gets its own null, comparators share that of before. */
const SHUFFLED_ARMS: readonly string[] = ['before', 'harmonized'];

/**
 * The probes of validation.md §6 on every arm. Fixed before the run: subject-level folds, five seeds, settings chosen
 * inside each training set. Features are z-scored by the before table, without looking at sites.
 */
export function probeResults(cohort: Cohort, covariates: readonly CovariateColumn[], plan: ValidationPlan, onArm?: (arm: string) => void): ProbeResults {
  const least = Math.min(...cohort.sites.map((site) => new Set(rowsOfSite(cohort, site).map((row) => cohort.units[row]!.subject)).size));
  if (cohort.sites.length < 2) return { probes: [], excesses: [], unavailable: 'ONE_SITE' };
  if (least < 4) return { probes: [], excesses: [], unavailable: 'FEW_SUBJECTS' };
  const run = new ProbeRun(cohort, Math.min(PROBE_FOLDS, least), plan);
  const arms = [...cohort.arms.keys()];
  const probes: Measured[] = [];
  // 0. what labels without meaning give: every interval of an area needs it
  const { inner, whole } = cohort.regions;
  const within = columnsOf(cohort, inner);
  if (within.length > 0) run.askShuffled(run.stack(within, arms), arms, 'before');
  // 1. floors that no arm changes: shape, people
  const shape = columnsOf(cohort, 'silhouette');
  if (shape.length > 0) probes.push(...run.ask({ probe: 'silhouette', scope: 'silhouette', trainedOn: 'raw', table: run.stack(shape, ['before']), arms: ['before'], trainArm: 'before' }));
  const people = adjusters(covariates);
  if (people.length > 0) probes.push(...run.ask({ probe: 'covariates', scope: 'covariates', trainedOn: 'raw', table: asTable(people), arms: ['before'], trainArm: 'before' }));
  // 2. image and histogram probes
  for (const scope of [inner, whole, 'histogram'] as const) {
    const columns = columnsOf(cohort, scope);
    if (columns.length === 0) continue;
    const table = run.stack(columns, arms);
    const probe = scope === 'histogram' ? 'histogram' : null;
    probes.push(...run.ask({ probe: probe ?? 'frozen', scope, trainedOn: 'raw', table, arms, trainArm: 'before' }));
    for (const arm of arms) {
      onArm?.(arm);
      probes.push(...run.ask({ probe: probe ?? 'output-trained', scope, trainedOn: 'output', table, arms, trainArm: arm }));
      if (scope === inner && SHUFFLED_ARMS.includes(arm)) probes.push(run.askShuffled(table, arms, arm));
    }
  }
  return { probes: probes.map(({ row }) => row), excesses: excessRows(cohort, probes, plan), unavailable: null };
}

type Question = Readonly<{
  probe: ProbeRow['probe'];
  scope: ProbeRow['scope'];
  trainedOn: ProbeRow['trainedOn'];
  /** Rows of all `arms` under one another, units in each. */
  table: NumberTable;
  arms: readonly string[];
  /** Frozen probes are tested on every arm, the others on the one they learned from. */
  trainArm: string;
}>;

/** A probe's row with the share of seeds that told each unit right. */
type Measured = Readonly<{ row: ProbeRow; correct: Float64Array }>;

/** What the probe makes of labels that mean nothing: accuracies, and areas under the curve. */
type ShuffledLabels = Readonly<{ accuracies: readonly number[]; areas: AreaNull }>;

/** One cohort's probes: folds, draws and shuffled labels are shared by all of them. */
class ProbeRun {
  readonly #cohort: Cohort;
  readonly #folds: number;
  readonly #plan: ValidationPlan;
  readonly #resamples: Resamples;
  readonly #labels: Int32Array;

  constructor(cohort: Cohort, folds: number, plan: ValidationPlan) {
    this.#cohort = cohort;
    this.#folds = folds;
    this.#plan = plan;
    this.#resamples = resamplesOf(cohort.units, plan);
    this.#labels = Int32Array.from(cohort.units, ({ site }) => cohort.sites.indexOf(site));
  }

  /** The z-scored columns of several arms under one another. */
  stack(columns: readonly number[], arms: readonly string[]): NumberTable {
    const tables = arms.map((arm) => pickColumns(this.#cohort.standard.get(arm)!, columns));
    const values = new Float64Array(tables.length * this.#cohort.units.length * columns.length);
    tables.forEach((table, n) => values.set(table.values, n * table.values.length));
    return { rows: tables.length * this.#cohort.units.length, columns: columns.length, values };
  }

  ask(question: Question): Measured[] {
    const { table, trainArm, trainedOn, arms } = question;
    const tested = trainedOn === 'raw' ? arms : [trainArm];
    return models.flatMap((model) => {
      const learner = model === 'logistic' ? logisticLearner(linearKernel(table)) : forestLearner(table);
      const seeds = Array.from({ length: PROBE_SEEDS }, (_, seed) => this.#heldOut(question, learner, this.#cohort.units, tested, `${this.#plan.seed}|${seed}`));
      return tested.map((arm) => this.#measured(question, model, arm, seeds.map((scores) => scores[arm]!)));
    });
  }

  /**
   * The null of the output-trained logistic probe: the whole cross-validation on shuffled labels. Its row holds the mean
   * and the central 95 % of what comes out when there is nothing to find.
   */
  askShuffled(table: NumberTable, arms: readonly string[], arm: string): Measured {
    const values = this.#shuffledFor({ probe: 'shuffled', scope: this.#cohort.regions.inner, trainedOn: 'output', table, arms, trainArm: arm }).accuracies.slice().sort((a, b) => a - b);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const end = (share: number): number => values[Math.round(share * (values.length - 1))]!;
    const row: ProbeRow = {
      probe: 'shuffled', arm, trainedOn: 'output', scope: this.#cohort.regions.inner, model: 'logistic', n: this.#cohort.units.length, chance: 1 / this.#cohort.sites.length,
      balancedAccuracy: found(mean, { interval: { low: end(0.025), high: end(0.975) } }), seeds: null,
      auc: { unavailable: 'NOT_COMPUTED' }, asReference: { unavailable: 'NOT_COMPUTED' },
    };
    return { row, correct: new Float64Array(this.#cohort.units.length).fill(mean) };
  }

  #shuffle(question: Question): ShuffledLabels {
    const { units, sites } = this.#cohort;
    const learner = logisticLearner(linearKernel(question.table));
    const random = randomStream(`${this.#plan.seed}|shuffled`);
    const draws = Array.from({ length: this.#plan.probePermutations }, (_, n) => {
      const shuffled = permuteSites(units, random);
      const relabelled = units.map((unit, row) => ({ ...unit, site: shuffled[row]! }));
      const scores = this.#heldOut(question, learner, relabelled, [question.trainArm], `${this.#plan.seed}|shuffled ${n}`)[question.trainArm]!;
      const labels = shuffled.map((site) => sites.indexOf(site));
      const areas = sites.map((_, c) => auc(scores.filter((__, row) => labels[row] === c).map((own) => own[c]!), scores.filter((__, row) => labels[row] !== c).map((own) => own[c]!)).value);
      return { accuracy: balancedAccuracy(labels, scores.map((own, row) => (largestOf(own) === labels[row] ? 1 : 0)), sites.length), area: meanOf(areas) };
    });
    const areasDrawn = draws.map(({ area }) => area);
    return { accuracies: draws.map(({ accuracy }) => accuracy), areas: { mean: meanOf(areasDrawn), spread: standardDeviation(areasDrawn), draws: draws.length } };
  }

  #heldOut({ arms, trainArm }: Question, learner: Learner, units: readonly CohortUnit[], tested: readonly string[], key: string): HeldOutScores {
    const rowsOf = (arm: string): number[] => units.map((_, n) => arms.indexOf(arm) * units.length + n);
    return crossValidate({ units, sites: this.#cohort.sites, trainRows: rowsOf(trainArm), testRows: Object.fromEntries(tested.map((arm) => [arm, rowsOf(arm)])), folds: this.#folds }, learner, key);
  }

  #measured(question: Question, model: Model, arm: string, seeds: readonly (readonly Float64Array[])[]): Measured {
    const { units, sites, referenceSite } = this.#cohort;
    const labels = this.#labels;
    const perSeed = seeds.map((scores) => Float64Array.from(scores, (own, n) => (largestOf(own) === labels[n] ? 1 : 0)));
    const correct = Float64Array.from(units, (_, n) => perSeed.reduce((sum, own) => sum + own[n]!, 0) / perSeed.length);
    const accuracy = (rows?: Int32Array): number => balancedAccuracy(labels, correct, sites.length, rows);
    const accuracies = perSeed.map((own) => balancedAccuracy(labels, own, sites.length));
    const scores = units.map((_, n) => sites.map((_, c) => seeds.reduce((sum, own) => sum + own[n]![c]!, 0) / seeds.length));
    const reference = sites.indexOf(referenceSite);
    const foreign = units.flatMap(({ site }, n) => (site === referenceSite ? [] : [n]));
    const value = accuracy();
    const p = model === 'logistic' && question.probe === 'output-trained' && question.scope === this.#cohort.regions.inner && SHUFFLED_ARMS.includes(arm) ? permutationP(value, this.#shuffledFor(question).accuracies) : NaN;
    const row: ProbeRow = {
      probe: question.probe, arm, trainedOn: question.trainedOn, scope: question.scope, model, n: units.length, chance: 1 / sites.length,
      balancedAccuracy: found(value, { interval: intervalOf(accuracy, this.#resamples, this.#plan.confidence), p }),
      seeds: { count: seeds.length, low: Math.min(...accuracies), high: Math.max(...accuracies) },
      auc: this.#areaUnderCurve(scores),
      asReference: found(foreign.reduce((sum, n) => sum + seeds.filter((own) => largestOf(own[n]!) === reference).length / seeds.length, 0) / foreign.length),
    };
    return { row, correct };
  }

  /** Label permutations of an arm's probe of the inner region, shared by it and its null row: they are the slowest part. */
  readonly #nulls = new Map<string, ShuffledLabels>();
  #shuffledFor(question: Question): ShuffledLabels {
    const key = question.trainArm;
    const values = this.#nulls.get(key) ?? this.#shuffle(question);
    this.#nulls.set(key, values);
    return values;
  }

  /**
   * One against the rest, averaged over sites. DeLong's interval, of more than two sites the bootstrap's, widened to what
   * areas under shuffled labels scatter: held-out scores of one cross-validation depend on one another. The null is that
   * of the inner region's logistic probe, for the other probes too.
   */
  #areaUnderCurve(scores: readonly (readonly number[])[]): Finding {
    const { sites } = this.#cohort;
    const labels = this.#labels;
    const split = (c: number, rows: ArrayLike<number>): [number[], number[]] => {
      const [own, rest]: [number[], number[]] = [[], []];
      for (const n of Array.from(rows)) (labels[n] === c ? own : rest).push(scores[n]![c]!);
      return [own, rest];
    };
    const everyone = this.#resamples.everyone;
    const area = (rows: Int32Array): number => meanOf(sites.map((_, c) => auc(...split(c, rows)).value));
    const plain = sites.length === 2 ? auc(...split(1, everyone), this.#plan.confidence) : intervalOf(area, this.#resamples, this.#plan.confidence);
    const value = area(everyone);
    const areas = this.#nulls.get('before')?.areas;
    // without features of the inner region there are no shuffled labels, and an interval known to be too narrow is none
    if (areas === undefined) return found(value, { interval: { withheld: 'NO_SHUFFLED_LABELS' } });
    if ('withheld' in plain) return found(value, { interval: plain });
    const own = everyone.length / sites.length;
    return found(value, { interval: crossValidatedInterval({ value, low: plain.low, high: plain.high }, own, everyone.length - own, areas, this.#plan.confidence) });
  }
}

function asTable(columns: readonly Float64Array[]): NumberTable {
  const rows = columns[0]!.length;
  return { rows, columns: columns.length, values: Float64Array.from({ length: rows * columns.length }, (_, n) => columns[n % columns.length]![Math.floor(n / columns.length)]!) };
}

/** Image excess = output-trained − silhouette, intensity excess = output-trained histogram − shuffled labels. */
function excessRows(cohort: Cohort, probes: readonly Measured[], plan: ValidationPlan): ExcessRow[] {
  const resamples = resamplesOf(cohort.units, plan);
  const labels = cohort.units.map(({ site }) => cohort.sites.indexOf(site));
  const find = (probe: ProbeRow['probe'], scope: ProbeRow['scope'], arm: string, model: Model, trainedOn: 'raw' | 'output'): Measured | undefined =>
    probes.find(({ row }) => row.probe === probe && row.scope === scope && row.arm === arm && row.model === model && row.trainedOn === trainedOn);
  const excess = (upper: Measured | undefined, floor: Measured | undefined): Finding => {
    if (upper === undefined || floor === undefined) return { unavailable: 'NO_PROBE' };
    const statistic = (rows: Int32Array): number =>
      balancedAccuracy(labels, upper.correct, cohort.sites.length, rows) - balancedAccuracy(labels, floor.correct, cohort.sites.length, rows);
    return found(statistic(resamples.everyone), { interval: intervalOf(statistic, resamples, plan.confidence) });
  };
  return [...cohort.arms.keys()].flatMap((arm) => models.flatMap((model): ExcessRow[] => [
    { excess: 'image', arm, model, finding: excess(find('output-trained', cohort.regions.inner, arm, model, 'output'), find('silhouette', 'silhouette', 'before', model, 'raw')) },
    { excess: 'intensity', arm, model, finding: excess(find('histogram', 'histogram', arm, model, 'output'), find('shuffled', cohort.regions.inner, SHUFFLED_ARMS.includes(arm) ? arm : 'before', 'logistic', 'output')) },
  ]));
}
