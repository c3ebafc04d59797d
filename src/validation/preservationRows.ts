import type { PairValues } from '../core/featureTable.ts';
import { mean } from '../core/moments.ts';
import type { Finding, ValidationRow } from '../core/validationRecord.ts';
import { sampleVariance } from '../metrics/cohort/effectSizes.ts';
import { columnOf, type NumberTable, pickColumns } from '../metrics/cohort/matrix.ts';
import { type Counts, countsOf, drawnSpearman, drawnVariance, type Ordered, ordered } from '../metrics/drawn.ts';
import { intervalOf, resamplesOf } from '../metrics/resampling.ts';
import { spearman } from '../metrics/spearman.ts';
import { type Cohort, sourceRows } from './cohortUnits.ts';
import { columnsOfPeople } from './featureSets.ts';
import { absent, found, medianOf, rowsOf, valueOf } from './findings.ts';
import type { ValidationPlan } from './plan.ts';

/** Fewer people have no order and no spread worth a number. */
const LEAST_PEOPLE = 5;

/** V-36: did people keep their order, their spread, their distances, and do outputs still find their own source? */
export function overCorrectionRows(cohort: Cohort, arm: string, plan: ValidationPlan): ValidationRow[] {
  const rows = sourceRows(cohort);
  const columns = columnsOfPeople(cohort);
  const place = { item: 'V-36', arm, scope: cohort.regions.inner, n: rows.length } as const;
  if (rows.length < LEAST_PEOPLE || columns.length === 0) {
    const nothing: Finding = { unavailable: columns.length === 0 ? 'NO_FEATURES' : 'FEW_SUBJECTS' };
    return rowsOf(place, { orderKept: nothing, spreadRatio: nothing, spreadToReference: nothing, distanceOrder: nothing, identifiability: nothing });
  }
  const sites = rows.map((row) => cohort.units[row]!.site);
  // within sites: what differs between sites must go, what differs between people must stay
  const before = withinSites(pick(cohort, 'before', columns, rows), sites, true);
  const after = withinSites(pick(cohort, arm, columns, rows), sites, true);
  const spreadAfter = withinSites(pick(cohort, arm, columns, rows), sites, false);
  const spreadBefore = withinSites(pick(cohort, 'before', columns, rows), sites, false);
  const reference = cohort.units.flatMap(({ role }, n) => (role === 'reference' ? [n] : []));
  const referenceVariance = cohort.features.map((_, column) => sampleVariance(reference.map((row) => cohort.standard.get('before')!.values[row * cohort.features.length + column]!)));
  const resamples = resamplesOf(rows.map((row) => cohort.units[row]!), plan);
  const measured = (statistic: (drawn: Int32Array) => number): Finding => found(statistic(resamples.everyone), { interval: intervalOf(statistic, resamples, plan.confidence) });
  const overFeatures = (statistic: (feature: number, counts: Counts) => number): Finding => measured((drawn) => {
    const counts = countsOf(drawn, rows.length);
    return medianOf(columns.map((_, feature) => statistic(feature, counts)));
  });
  const orders = { before: orderedColumns(before), after: orderedColumns(after) };
  const spreads = { before: columnsOfTable(spreadBefore), after: columnsOfTable(spreadAfter) };
  const rowMatch = ownSource(before, after, sites);
  return rowsOf(place, {
    orderKept: overFeatures((j, counts) => drawnSpearman(orders.before[j]!, orders.after[j]!, counts)),
    spreadRatio: overFeatures((j, counts) => drawnVariance(spreads.after[j]!, counts) / drawnVariance(spreads.before[j]!, counts)),
    spreadToReference: overFeatures((j, counts) => drawnVariance(spreads.after[j]!, counts) / referenceVariance[columns[j]!]!),
    // copies of a person have distance 0 in both
    distanceOrder: found(spearman(distances(before), distances(after)), { interval: { withheld: 'COPIES_IN_DRAWS' } }),
    identifiability: measured((drawn) => mean(Array.from(drawn, (row) => rowMatch[row]!))),
  });
}

function columnsOfTable(table: NumberTable): Float64Array[] {
  return Array.from({ length: table.columns }, (_, column) => columnOf(table, column));
}

function orderedColumns(table: NumberTable): Ordered[] {
  return columnsOfTable(table).map(ordered);
}

function pick(cohort: Cohort, arm: string, columns: readonly number[], rows: readonly number[]): NumberTable {
  const table = pickColumns(cohort.standard.get(arm)!, columns);
  const values = new Float64Array(rows.length * columns.length);
  rows.forEach((row, n) => values.set(table.values.subarray(row * columns.length, (row + 1) * columns.length), n * columns.length));
  return { rows: rows.length, columns: columns.length, values };
}

