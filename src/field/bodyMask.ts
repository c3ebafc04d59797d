import type { SliceStack } from '../core/sliceStack.ts';
import { cleanSlice } from './huClasses.ts';
import { smoothSlice } from '../core/sliceSmoothing.ts';
import type { SliceSmoother } from '../core/sliceSmoothing.ts';

/** Smoothed HU above this is body, or the table. */
const BODY_HU = -500;
/** A second part of at least this share of the largest is body too: the other leg. */
const SECOND_PART = 0.25;

/**
 * The body of a scan as runs along I, slice by slice, without its holes filled: some bytes a row, where a mask would
 * cost one a voxel. `slices[k]` holds triples (row, first, end) in rising order.
 */
export type BodyRuns = Readonly<{ width: number; height: number; slices: readonly Int32Array[]; voxels: number }>;

/**
 * Finds the body: the largest 6-connected part of smoothed HU above −500, with any other part at least a quarter as large.
 * One pass over the slices; runs are joined as they come (union–find).
 *
 * Source: run-length labelling as He, Chao & Suzuki 2008.
 */
export function findBody(stack: SliceStack, smoother: SliceSmoother): BodyRuns {
  const [width, height, count] = stack.shape;
  const [hu, smoothed] = [new Float32Array(width * height), new Float32Array(width * height)];
  const parts = createParts();
  const slices: Runs[] = [];
  for (let k = 0; k < count; k++) {
    stack.read(k, hu);
    cleanSlice(hu, hu);
    smoothSlice(smoother, hu, smoothed);
    const runs = runsOf(smoothed, width, height, parts);
    joinRows(runs, parts);
    if (k > 0) joinSlices(slices[k - 1]!, runs, parts);
    slices.push(runs);
  }
  const kept = parts.kept(SECOND_PART);
  return { width, height, slices: slices.map(({ triples, labels }) => keptTriples(triples, labels, kept)), voxels: kept.voxels };
}

/** The body of slice k with its holes (lung, gut) filled: 1 inside. Fills `mask`. */
export function fillBody({ width, height, slices }: BodyRuns, k: number, mask: Uint8Array): void {
  mask.fill(0);
  const triples = slices[k]!;
  for (let n = 0; n < triples.length; n += 3) {
    const row = triples[n]! * width;
    mask.fill(1, row + triples[n + 1]!, row + triples[n + 2]!);
  }
  fillHoles(mask, width, height);
}

/** Pixels of air on the narrower side of the body, along I and along J, over all slices. */
export function airAround({ width, height, slices }: BodyRuns): [number, number] {
  let [i, j] = [width, height];
  for (const triples of slices) {
    for (let n = 0; n < triples.length; n += 3) {
      j = Math.min(j, triples[n]!, height - 1 - triples[n]!);
      i = Math.min(i, triples[n + 1]!, width - triples[n + 2]!);
    }
  }
  return [i, j];
}

type Runs = Readonly<{ triples: Int32Array; labels: Int32Array; rows: Int32Array }>;

/** Parts by union–find; `size` counts voxels. */
type Parts = Readonly<{
  add: (voxels: number) => number;
  join: (a: number, b: number) => void;
  kept: (share: number) => Readonly<{ has: (label: number) => boolean; voxels: number }>;
}>;

function createParts(): Parts {
  const parent: number[] = [];
  const size: number[] = [];
  const rootOf = (label: number): number => {
    let root = label;
    while (parent[root] !== root) root = parent[root]!;
    while (parent[label] !== root) [parent[label], label] = [root, parent[label]!];
    return root;
  };
  return {
    add: (voxels) => {
      parent.push(parent.length);
      size.push(voxels);
      return parent.length - 1;
    },
    join: (a, b) => {
      const [low, high] = [Math.min(rootOf(a), rootOf(b)), Math.max(rootOf(a), rootOf(b))];
      if (low === high) return;
      parent[high] = low;
      size[low]! += size[high]!;
    },
    kept: (share) => {
      const largest = size.reduce((most, voxels, label) => (parent[label] === label ? Math.max(most, voxels) : most), 0);
      const isKept = (root: number): boolean => size[root]! >= share * largest;
      const voxels = size.reduce((sum, each, label) => (parent[label] === label && isKept(label) ? sum + each : sum), 0);
      return { has: (label) => isKept(rootOf(label)), voxels };
    },
  };
}

function runsOf(smoothed: Float32Array, width: number, height: number, parts: Parts): Runs {
  const triples: number[] = [];
  const labels: number[] = [];
  const rows = new Int32Array(height + 1);
  for (let j = 0; j < height; j++) {
    rows[j] = labels.length;
    for (let i = 0; i < width; i++) {
      if (!(smoothed[j * width + i]! > BODY_HU)) continue;
      const first = i;
      while (i < width && smoothed[j * width + i]! > BODY_HU) i++;
      triples.push(j, first, i);
      labels.push(parts.add(i - first));
    }
  }
  rows[height] = labels.length;
  return { triples: Int32Array.from(triples), labels: Int32Array.from(labels), rows };
}

function joinRows(runs: Runs, parts: Parts): void {
  for (let j = 1; j < runs.rows.length - 1; j++) joinOverlaps(runs, j - 1, runs, j, parts);
}

function joinSlices(below: Runs, above: Runs, parts: Parts): void {
  for (let j = 0; j < below.rows.length - 1; j++) joinOverlaps(below, j, above, j, parts);
}

/** Joins runs of two rows that share a column; both rows are walked once. */
function joinOverlaps(a: Runs, rowA: number, b: Runs, rowB: number, parts: Parts): void {
  let [m, n] = [a.rows[rowA]!, b.rows[rowB]!];
  while (m < a.rows[rowA + 1]! && n < b.rows[rowB + 1]!) {
    const [startA, endA, startB, endB] = [a.triples[3 * m + 1]!, a.triples[3 * m + 2]!, b.triples[3 * n + 1]!, b.triples[3 * n + 2]!];
    if (startA < endB && startB < endA) parts.join(a.labels[m]!, b.labels[n]!);
    if (endA <= endB) m++;
    else n++;
  }
}

function keptTriples(triples: Int32Array, labels: Int32Array, kept: Readonly<{ has: (label: number) => boolean }>): Int32Array {
  return triples.filter((_, n) => kept.has(labels[Math.floor(n / 3)]!));
}

/** What the outside does not reach through 4-neighbours becomes 1; modifies the mask. */
function fillHoles(mask: Uint8Array, width: number, height: number): void {
  const OUTSIDE = 2;
  const stack: number[] = [];
  const visit = (n: number): void => {
    if (mask[n] !== 0) return;
    mask[n] = OUTSIDE;
    stack.push(n);
  };
  for (let i = 0; i < width; i++) for (const j of [0, height - 1]) visit(j * width + i);
  for (let j = 0; j < height; j++) for (const i of [0, width - 1]) visit(j * width + i);
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    const i = n % width;
    if (i > 0) visit(n - 1);
    if (i < width - 1) visit(n + 1);
    if (n >= width) visit(n - width);
    if (n < mask.length - width) visit(n + width);
  }
  for (let n = 0; n < mask.length; n++) mask[n] = mask[n] === OUTSIDE ? 0 : 1;
}
