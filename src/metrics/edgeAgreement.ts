import { spacingOf } from '../core/affine.ts';
import type { Volume } from '../core/volume.ts';
import { CANNY_REACH, cannyEdges } from './cannyEdges.ts';
import { distanceToNearest } from './distanceTransform.ts';
import { boxAround, boxShape, croppedMask, croppedVolume } from './maskBox.ts';
import { requireOneGrid } from './oneGrid.ts';

/** F1: share of edges found again within one voxel, both ways. ASSD: mean distance to the other's nearest edge, mm, over both sets of edges. */
export type EdgeAgreement = Readonly<{ f1: number; assdMm: number }>;

/**
 * Whether the Canny edges of two scans lie at the same places, whatever the contrast. Undefined where a scan shows none.
 *
 * @throws CONCORD_GRID_MISMATCH
 * Source: F1 of van Rijsbergen 1979 with a tolerance of one voxel; average symmetric surface distance, Heimann et al. 2009.
 */
export function edgeAgreement(a: Volume, b: Volume, mask: Uint8Array): EdgeAgreement | undefined {
  return edgeAgreementTo(a, mask)(b);
}

/** The same of many scans to one, whose edges are found once. @throws CONCORD_GRID_MISMATCH */
export function edgeAgreementTo(source: Volume, mask: Uint8Array): (output: Volume) => EdgeAgreement | undefined {
  const box = boxAround(mask, source.shape, CANNY_REACH);
  const inside = croppedMask(mask, source.shape, box);
  const spacing = spacingOf(source.affine);
  const edgesOf = (volume: Volume): Edges => {
    const edges = cannyEdges(croppedVolume(volume, box), inside);
    return { edges, distance: distanceToNearest(edges, boxShape(box), spacing) };
  };
  const ofSource = edgesOf(source);
  return (output) => {
    requireOneGrid('edgeAgreement', source, output, mask);
    return agreementOf(ofSource, edgesOf(output), Math.max(...spacing));
  };
}

type Edges = Readonly<{ edges: Uint8Array; distance: Float32Array }>;

function agreementOf(a: Edges, b: Edges, voxelMm: number): EdgeAgreement | undefined {
  if (!a.edges.includes(1) || !b.edges.includes(1)) return undefined;
  const [toB, toA] = [distancesOf(a.edges, b.distance), distancesOf(b.edges, a.distance)];
  // rounding of the affine must not make a neighbour a stranger
  const reach = voxelMm * (1 + 1e-6);
  const near = (distances: readonly number[]): number => distances.filter((distance) => distance <= reach).length / distances.length;
  const [precision, recall] = [near(toA), near(toB)];
  return {
    f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
    assdMm: [...toA, ...toB].reduce((sum, distance) => sum + distance, 0) / (toA.length + toB.length),
  };
}

function distancesOf(edges: Uint8Array, distance: Float32Array): number[] {
  const found: number[] = [];
  for (let voxel = 0; voxel < edges.length; voxel++) if (edges[voxel] === 1) found.push(distance[voxel]!);
  return found;
}
