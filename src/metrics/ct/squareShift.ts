/** Edge of a square in mm: a kernel gives and takes within less. */
const SQUARE_MM = 10;

/** Collects one tissue's surroundings, slice by slice: `add` an outline of every slice, then `result`. */
export type SquareShift = Readonly<{
  /** `isTissue[n]` 1 where voxel n of the slice is the tissue. */
  add: (before: Float32Array, after: Float32Array, isTissue: Uint8Array) => void;
  /** HU; 0 without any voxel. */
  result: () => number;
}>;

/**
 * How far the mean moves where a tissue is: the mean change of the 10 mm squares of the slice that hold it, whatever else they hold, each counted by its voxels of it.
 * A kernel moves thin bone by a hundred HU and gives the same to its surroundings; what adds to or takes from both is no kernel.
 *
 * @param width pixels of a row; @param spacing mm along I and J
 */
export function createSquareShift(width: number, height: number, [si, sj]: readonly [number, number]): SquareShift {
  const [ei, ej] = [Math.max(1, Math.round(SQUARE_MM / si)), Math.max(1, Math.round(SQUARE_MM / sj))];
  const [wide, high] = [Math.ceil(width / ei), Math.ceil(height / ej)];
  const [voxels, change, tissue] = [new Float64Array(wide * high), new Float64Array(wide * high), new Float64Array(wide * high)];
  let [weighted, total] = [0, 0];
  return {
    add: (before, after, isTissue) => {
      for (const sums of [voxels, change, tissue]) sums.fill(0);
      for (let j = 0, n = 0; j < height; j++) {
        const row = Math.floor(j / ej) * wide;
        for (let i = 0; i < width; i++, n++) {
          const square = row + Math.floor(i / ei);
          voxels[square]! += 1;
          change[square]! += after[n]! - before[n]!;
          tissue[square]! += isTissue[n]!;
        }
      }
      for (let square = 0; square < tissue.length; square++) {
        if (tissue[square] === 0) continue;
        weighted += (tissue[square]! * change[square]!) / voxels[square]!;
        total += tissue[square]!;
      }
    },
    result: () => (total === 0 ? 0 : weighted / total),
  };
}
