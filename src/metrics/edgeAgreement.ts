import { spacingOf } from '../core/affine.ts';
import type { Volume } from '../core/volume.ts';
import { cannyEdges } from './cannyEdges.ts';
import { distanceToNearest } from './distanceTransform.ts';
import { requireOneGrid } from './oneGrid.ts';

/** An edge within this many voxels is the same edge. */
const TOLERANCE = 1;

/** F1: share of edges found again, both ways. ASSD: mean distance to the other's nearest edge, mm, over both sets of edges. */
export type EdgeAgreement = Readonly<{ f1: number; assdMm: number }>;

/**
 * Whether the Canny edges of two scans lie at the same places, whatever the contrast. Undefined where a scan shows none.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: F1 of van Rijsbergen 1979 with a tolerance of one voxel; average symmetric surface distance, Heimann et al. 2009.
 */
export function edgeAgreement(a: Volume, b: Volume, mask: Uint8Array): EdgeAgreement | undefined {
  requireOneGrid('edgeAgreement', a, b, mask);
  const [ofA, ofB] = [cannyEdges(a, mask), cannyEdges(b, mask)];
  if (!ofA.includes(1) || !ofB.includes(1)) return undefined;
  const toB = distancesOf(ofA, distanceToNearest(ofB, a.shape, [1, 1, 1]));
  const toA = distancesOf(ofB, distanceToNearest(ofA, a.shape, [1, 1, 1]));
  const near = (distances: readonly number[]): number => distances.filter((distance) => distance <= TOLERANCE).length / distances.length;
  const [precision, recall] = [near(toA), near(toB)];
  const spacing = spacingOf(a.affine);
  const mm = [...distancesOf(ofA, distanceToNearest(ofB, a.shape, spacing)), ...distancesOf(ofB, distanceToNearest(ofA, a.shape, spacing))];
  return {
    f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
    assdMm: mm.reduce((sum, distance) => sum + distance, 0) / mm.length,
  };
}

function distancesOf(edges: Uint8Array, distance: Float32Array): number[] {
  const found: number[] = [];
  for (let voxel = 0; voxel < edges.length; voxel++) if (edges[voxel] === 1) found.push(distance[voxel]!);
  return found;
}
