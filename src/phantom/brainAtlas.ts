import { cut, ellipsoid, join, overlap, tube, type Ellipsoid, type TubeNode } from './implicitShapes.ts';

/** The brain, in the atlas mm of skullAtlas.ts; shapes named in the singular stand for both sides and take |x|. */
const basalCistern: Ellipsoid = { centre: [0, -18, -34], radii: [21, 25, 25] };
const quadrigeminalCistern: Ellipsoid = { centre: [0, -38, -8], radii: [13, 8, 9] };

const cerebellarHemisphere: Ellipsoid = { centre: [24, -64, -37], radii: [32, 33, 28] };
const vermis: Ellipsoid = { centre: [0, -62, -32], radii: [14, 25, 28] };
const cerebellarCore: Ellipsoid = { centre: [18, -58, -35], radii: [13, 10, 8] };
const middlePeduncle: readonly TubeNode[] = [{ at: [9, -28, -32], r: 8 }, { at: [21, -54, -35], r: 7 }];

const brainstem: readonly TubeNode[] = [
  { at: [0, -21, -4], r: 12 }, { at: [0, -24, -14], r: 12 }, { at: [0, -24, -31], r: 15 },
  { at: [0, -34, -52], r: 9 }, { at: [0, -40, -74], r: 6 }, { at: [0, -44, -150], r: 5.5 },
];
const spinalCanal: readonly TubeNode[] = [{ at: [0, -36, -52], r: 15 }, { at: [0, -40, -74], r: 10 }, { at: [0, -44, -150], r: 9 }];

const lateralVentricle: readonly TubeNode[] = [
  { at: [8, 30, 0], r: 3.5 }, { at: [9, 18, 10], r: 6 }, { at: [10, 0, 19], r: 6 }, { at: [13, -20, 22], r: 5.5 },
  { at: [23, -40, 14], r: 7 }, { at: [24, -58, 8], r: 4.5 }, { at: [23, -72, 4], r: 1.5 },
];
const temporalHorn: readonly TubeNode[] = [
  { at: [24, -40, 12], r: 6 }, { at: [36, -32, -6], r: 3 }, { at: [33, -12, -18], r: 2.2 },
];
const thirdVentricle: Ellipsoid = { centre: [0, -12, -1], radii: [2.2, 16, 10] };
const fourthVentricle: Ellipsoid = { centre: [0, -46, -32], radii: [8, 5, 11] };

const thalamus: Ellipsoid = { centre: [11.5, -18, 8], radii: [9, 14, 8.5] };
const caudate: readonly TubeNode[] = [
  { at: [13, 18, 1], r: 6.5 }, { at: [15.5, 8, 13], r: 5.5 }, { at: [18, -12, 21], r: 3.5 }, { at: [25, -28, 17], r: 2 },
];
const putamen: Ellipsoid = { centre: [26, 2, 1], radii: [6, 17, 11] };
const pallidum: Ellipsoid = { centre: [19.5, -4, 0], radii: [4.5, 9, 6.5] };
const hippocampus: readonly TubeNode[] = [{ at: [23, -6, -20], r: 7 }, { at: [28, -22, -15], r: 5 }, { at: [26, -36, -4], r: 3.5 }];

/** Basal ganglia, thalamus and capsules: no sulcus enters. */
const core: Ellipsoid = { centre: [0, -8, 5], radii: [34, 42, 25] };

const callosalArch = { y: -7, z: 1, radiusY: 37, radiusZ: 26, half: 3.2 };
const cerebralPeduncle: readonly TubeNode[] = [{ at: [7, -22, -14], r: 6 }, { at: [17, -14, 0], r: 5 }, { at: [23, -12, 18], r: 5 }];

/** Floor of the cerebrum over the cerebellum (the tentorium), as z in mm. */
function tentorium(x: number, y: number): number {
  return -6 - 0.0045 * x * x - 0.2 * Math.max(0, -48 - y);
}

/** Pial envelope of the cerebrum: sulci and fissures are cut later. `vault`: distance to the skull; `gap`: fluid between. */
export function cerebrum(x: number, y: number, z: number, vault: number, gap: number): number {
  const below = overlap(z - tentorium(x, y), y + 36, 3);
  const above = cut(vault + gap, below, 3);
  const cisterns = join(ellipsoid(x, y, z, basalCistern), ellipsoid(x, y, z, quadrigeminalCistern), 4);
  return cut(above, cisterns, 5);
}

