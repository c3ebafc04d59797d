import { cut, ellipsoid, join, overlap, tube, type Ellipsoid, type TubeNode } from './implicitShapes.ts';

/**
 * The head around the brain, in atlas mm: x right, y anterior, z superior, about the anterior commissure, in the
 * size of MNI space. Shapes named in the singular stand for both sides and take |x|. All numbers are read off the
 * proportions of an average adult head; none comes from a scan.
 */
const vaultBowl: Ellipsoid = { centre: [0, -16, 10], radii: [70.5, 89, 70] };
const posteriorFossa: Ellipsoid = { centre: [0, -60, -38], radii: [54, 36, 28] };
const middleFossa: Ellipsoid = { centre: [40, -4, -30], radii: [25, 30, 20] };
const sella: Ellipsoid = { centre: [0, 10, -42], radii: [13, 24, 20] };
const petrousRidge: readonly TubeNode[] = [{ at: [20, -14, -42], r: 7 }, { at: [60, -34, -42], r: 9 }];

const face: Ellipsoid = { centre: [0, 30, -62], radii: [58, 60, 66] };
const nose: readonly TubeNode[] = [{ at: [0, 82, -22], r: 7 }, { at: [0, 97, -52], r: 9 }];
const neck: readonly TubeNode[] = [{ at: [0, -30, -60], r: 54 }, { at: [0, -34, -160], r: 56 }];
const pinna: Ellipsoid = { centre: [79, -28, -36], radii: [4, 13, 26] };
const temporalis: Ellipsoid = { centre: [62, 12, -8], radii: [14, 36, 40] };

const skullBase: Ellipsoid = { centre: [0, -4, -46], radii: [52, 38, 15] };
const maxilla: Ellipsoid = { centre: [0, 56, -68], radii: [36, 28, 17] };
const frontalBone: Ellipsoid = { centre: [0, 71, -14], radii: [30, 10, 12] };
const orbitalRim: Ellipsoid = { centre: [32, 58, -31], radii: [21, 17, 20] };
const cheekBone: readonly TubeNode[] = [
  { at: [36, 66, -48], r: 7 }, { at: [58, 42, -48], r: 4.5 }, { at: [66, 4, -45], r: 3.5 },
];
const jaw: readonly TubeNode[] = [{ at: [52, 2, -52], r: 6 }, { at: [47, 10, -98], r: 6 }, { at: [20, 62, -118], r: 8 }];
const mastoid: Ellipsoid = { centre: [53, -38, -52], radii: [12, 15, 18] };
const atlasVertebra: Ellipsoid = { centre: [0, -38, -82], radii: [36, 20, 9] };
const axisVertebra: Ellipsoid = { centre: [0, -36, -104], radii: [26, 20, 10] };
const spinousProcess: readonly TubeNode[] = [{ at: [0, -56, -104], r: 5 }, { at: [0, -78, -110], r: 4 }];

const nasalCavity: Ellipsoid = { centre: [8, 58, -50], radii: [5.5, 30, 19] };
const turbinate: Ellipsoid = { centre: [8.5, 54, -55], radii: [3.2, 22, 6] };
const ethmoid: Ellipsoid = { centre: [8, 44, -30], radii: [6.5, 17, 8] };
const maxillarySinus: Ellipsoid = { centre: [27, 50, -60], radii: [12, 16, 14] };
const sphenoidSinus: Ellipsoid = { centre: [7.5, 15, -38], radii: [6.5, 10, 9] };
const frontalSinus: Ellipsoid = { centre: [10, 72, -13], radii: [9, 3.5, 9] };
const pharynx: readonly TubeNode[] = [{ at: [0, 24, -66], r: 7 }, { at: [0, 6, -92], r: 8 }, { at: [0, 4, -150], r: 9 }];
const earCanal: readonly TubeNode[] = [{ at: [54, -24, -42], r: 3 }, { at: [84, -26, -42], r: 3.4 }];

