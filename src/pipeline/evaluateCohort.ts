import { tmpdir } from 'node:os';
import { basename } from 'node:path';

import type { CohortRecord, EvaluatedScan } from '../core/cohortRecord.ts';
import { ConcordError } from '../core/errors.ts';
import { issue, issueText } from '../core/issues.ts';
import type { CovariateTable, FeatureTable } from '../core/featureTable.ts';
import { randomStream } from '../core/random.ts';
import { RESEARCH_USE } from '../core/scanRecord.ts';
import { binWidth, pooledShares, widerBins } from '../metrics/intensityHistogram.ts';
import { shuffled } from '../metrics/permutation.ts';
import { wasserstein1OfHistograms } from '../metrics/wasserstein1.ts';
import { validateCohort } from '../validation/validateCohort.ts';
import { askedArms, type AnyArm, type AskedArms } from './evaluation/armList.ts';
import { armReference } from './evaluation/arms/armReference.ts';
import { armCatalogue, armNotes } from './evaluation/arms/armCatalogue.ts';
import { ctArmCatalogue, ctArmReference } from './evaluation/ct/ctArms.ts';
import { compared } from './evaluation/compared.ts';
import { distanceRows, type CohortFeatures } from './evaluation/distances.ts';
import { clustersOf, type StatisticsPlan } from './evaluation/estimates.ts';
import { featureTable } from './evaluation/features.ts';
import { collected } from './evaluation/collected.ts';
import { findSets } from './evaluation/findSets.ts';
import { flowRows } from './evaluation/flow.ts';
import { matchScans, subjectOf, type RoleIssue } from './evaluation/matchScans.ts';
import { inThisProcess, type MeasuredPair, type ForArms, type MeasuredReference, type ScanMeasurer } from './evaluation/measureScans.ts';
import { noParticipants, readParticipants } from './evaluation/participants.ts';
import { pairedRows, summaryRows } from './evaluation/preservation.ts';
import { modalityOfScans } from './evaluation/modalityOfScans.ts';
import type { ScanFeatures } from './evaluation/scanFeatures.ts';
import { siteLabels } from './evaluation/siteOf.ts';
import { cohortWarnings } from './evaluation/warnings.ts';

export type EvaluateJob = Readonly<{
  /** Files or folders. */
  before: string;
  after: string;
  reference: string;
  truth: string | null;
  statistics: StatisticsPlan;
  /** participants.tsv and its site column; null for none. */
  participants: string | null;
  siteColumn: string | null;
  /** Comparators and controls, of images or of features. */
  arms: readonly AnyArm[] | 'all';
  /** Label permutations of each probe. */
  probePermutations: number;
  /** Share of one site's scans that may be left out before the headlines are withheld (S-22). */
  mostLeftOut: number;
  /** Folder for the scratch file of a large CT [default: the system's]. */
  scratchDir?: string;
  concordVersion: string;
  /** Who measures the scans; this process where it is not given. */
  measurer?: ScanMeasurer;
  signal?: AbortSignal;
  /** Called once per scan of the work, with the number of all. */
  onScan?: (done: number, total: number) => void;
  /** Called before each arm's statistics. */
  onArm?: (arm: string) => void;
}>;

/** The record, and the numbers of scans it was computed from: what features.csv and covariates.csv hold. */
export type Evaluation = Readonly<{ record: CohortRecord; table: FeatureTable; covariates: CovariateTable }>;

/**
 * Compares a cohort of heads, or of CT, before and after with a reference set, and with the truth where there is one. Each scan is read once
 * and only its features are kept, so memory does not grow with the cohort. A scan that cannot be read becomes an issue;
 * the rest is computed. The record depends neither on the order of scans nor on who measures them.
 *
 * @throws CONCORD_NO_INPUT without a single matched pair; CONCORD_REFERENCE without a readable reference scan
 */
