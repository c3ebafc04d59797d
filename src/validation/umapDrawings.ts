import { UMAP } from 'umap-js';

import { randomStream } from '../core/random.ts';
import type { Drawings } from '../core/validationRecord.ts';
import { rowOf } from '../metrics/cohort/matrix.ts';
import type { Cohort } from './cohortUnits.ts';
import { scopeTable } from './distanceToReference.ts';

const settings = [{ neighbors: 10, minDistance: 0.1 }, { neighbors: 30, minDistance: 0.5 }];

/**
 * V-19, for illustration: before and harmonized scans in one embedding per setting, with a fixed seed. Nothing is
 * inferred from it.
 */
export function umapDrawings(cohort: Cohort, columns: readonly number[], seed: number): Drawings['umap'] {
  const arms = ['before', 'harmonized'].filter((arm) => cohort.arms.has(arm));
  const points = arms.flatMap((arm) => {
    const table = scopeTable(cohort, arm, columns);
    return cohort.units.flatMap(({ subject, site, role }, n) =>
      role === 'reference' && arm !== 'before' ? [] : [{ name: subject, arm: role === 'reference' ? 'reference' : arm, site, features: Array.from(rowOf(table, n)) }]);
  });
  return settings.filter(({ neighbors }) => points.length > neighbors + 1).map(({ neighbors, minDistance }) => {
    const { nextFloat } = randomStream(`${seed}|umap|${neighbors}`);
    const embedded = new UMAP({ nNeighbors: neighbors, minDist: minDistance, nEpochs: 200, random: nextFloat }).fit(points.map(({ features }) => features));
    return { neighbors, minDistance, seed, scans: points.map(({ name, arm, site }, n) => ({ name, arm, site, x: embedded[n]![0]!, y: embedded[n]![1]! })) };
  });
}