export function cerebellum(x: number, y: number, z: number, vault: number, gap: number): number {
  const lobes = join(ellipsoid(Math.abs(x), y, z, cerebellarHemisphere), ellipsoid(x, y, z, vermis), 6);
  return overlap(overlap(lobes, z - tentorium(x, y) + 1.2, 3), vault + gap * 0.8, 3);
}

/** Position across the folia in mm: their sheets fan out from the fourth ventricle. */
export function acrossFolia(x: number, y: number, z: number): number {
  return 24 * Math.atan2(z + 30 + 0.004 * x * x, -(y + 40)) + 0.12 * Math.abs(x);
}

/**
 * Clefts deeper than any sulcus, beside the midline: the lateral (Sylvian) fissure and the fluid over the insula.
 * `slack` widens them with atrophy. Negative inside.
 */
export function lateralFissure(x: number, y: number, z: number, slack: number): number {
  const side = Math.abs(x);
  const sheet = Math.abs(z + 2 + 0.52 * y + 3.5 * Math.sin(y / 8 + side / 11)) * 0.88 - 1.1 - slack;
  const cleft = Math.max(sheet, 37 - side, y - 27, -40 - y);
  const insula = Math.max(Math.abs(side - 38 - 0.004 * (y - 4) ** 2) - 0.9 - slack, Math.hypot((y - 3) / 20, (z + 1) / 13) * 14 - 14);
  return Math.min(cleft, insula);
}

/** Where the two hemispheres are parted: outside the callosal arch and clear of the diencephalon. Negative inside. */
export function partedHemispheres(y: number, z: number): number {
  const { y: y0, z: z0, radiusY, radiusZ } = callosalArch;
  const outside = Math.hypot((y - y0) / radiusY, (z - z0) / radiusZ);
  return (1.07 - outside) * radiusZ;
}

/** White matter that no cortex covers: callosum, the way from midbrain to capsule, cerebellar core and peduncle. */
export function tracts(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  const { y: y0, z: z0, radiusY, radiusZ, half } = callosalArch;
  const round = (Math.hypot((y - y0) / radiusY, (z - z0) / radiusZ) - 1) * radiusZ;
  const thicker = half + 1.6 * Math.max(0, Math.abs(y - y0) / radiusY - 0.6);
  const callosum = Math.max(Math.hypot(round, 0.3 * side) - thicker, -4 - z);
  return Math.min(
    callosum, tube(side, y, z, cerebralPeduncle), ellipsoid(side, y, z, cerebellarCore), tube(side, y, z, middlePeduncle),
  );
}

/** Distance to the region that sulci stop at: negative inside. */
export function unfoldedCore(x: number, y: number, z: number): number {
  return ellipsoid(x, y, z, core);
}

/** `wide`: mm added to the ventricles' radii. */
export function ventricles(x: number, y: number, z: number, wide: number): number {
  const side = Math.abs(x);
  const lateral = join(tube(side, y, z, lateralVentricle) - wide, tube(side, y, z, temporalHorn) - wide * 0.4, 3);
  // The septum keeps the frontal horns apart
  const parted = Math.max(lateral, 0.9 - side);
  return Math.min(parted, ellipsoid(x, y, z, thirdVentricle) - wide * 0.3, ellipsoid(x, y, z, fourthVentricle) - wide * 0.2);
}

export function stem(x: number, y: number, z: number): number {
  // Wider than deep, as midbrain and pons are
  return tube(x * 0.86, y, z, brainstem);
}

export function canal(x: number, y: number, z: number): number {
  return tube(x, y, z, spinalCanal);
}

export function striatum(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  return Math.min(tube(side, y, z, caudate), ellipsoid(side - 0.16 * (2 - y), y, z, putamen));
}

export function innerPallidum(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  return ellipsoid(side - 0.2 * (-4 - y), y, z, pallidum);
}

export function thalami(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  return ellipsoid(side + 0.25 * (y + 18), y, z, thalamus);
}

export function hippocampi(x: number, y: number, z: number): number {
  return tube(Math.abs(x), y, z, hippocampus);
}