export async function evaluateCohort(job: EvaluateJob): Promise<Evaluation> {
  // 1. find and pair
  const found = await findSets(job);
  const { pairs, issues: unmatched } = matchScans(found.before, found.after, found.truth);
  const issues: RoleIssue[] = [...found.issues, ...unmatched];
  if (pairs.length === 0) {
    throw new ConcordError('CONCORD_NO_INPUT', `No scan of --before (${found.before.length}) has a partner of the same name in --after (${found.after.length}).`);
  }
  // 2. read, keep features only
  const total = found.reference.length + pairs.length;
  let done = 0;
  const advance = (): void => {
    job.onScan?.(++done, total);
    job.signal?.throwIfAborted();
  };
  const covariates = job.participants === null ? noParticipants : await readParticipants(job.participants, job.siteColumn);
  const sites = siteLabels(found, job.before, covariates);
  const measurer = job.measurer ?? inThisProcess;
  const place = { modality: await modalityOfScans([...found.reference, ...found.before]), scratchDir: job.scratchDir ?? tmpdir() };
  const progress = { workers: measurer.workers, advance };
  const reference = await collected(found.reference, { ...progress, role: 'reference', nameOf: ({ name }) => name }, issues, (input) => measurer.reference({ ...place, input, site: sites.reference(input) }));
  if (reference.length === 0) throw new ConcordError('CONCORD_REFERENCE', `None of the ${found.reference.length} scans of --reference could be evaluated${reasons(issues, 'reference')}.`);
  const arms = askedArms(job.arms, place.modality);
  const { forArms, notes } = imageArmsOf(arms, reference, job.statistics.seed);
  const evaluated = await collected(pairs, { ...progress, role: 'pair', nameOf: ({ key }) => key }, issues, (pair) => measurer.pair({ ...place, forArms, pair, site: sites.before(pair.before) }));
  if (evaluated.length === 0) throw new ConcordError('CONCORD_NO_INPUT', `None of the ${pairs.length} matched pairs could be evaluated${reasons(issues, 'pair')}.`);
  // 3. compare
  const cohort: CohortFeatures = {
    before: evaluated.map(({ features }) => features.before),
    after: evaluated.map(({ features }) => features.after),
    subjects: evaluated.map(({ pair }) => pair.subject),
    reference: reference.map(({ features }) => features),
    referenceSubjects: reference.map(({ name }) => subjectOf(name)),
    compared: compared[place.modality],
  };
  issues.push(...evaluated.flatMap(({ pair: { key, truth }, features }) => (truth !== null && features.paired === null ? [{ role: 'truth', scan: key, issue: issue('OTHER_GRID', 'the truth lies on another grid than its scan') }] : [])));
  const withTruth = evaluated.flatMap(({ pair, features }) => (features.paired === null ? [] : [{ subject: pair.subject, errors: features.paired }]));
  const counts: CohortRecord['counts'] = {
    matched: evaluated.length,
    subjects: clustersOf(cohort.subjects).length,
    reference: reference.length,
    referenceSubjects: clustersOf(cohort.referenceSubjects).length,
    truth: withTruth.length,
    found: { before: found.before.length, after: found.after.length, reference: found.reference.length, truth: found.truth.length },
  };
  const analysed = new Set([...evaluated.map(({ pair }) => pair.before.name), ...reference.map(({ name }) => name)]);
  const shown = [...found.before.map((input) => ({ name: input.name, site: sites.before(input) })), ...found.reference.map((input) => ({ name: input.name, site: sites.reference(input) }))];
  const table = featureTable([...reference.map(({ measured }) => measured), ...evaluated.flatMap(({ measured }) => measured)], place.modality);
  const validation = validateCohort({
    table, covariates, pairs: evaluated.flatMap(({ values }) => values), featureArms: arms.features, armNotes: armNotes(place.modality === 'CT' ? ctArmCatalogue : armCatalogue), sitesFrom: sites.from,
    flow: flowRows(shown, analysed, issues), found: shown.map(({ name, site }) => ({ subject: subjectOf(name), site, isAnalysed: analysed.has(name) })), mostLeftOut: job.mostLeftOut, plan: { ...job.statistics, probePermutations: job.probePermutations }, ...(job.onArm === undefined ? {} : { onArm: job.onArm }),
  });
  const record: CohortRecord = {
    schemaVersion: 1,
    researchUse: RESEARCH_USE,
    concordVersion: job.concordVersion,
    modality: place.modality,
    statistics: { interval: 'BCa', ...job.statistics },
    request: {
      arms: [...arms.heads, ...arms.cts, ...arms.features].sort(), participants: job.participants === null ? null : basename(job.participants), siteColumn: job.siteColumn,
      probePermutations: job.probePermutations, mostLeftOut: job.mostLeftOut,
    },
    counts,
    distances: distanceRows(cohort, job.statistics),
    summaries: summaryRows(cohort, job.statistics),
    paired: pairedRows(withTruth.map(({ errors }) => errors), withTruth.map(({ subject }) => subject), cohort.compared, job.statistics),
    scans: evaluated.map((own) => evaluatedScan(own, cohort)),
    histograms: pooledHistograms(cohort),
    validation: validation === null ? null : { ...validation, warnings: [...validation.warnings, ...found.notes, ...sites.notes, ...notes] },
    warnings: cohortWarnings(counts, cohort),
    issues,
  };
  return { record, table, covariates };
}

