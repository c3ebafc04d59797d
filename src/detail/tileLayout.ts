/** Edge of a tile and the least overlap of neighbours, pixels. Tiles are as large as memory comfortably allows: overlap is work done twice. */
export const TILE = 192;
export const OVERLAP = 32;
/** The network folds tiles three times. */
const FOLDS = 8;

/** The tiles of one axis: first pixels, how many pixels each covers, and the padded edge that the network sees. */
export type TileAxis = Readonly<{ starts: readonly number[]; covered: number; padded: number; shares: Float64Array }>;

/** Tiles spread evenly over `pixels`; one tile where they fit. `shares`: a ramp over the overlap at both ends, never 0. */
export function tileAxis(pixels: number): TileAxis {
  const covered = Math.min(pixels, TILE);
  const count = pixels <= TILE ? 1 : Math.ceil((pixels - OVERLAP) / (TILE - OVERLAP));
  const starts = Array.from({ length: count }, (_, n) => (count === 1 ? 0 : Math.floor((n * (pixels - TILE)) / (count - 1) + 0.5)));
  const shares = Float64Array.from({ length: covered }, (_, x) => Math.min(1, Math.min(x + 0.5, covered - x - 0.5) / OVERLAP));
  return { starts, covered, padded: Math.ceil(covered / FOLDS) * FOLDS, shares };
}
