import { affineOf } from '../../src/core/affine.ts';
import type { AxisMap } from '../../src/core/axes.ts';
import { permutedAffine, permutedShape, permuteVoxels } from '../../src/core/axes.ts';
import { randomStream } from '../../src/core/random.ts';
import type { Shape3, Volume } from '../../src/core/volume.ts';

export type SyntheticHead = Readonly<{
  shape?: Shape3;
  spacingMm?: readonly [number, number, number];
  /** Voxel order of the result; RAS if absent. */
  order?: AxisMap;
  /** Rotation of the grid about the z axis: an oblique scan of the same head. */
  obliqueDeg?: number;
  /** Where the middle of the grid lies, mm from the middle of the head. */
  centreMm?: readonly [number, number, number];
  seed?: number;
  /** Natural log of a multiplicative shading at a place in mm. */
  logShading?: (x: number, y: number, z: number) => number;
  /** Scalp and skull present; false for a skull-stripped head. */
  skull?: boolean;
}>;

const LEVELS = { scalp: 620, skull: 60, csf: 130, grey: 330, white: 500 } as const;
const NOISE = 8;

/**
 * A quick head of nested ellipsoids on a neck: scalp, skull, CSF, folded grey matter, white matter, ventricles;
 * texture and noise seeded. T1-like; scanner units; the crown is 100 mm above the middle.
 */
export function syntheticHead(options: SyntheticHead = {}): Volume<'scanner'> {
  const { shape = [60, 72, 64], spacingMm = [3, 3, 3], obliqueDeg = 0, centreMm = [0, 0, 0] } = options;
  const random = randomStream(`head|${String(options.seed ?? 0)}`);
  const [cos, sin] = [Math.cos((obliqueDeg * Math.PI) / 180), Math.sin((obliqueDeg * Math.PI) / 180)];
  const [dx, dy, dz] = spacingMm;
  const linear = [
    [cos * dx, 0 - sin * dy, 0], // not -0, which JSON would not keep
    [sin * dx, cos * dy, 0],
    [0, 0, dz],
  ];
  const middle = shape.map((n) => (n - 1) / 2);
  const affine = affineOf(
    linear.map((row, r) => [...row, centreMm[r]! - row.reduce((sum, v, d) => sum + v * middle[d]!, 0)]),
  );
  const samples = new Float32Array(shape[0] * shape[1] * shape[2]);
  let o = 0;
  for (let k = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let i = 0; i < shape[0]; i++) {
        const [x, y, z] = affine.rows.map((r) => r[0]! * i + r[1]! * j + r[2]! * k + r[3]!) as [number, number, number];
        const signal = levelAt(x, y, z, options.skull ?? true) * Math.exp(options.logShading?.(x, y, z) ?? 0);
        samples[o++] = Math.hypot(signal + NOISE * random.nextNormal(), NOISE * random.nextNormal());
      }
    }
  }
  const ras: Volume<'scanner'> = { scale: 'scanner', shape, samples, affine };
  return options.order === undefined ? ras : inOrder(ras, options.order);
}

/** The same voxels at the same places, stored in another order. */
export function inOrder<V extends Volume>(volume: V, order: AxisMap): V {
  return {
    ...volume,
    shape: permutedShape(volume.shape, order),
    samples: permuteVoxels(volume.samples, volume.shape, order),
    affine: permutedAffine(volume.affine, volume.shape, order),
  };
}

/** All 48 ways to store a volume. */
export const allOrders: readonly AxisMap[] = ([[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] as const)
  .flatMap((axes) => [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
    axes,
    flips: [(bits & 1) !== 0, (bits & 2) !== 0, (bits & 4) !== 0] as const,
  })));

function levelAt(x: number, y: number, z: number, skull: boolean): number {
  const radius = (a: number, b: number, c: number): number => Math.hypot(x / a, y / b, (z - 20) / c);
  const folds = 0.035 * Math.sin(x / 5) * Math.sin(y / 5) * Math.cos(z / 6);
  const brain = radius(66, 82, 66);
  if (Math.hypot((Math.abs(x) - 12) / 8, y / 28, (z - 24) / 12) < 1) return LEVELS.csf;
  if (brain < 0.86 + folds) return LEVELS.white * (1 + 0.03 * Math.sin(x / 9 + y / 11) * Math.sin(z / 10));
  if (brain < 0.97 + folds) return LEVELS.grey;
  if (brain < 1.02) return LEVELS.csf;
  if (!skull) return 0;
  if (radius(71, 88, 72) < 1) return LEVELS.skull;
  if (radius(78, 96, 80) < 1) return LEVELS.scalp;
  return z < 10 && Math.hypot(x, y + 15) < 60 ? LEVELS.grey : 0;
}