const orbit: readonly TubeNode[] = [{ at: [32, 64, -32], r: 15 }, { at: [19, 26, -27], r: 4 }];
const eyeball: Ellipsoid = { centre: [32, 67, -32], radii: [12.5, 12.5, 12.5] };
const lens: Ellipsoid = { centre: [32, 76, -32], radii: [4.8, 2.2, 4.8] };
const opticNerve: readonly TubeNode[] = [{ at: [31, 54, -32], r: 2 }, { at: [18, 25, -27], r: 2 }];
const lateralRectus: readonly TubeNode[] = [{ at: [44, 60, -32], r: 2 }, { at: [22, 30, -28], r: 2 }];
const medialRectus: readonly TubeNode[] = [{ at: [21, 60, -32], r: 2 }, { at: [17, 32, -28], r: 2 }];

/** Inner surface of the skull without its floor's relief: what the scalp follows. */
export function bowl(x: number, y: number, z: number): number {
  // Egg-shaped: widest behind the ears, narrower at the forehead
  const egg = x * (1 + 0.0016 * (y + 22));
  return join(ellipsoid(egg, y, z, vaultBowl), ellipsoid(x, y, z, posteriorFossa), 10);
}

/** Inner surface of the skull: three fossae, sella and petrous ridges. */
export function vault(x: number, y: number, z: number, smoothBowl: number): number {
  const side = Math.abs(x);
  const withTemporal = join(smoothBowl, ellipsoid(side, y, z, middleFossa), 8);
  const orbitsRoof = overlap(25 - y, z + 19 + 0.12 * side, 8);
  const frontal = cut(withTemporal, orbitsRoof, 8);
  const floor = join(ellipsoid(x, y, z, sella), tube(side, y, z, petrousRidge), 4);
  return cut(frontal, floor, 6);
}

/** Skin surface, given the skull's outer surface over the vault (`cranium`) and the tissue over it, both in mm. */
export function skin(x: number, y: number, z: number, cranium: number, scalp: number): number {
  const side = Math.abs(x);
  const head = join(cranium - scalp, ellipsoid(side, y, z, temporalis), 14);
  const withFace = join(head, join(ellipsoid(x, y, z, face), tube(side, y, z, nose), 12), 16);
  const withNeck = join(withFace, tube(x, y * 1.02, z, neck), 26);
  return join(withNeck, ellipsoid(side, y, z, pinna), 5);
}

/** Bone beside the vault: base, face, jaw, upper neck. */
export function facialBone(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  let bone = join(ellipsoid(x, y, z, skullBase), ellipsoid(x, y, z, maxilla), 6);
  bone = join(bone, ellipsoid(x, y, z, frontalBone), 6);
  bone = Math.min(bone, ellipsoid(side, y, z, orbitalRim), tube(side, y, z, cheekBone), tube(side, y, z, jaw));
  bone = join(bone, ellipsoid(side, y, z, mastoid), 4);
  return Math.min(bone, ellipsoid(x, y, z, atlasVertebra), ellipsoid(x, y, z, axisVertebra), tube(x, y, z, spinousProcess));
}

/** Paranasal sinuses, nasal cavity, throat, ear canals. */
export function airSpaces(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  const nasal = cut(ellipsoid(side, y, z, nasalCavity), ellipsoid(side, y, z, turbinate), 1);
  return Math.min(
    nasal, ellipsoid(side, y, z, ethmoid), ellipsoid(side, y, z, maxillarySinus), ellipsoid(side, y, z, sphenoidSinus),
    ellipsoid(side, y, z, frontalSinus), tube(x * 0.6, y, z, pharynx), tube(side, y, z, earCanal),
  );
}

export function mastoidCells(x: number, y: number, z: number): number {
  return ellipsoid(Math.abs(x), y, z, mastoid) + 3;
}

export function orbitalFat(x: number, y: number, z: number): number {
  return tube(Math.abs(x), y, z, orbit);
}

export function eyeballs(x: number, y: number, z: number): number {
  return ellipsoid(Math.abs(x), y, z, eyeball);
}

/** Eye muscles, optic nerve and lens. */
export function orbitalMuscles(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  const muscles = Math.min(tube(side, y, z, lateralRectus), tube(side, y, z, medialRectus));
  return Math.min(muscles, tube(side, y, z, opticNerve), ellipsoid(side, y, z, lens));
}