/** What was wrong with the scans of a role, each fault once. */
function reasons(issues: readonly RoleIssue[], of: RoleIssue['role']): string {
  const faults = new Set(issues.filter(({ role }) => role === of).map(({ issue }) => issueText(issue)));
  return faults.size === 0 ? '' : `: ${[...faults].join('; ')}`;
}

/** What image arms of each pair need, fitted to half of the reference; and what a reader must know of them. */
function imageArmsOf({ heads, cts, unsuited }: AskedArms, reference: readonly MeasuredReference[], seed: number): Readonly<{ forArms: ForArms; notes: readonly string[] }> {
  const training = trainingHalf(reference, seed);
  const fitted = training.scans.map(({ forArms }) => forArms);
  const ctLooks = fitted.flatMap((one) => (one.modality === 'CT' ? [one.look] : []));
  const notes = [
    unsuited.length > 0 && `Not made, as these arms are for the other modality: ${unsuited.join(', ')}.`,
    heads.length + cts.length > 0 && training.note,
  ].filter((note) => note !== false);
  if (ctLooks.length > 0) return { forArms: { modality: 'CT', arms: cts, reference: ctArmReference(ctLooks) }, notes };
  return { forArms: { modality: 'MR', arms: heads, reference: armReference(fitted.flatMap((one) => (one.modality === 'MR' ? [one.statistics] : []))), seed }, notes };
}

/**
 * The reference scans that arms are fitted to: a random half of the people, so that no arm is fitted to all it is compared
 * with. Below six people, everyone.
 */
function trainingHalf<Scan extends Readonly<{ name: string }>>(reference: readonly Scan[], seed: number): Readonly<{ scans: readonly Scan[]; note: string }> {
  const people = [...new Set(reference.map(({ name }) => subjectOf(name)))].sort();
  if (people.length < 6) return { scans: reference, note: 'Comparator arms were fitted to every reference scan: there are too few to hold any back, which flatters these arms.' };
  const half = new Set(shuffled(people, randomStream(`${seed}|training`)).slice(0, people.length >> 1));
  return { scans: reference.filter(({ name }) => half.has(subjectOf(name))), note: `Comparator arms were fitted to ${half.size} of ${people.length} reference people, drawn at random, and compared with all.` };
}

/** The values of one pair: its own distance to the pooled reference, numbers of each scan, its fidelity, its errors. */
function evaluatedScan({ pair: { key, subject }, features: { before, after, fidelity, paired } }: MeasuredPair, { reference, compared: { bins, main, shown, errors: { regions: [region] } } }: CohortFeatures): EvaluatedScan {
  const pooled = pooledShares(reference.map(({ histograms }) => histograms[main]!));
  const distance = ({ histograms }: ScanFeatures): number => wasserstein1OfHistograms(histograms[main]!, pooled, binWidth(bins[main]!));
  const error = paired?.[region!]?.['mae'];
  const errorId = `mae${region![0]!.toUpperCase()}${region!.slice(1)}`;
  return {
    name: key,
    subject,
    values: {
      'wasserstein1.source': distance(before),
      'wasserstein1.harmonized': distance(after),
      ...Object.fromEntries(shown.flatMap((id) => [[`${id}.source`, before.summaries[id] ?? null], [`${id}.harmonized`, after.summaries[id] ?? null]])),
      ...fidelity,
      [`${errorId}.source`]: error?.before ?? null,
      [`${errorId}.harmonized`]: error?.after ?? null,
    },
  };
}

/** Histograms of the first feature, in bins coarse enough to be drawn: 0.02 of the brain scale, or 2.5 HU. */
function pooledHistograms({ before, after, reference, compared: { bins, main } }: CohortFeatures): CohortRecord['histograms'] {
  const MERGED = 5;
  const merged = (scans: readonly ScanFeatures[]): number[] => Array.from(widerBins(pooledShares(scans.map(({ histograms }) => histograms[main]!)), MERGED));
  return { binWidth: MERGED * binWidth(bins[main]!), before: merged(before), after: merged(after), reference: merged(reference) };
}
