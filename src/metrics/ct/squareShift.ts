/** Edge of a square in mm: a kernel gives and takes within less. */
const SQUARE_MM = 10;

/** Collects where tissues are, slice by slice: `mark` their voxels, then `close` the slice. Tissues are numbered from 0. */
export type SquareShifts = Readonly<{
  mark: (tissue: number, voxel: number) => void;
  close: (before: Float32Array, after: Float32Array) => void;
  /** HU; 0 without any voxel. */
  result: (tissue: number) => number;
}>;

/**
 * How far the mean moves where a tissue is: the mean change of the 10 mm squares of the slice that hold it, whatever else they hold, each counted by its voxels of it.
 * A kernel moves thin bone by a hundred HU and gives the same to its surroundings; what adds to or takes from both is no kernel.
 *
 * @param size [I, J] pixels; @param spacing mm along I and J
 */
export function createSquareShifts(tissues: number, [width, height]: readonly [number, number], [si, sj]: readonly [number, number]): SquareShifts {
  const [ei, ej] = [Math.max(1, Math.round(SQUARE_MM / si)), Math.max(1, Math.round(SQUARE_MM / sj))];
  const wide = Math.ceil(width / ei);
  const squareOf = Int32Array.from({ length: width * height }, (_, n) => Math.floor(Math.floor(n / width) / ej) * wide + Math.floor((n % width) / ei));
  const squares = wide * Math.ceil(height / ej);
  const [voxels, change] = [new Float64Array(squares), new Float64Array(squares)];
  for (const square of squareOf) voxels[square]! += 1;
  const own = Array.from({ length: tissues }, () => ({ marked: 0, inSquare: new Float64Array(squares), weighted: 0, total: 0 }));
  return {
    mark: (tissue, voxel) => {
      own[tissue]!.inSquare[squareOf[voxel]!]! += 1;
      own[tissue]!.marked++;
    },
    close: (before, after) => {
      if (own.every(({ marked }) => marked === 0)) return;
      change.fill(0);
      for (let n = 0; n < squareOf.length; n++) change[squareOf[n]!]! += after[n]! - before[n]!;
      for (const sums of own) {
        for (let square = 0; square < squares; square++) sums.weighted += (sums.inSquare[square]! * change[square]!) / voxels[square]!;
        sums.total += sums.marked;
        sums.inSquare.fill(0);
        sums.marked = 0;
      }
    },
    result: (tissue) => (own[tissue]!.total === 0 ? 0 : own[tissue]!.weighted / own[tissue]!.total),
  };
}
