import type { CovariateTable, FeatureDefinition, FeatureTable, PairValues, TableScan } from '../../src/core/featureTable.ts';
import { randomStream } from '../../src/core/random.ts';

export type PlantedCohort = Readonly<{
  perSite: number;
  features?: number;
  /** Mean shift of the source site, in SDs between people. */
  shift?: number;
  /** SD of the source site relative to the reference's. */
  spread?: number;
  /** SDs of a feature per SD of age. */
  ageEffect?: number;
  /** What harmonization makes of a source value z that stood `shift` and `spread` away: exact correction by default. */
  harmonize?: (value: number, person: number, feature: number) => number;
  travelers?: boolean;
  seed?: string;
}>;

const families = ['intensity', 'tissue', 'texture', 'embedding'] as const;

/** A table of normal features with one planted site effect, its people and a perfect fidelity: numbers, no images. */
export function plantedCohort(plan: PlantedCohort): { table: FeatureTable; covariates: CovariateTable; pairs: PairValues[] } {
  const { perSite, features: count = 24, shift = 1, spread = 1, ageEffect = 0, travelers = false, seed = 'planted' } = plan;
  const { nextNormal, nextFloat } = randomStream(seed);
  const harmonize = plan.harmonize ?? ((value: number): number => (value - shift) / spread);
  const features: FeatureDefinition[] = [
    ...Array.from({ length: count }, (_, n): FeatureDefinition => ({ id: `f${n}`, family: families[n % 4]!, region: n % 6 === 5 ? 'head' : 'brain' })),
    ...Array.from({ length: 8 }, (_, n): FeatureDefinition => ({ id: `histogram.brain.bin0${n}`, family: 'histogram', region: 'brain' })),
    ...Array.from({ length: 4 }, (_, n): FeatureDefinition => ({ id: `silhouette.${n}`, family: 'silhouette', region: 'head' })),
    { id: 'quality.snr', family: 'quality', region: 'brain' },
  ];
  const people = (site: 'A' | 'B'): { subject: string; age: number; z: number[]; shape: number[] }[] =>
    Array.from({ length: perSite }, (_, n) => {
      const age = nextNormal();
      return { subject: travelers ? `sub-${n}` : `sub-${site}${n}`, age, z: Array.from({ length: count }, () => nextNormal() + ageEffect * age), shape: Array.from({ length: 4 }, nextNormal) };
    });
  const [a, own] = [people('A'), people('B')];
  const b = travelers ? a.map((person) => ({ ...person, z: person.z.map((value) => value + 0.05 * nextNormal()) })) : own;
  const scans: TableScan[] = [];
  const rows: number[][] = [];
  const histogramOf = (z: readonly number[]): number[] => {
    const bins = Array.from({ length: 8 }, (_, n) => Math.exp(-((n - 3.5 - 0.4 * z[0]!) ** 2) / 4));
    const total = bins.reduce((sum, value) => sum + value, 0);
    return bins.map((value) => value / total);
  };
  const add = (scan: TableScan, z: readonly number[], shape: readonly number[]): void => {
    scans.push(scan);
    rows.push([...z, ...histogramOf(z), ...shape, 10 + z[0]!]);
  };
  for (const { subject, z, shape } of a) add({ name: `${subject}_T1w`, subject, site: 'A', role: 'reference', arm: 'reference' }, z, shape);
  const pairs: PairValues[] = [];
  b.forEach(({ subject, z, shape }, person) => {
    const raw = z.map((value) => value * spread + shift);
    add({ name: `${subject}_T1w`, subject, site: 'B', role: 'before', arm: 'before' }, raw, shape);
    add({ name: `${subject}_T1w`, subject, site: 'B', role: 'after', arm: 'harmonized' }, raw.map((value, feature) => harmonize(value, person, feature)), shape);
    pairs.push({ name: `${subject}_T1w`, subject, arm: 'harmonized', values: { gradientCorrelation: 0.99 + 0.001 * nextFloat() } });
  });
  const everyone = [...a, ...b];
  const covariates: CovariateTable = {
    sites: null,
    covariates: [
      { name: 'age', kind: 'numeric', values: new Map(everyone.map(({ subject, age }) => [subject, 50 + 12 * age])) },
      { name: 'sex', kind: 'category', values: new Map(everyone.map(({ subject }, n) => [subject, n % 2 === 0 ? 'F' : 'M'])) },
    ],
  };
  return { table: { scans, features, values: Float64Array.from(rows.flat()) }, covariates, pairs };
}
