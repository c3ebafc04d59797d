import { addPair, correlationOf, emptyPairSums } from '../core/moments.ts';
import type { Volume } from '../core/volume.ts';
import { maskedValues } from './maskedValues.ts';
import { requireOneGrid } from './oneGrid.ts';
import { midRanks } from './ranks.ts';

/**
 * Pearson and rank correlation of two scans over one tissue's voxels: within a tissue the contrast between tissues
 * cannot hide that detail was redrawn. NaN where one side is constant.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: Pearson 1896; Spearman 1904.
 */
export function tissueCorrelation(a: Volume, b: Volume, tissue: Uint8Array): TissueCorrelation {
  return tissueCorrelationTo(a, tissue)(b);
}

export type TissueCorrelation = Readonly<{ pearson: number; spearman: number }>;

/** The same of many scans to one, whose voxels are ranked once. @throws CONCORD_GRID_MISMATCH */
export function tissueCorrelationTo(source: Volume, tissue: Uint8Array): (output: Volume) => TissueCorrelation {
  const x = maskedValues(source.samples, tissue);
  const ranks = midRanks(x);
  return (output) => {
    requireOneGrid('tissueCorrelation', source, output, tissue);
    const y = maskedValues(output.samples, tissue);
    return { pearson: correlation(x, y), spearman: correlation(ranks, midRanks(y)) };
  };
}

function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const sums = emptyPairSums();
  for (let n = 0; n < x.length; n++) addPair(sums, x[n]!, y[n]!);
  return correlationOf(sums);
}
