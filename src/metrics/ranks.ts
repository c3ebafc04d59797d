import { sortedFloats } from '../core/sortFloats.ts';

/** Ranks from 1; equal values share their mean rank. */
export function midRanks(values: ArrayLike<number>): Float64Array {
  const sorted = values instanceof Float32Array ? sortedFloats(values) : Float64Array.from(values).sort();
  const rankOfRun = new Float64Array(sorted.length);
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    rankOfRun[start] = (start + 1 + end) / 2;
  }
  return Float64Array.from(values, (value) => rankOfRun[firstPlace(sorted, value)]!);
}

/** Where the run of this value begins. */
function firstPlace(sorted: Float32Array | Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
