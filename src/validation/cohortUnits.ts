import type { FeatureDefinition, FeatureTable, Regions, TableScan } from '../core/featureTable.ts';
import type { NumberTable } from '../metrics/cohort/matrix.ts';
import type { Unit } from '../metrics/siteLabels.ts';

/** A unit of the statistics and where it stands: a subject to harmonize, or one of the reference scanner. */
export type CohortUnit = Unit & Readonly<{ role: 'source' | 'reference' }>;

/**
 * The table as the statistics need it: one row per subject and site (scans of one visit are averaged), the same rows in
 * every arm, sources first. Sorted by site and subject, so nothing depends on the order of the input.
 */
export type Cohort = Readonly<{
  units: readonly CohortUnit[];
  sites: readonly string[];
  referenceSite: string;
  features: readonly FeatureDefinition[];
  regions: Regions;
  /** `before`, then the others by name; each units × features. */
  arms: ReadonlyMap<string, NumberTable>;
  /** The same, each feature shifted and scaled by its mean and SD over the before table. NaN where it does not vary. */
  standard: ReadonlyMap<string, NumberTable>;
  notes: readonly string[];
}>;

/** @returns null where there is no source or no reference unit */
export function cohortOf(table: FeatureTable): Cohort | null {
  const rows = table.scans.map((scan, row) => ({ scan, row }));
  const groups = (keep: (scan: TableScan) => boolean): Map<string, number[]> => {
    const found = new Map<string, number[]>();
    for (const { scan, row } of rows) if (keep(scan)) found.set(keyOf(scan), [...(found.get(keyOf(scan)) ?? []), row]);
    return found;
  };
  const references = groups(({ role }) => role === 'reference');
  const armNames = [...new Set(table.scans.filter(({ role }) => role === 'after').map(({ arm }) => arm))].sort();
  const sources = new Map([['before', groups(({ role }) => role === 'before')], ...armNames.map((arm) => [arm, groups((scan) => scan.role === 'after' && scan.arm === arm)] as const)]);
  // a unit counts where the cohort as it came and the harmonized one both have it
  const needed = [sources.get('before')!, sources.get('harmonized') ?? sources.get('before')!];
  const kept = [...needed[0]!.keys()].filter((key) => needed.every((group) => group.has(key))).sort();
  if (kept.length === 0 || references.size === 0) return null;
  const notes: string[] = [];
  const units = [...kept.map((key) => unitOf(key, 'source')), ...[...references.keys()].sort().map((key) => unitOf(key, 'reference'))];
  const arms = new Map<string, NumberTable>();
  for (const [arm, group] of sources) {
    const missing = kept.filter((key) => !group.has(key)).length;
    if (missing > 0) notes.push(`Arm ${arm} has no scan of ${missing} of ${kept.length} subjects and is left out.`);
    else arms.set(arm, meansOf(table, [...kept.map((key) => group.get(key)!), ...[...references.keys()].sort().map((key) => references.get(key)!)]));
  }
  const referenceSite = units.at(-1)!.site;
  return {
    units,
    sites: [...new Set(units.map(({ site }) => site))].sort(),
    referenceSite,
    features: table.features,
    regions: regionsOf(table),
    arms,
    standard: standardized(arms),
    notes,
  };
}

function regionsOf({ features }: FeatureTable): Regions {
  return features.some(({ region }) => region === 'body' || region === 'scan') ? { inner: 'body', whole: 'scan' } : { inner: 'brain', whole: 'head' };
}

/** The same cohort with one more arm, made in the table. */
export function withArm(cohort: Cohort, arm: string, table: NumberTable): Cohort {
  const arms = new Map([...cohort.arms, [arm, table]]);
  return { ...cohort, arms, standard: standardized(arms) };
}

export function rowsOfSite({ units }: Cohort, site: string): number[] {
  return units.flatMap((unit, n) => (unit.site === site ? [n] : []));
}

export function sourceRows({ units }: Cohort): number[] {
  return units.flatMap(({ role }, n) => (role === 'source' ? [n] : []));
}

/** Subject → the row of their scan on the reference scanner: people who travelled. */
export function referenceScans({ units }: Cohort): ReadonlyMap<string, number> {
  return new Map(units.flatMap((unit, n) => (unit.role === 'reference' ? [[unit.subject, n] as const] : [])));
}

function keyOf({ site, subject }: TableScan): string {
  return `${site}\t${subject}`;
}

function unitOf(key: string, role: CohortUnit['role']): CohortUnit {
  const [site, subject] = key.split('\t');
  return { site: site!, subject: subject!, role };
}

function meansOf({ features, values }: FeatureTable, groups: readonly (readonly number[])[]): NumberTable {
  const columns = features.length;
  const out = new Float64Array(groups.length * columns);
  groups.forEach((scans, row) => {
    for (let j = 0; j < columns; j++) out[row * columns + j] = scans.reduce((sum, scan) => sum + values[scan * columns + j]!, 0) / scans.length;
  });
  return { rows: groups.length, columns, values: out };
}

function standardized(arms: ReadonlyMap<string, NumberTable>): Map<string, NumberTable> {
  return new Map([...arms].map(([arm, table]) => [arm, standardizedBy(arms.get('before')!, table)]));
}

/** `table` shifted and scaled by the means and SDs of `before`; NaN where that does not vary. */
function standardizedBy(before: NumberTable, table: NumberTable): NumberTable {
  const { rows, columns, values } = before;
  const [center, spread] = [new Float64Array(columns), new Float64Array(columns)];
  values.forEach((value, n) => (center[n % columns]! += value / rows));
  values.forEach((value, n) => (spread[n % columns]! += (value - center[n % columns]!) ** 2 / (rows - 1)));
  spread.forEach((value, j) => {
    const sd = Math.sqrt(value);
    // what varies by rounding only does not vary
    spread[j] = sd > 1e-9 * Math.abs(center[j]!) ? sd : NaN;
  });
  return { ...table, values: table.values.map((value, n) => (value - center[n % columns]!) / spread[n % columns]!) };
}