/** Each feature with its site's mean taken out, and its SD too where asked. */
function withinSites(table: NumberTable, sites: readonly string[], scaled: boolean): NumberTable {
  const values = table.values.slice();
  for (const site of new Set(sites)) {
    const members = sites.flatMap((own, n) => (own === site ? [n] : []));
    for (let j = 0; j < table.columns; j++) {
      const own = members.map((row) => table.values[row * table.columns + j]!);
      const [center, spread] = [mean(own), Math.sqrt(sampleVariance(own))];
      for (const row of members) values[row * table.columns + j] = (table.values[row * table.columns + j]! - center) / (scaled && spread > 0 ? spread : 1);
    }
  }
  return { ...table, values };
}

function squaredDistance(a: NumberTable, i: number, b: NumberTable, j: number): number {
  let sum = 0;
  for (let c = 0; c < a.columns; c++) sum += (a.values[i * a.columns + c]! - b.values[j * b.columns + c]!) ** 2;
  return sum;
}

function distances(table: NumberTable): number[] {
  const out: number[] = [];
  for (let i = 0; i < table.rows; i++) for (let j = 0; j < i; j++) out.push(squaredDistance(table, i, table, j));
  return out;
}

/** 1 where a unit's nearest neighbour among the sources of its site is its own. */
function ownSource(before: NumberTable, after: NumberTable, sites: readonly string[]): number[] {
  return sites.map((site, row) => {
    const own = squaredDistance(after, row, before, row);
    return sites.every((other, n) => n === row || other !== site || squaredDistance(after, row, before, n) > own) ? 1 : 0;
  });
}

/** Which item a value of a pair belongs to. */
const pairItems: Readonly<Record<string, 'V-30' | 'V-31'>> = { displacementMedian: 'V-31', displacementP99: 'V-31', sameGrid: 'V-31' };

/** V-30 and V-31: what was measured between each scan and its output, as means over subjects. */
export function fidelityRows(pairs: readonly PairValues[], plan: ValidationPlan): ValidationRow[] {
  return [...new Set(pairs.map(({ arm }) => arm))].sort().flatMap((arm) => {
    const own = pairs.filter((pair) => pair.arm === arm).sort((a, b) => (a.name < b.name ? -1 : 1));
    const units = own.map(({ subject }) => ({ subject, site: 'all' }));
    const resamples = resamplesOf(units, plan);
    const ids = [...new Set(own.flatMap(({ values }) => Object.keys(values)))].sort();
    return ids.flatMap((id) => {
      const values = own.map(({ values: all }) => all[id] ?? NaN);
      const statistic = (drawn: Int32Array): number => meanOfFinite(Array.from(drawn, (n) => values[n]!));
      const finding = found(statistic(resamples.everyone), { interval: intervalOf(statistic, resamples, plan.confidence) }, id === 'idempotence' ? 'NEEDS_A_SECOND_PASS' : 'NOT_MEASURED');
      return rowsOf({ item: pairItems[id] ?? 'V-30', arm, n: values.filter(Number.isFinite).length }, { [id]: finding });
    });
  });
}

/** V-37: no-reference quality of each arm's source scans, and of the reference's. */
export function qualityRows(cohort: Cohort, plan: ValidationPlan): ValidationRow[] {
  const quality = cohort.features.flatMap(({ family }, column) => (family === 'quality' ? [column] : []));
  if (quality.length === 0) return [absent('V-37', 'quality', 'NO_FEATURES')];
  const sources = sourceRows(cohort);
  const references = cohort.units.flatMap(({ role }, n) => (role === 'reference' ? [n] : []));
  const sets = [...[...cohort.arms].map(([arm, table]) => ({ arm, table, rows: sources })), { arm: 'reference', table: cohort.arms.get('before')!, rows: references }];
  return sets.flatMap(({ arm, table, rows }) => {
    const resamples = resamplesOf(rows.map((row) => cohort.units[row]!), plan);
    return quality.flatMap((column) => {
      const values = columnOf(table, column);
      const statistic = (drawn: Int32Array): number => meanOfFinite(Array.from(drawn, (n) => values[rows[n]!]!));
      const id = cohort.features[column]!.id.replace(/^quality\./, '');
      return rowsOf({ item: 'V-37', arm, n: rows.length }, { [id]: found(statistic(resamples.everyone), { interval: intervalOf(statistic, resamples, plan.confidence) }, 'NOT_MEASURED') });
    });
  });
}

function meanOfFinite(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? NaN : mean(finite);
}

/** A row's finding by its place; for headlines. */
export function findingOf(rows: readonly ValidationRow[], item: ValidationRow['item'], statistic: string, arm: string): Finding {
  return rows.find((row) => row.item === item && row.statistic === statistic && row.arm === arm)?.finding ?? { unavailable: 'NOT_MEASURED' };
}

export function numberOf(rows: readonly ValidationRow[], item: ValidationRow['item'], statistic: string, arm: string): number {
  return valueOf(findingOf(rows, item, statistic, arm));
}
