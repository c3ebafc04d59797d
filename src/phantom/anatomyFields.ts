import type { Vector3 } from '../core/affine.ts';
import * as brain from './brainAtlas.ts';
import type { Person } from './person.ts';
import * as skull from './skullAtlas.ts';
import { waveField, type SmoothField } from './smoothField.ts';

/** Distances in mm (negative inside) and smooth coordinates, sampled every `LATTICE_MM`. */
export const outerFieldNames = [
  'skin', 'bone', 'vault', 'air', 'mastoid', 'orbit', 'eye', 'orbitSoft', 'marbling', 'canal', 'stem',
] as const;
export const fieldNames = [
  ...outerFieldNames,
  'cerebrum', 'fold', 'foldDepth', 'midline', 'parted', 'fissure', 'tracts', 'ventricles', 'striatum', 'pallidum',
  'thalamus', 'hippocampus', 'cerebellum', 'folia', 'texture',
] as const;
export type FieldName = (typeof fieldNames)[number];

/** Smooth functions of position need few samples; only their thresholds are sharp. */
export const LATTICE_MM = 2.5;
const FAR = 30;
/** How far from the skin or the vault a field is still evaluated: two lattice diagonals. */
const MARGIN = 9;

type FieldValues = Readonly<Record<FieldName, Float32Array>>;
export type AnatomyFields = Readonly<{ shape: Vector3; origin: Vector3; values: FieldValues }>;

/**
 * One person's anatomy as smooth fields over a box.
 * @param low corner of the box, scanner mm (RAS); @param size of the box, mm
 */
export function anatomyFields(person: Person, low: Vector3, size: Vector3): AnatomyFields {
  const shape: Vector3 = [count(size[0]), count(size[1]), count(size[2])];
  const total = shape[0] * shape[1] * shape[2];
  const values = Object.fromEntries(fieldNames.map((name) => [name, new Float32Array(total).fill(FAR)])) as FieldValues;
  const toAtlas = atlasMap(person);
  const sample = headSampler(person, values);
  const at: [number, number, number] = [0, 0, 0];
  let index = 0;
  for (let k = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let i = 0; i < shape[0]; i++, index++) {
        toAtlas(at, low[0] + i * LATTICE_MM, low[1] + j * LATTICE_MM, low[2] + k * LATTICE_MM);
        if (isNearHead(at[0], at[1], at[2])) sample(index, at[0], at[1], at[2]);
      }
    }
  }
  foldsToDistances(values.fold, shape);
  return { shape, origin: low, values };
}

function count(mm: number): number {
  return Math.ceil(mm / LATTICE_MM) + 2;
}

/** A cheap test that spares the exact shapes most of the surrounding air. */
function isNearHead(x: number, y: number, z: number): boolean {
  const level = Math.max(0, z);
  return (x / 98) ** 2 + ((y + 8) / 124) ** 2 + (level / 106) ** 2 < 1;
}

type AtlasMap = (out: [number, number, number], x: number, y: number, z: number) => void;

/** Scanner mm → atlas mm: shift, tilt, size, then the smooth deformation. Modifies `out`. */
function atlasMap(person: Person): AtlasMap {
  const [bendX, bendY, bendZ] = ['x', 'y', 'z'].map((axis) =>
    waveField(`bend|${person.key}|${axis}`, { count: 4, shortest: 75, longest: 150 })) as [SmoothField, SmoothField, SmoothField];
  const [pitch, roll, yaw] = person.tilt;
  const [cp, sp, cr, sr, cy, sy] = [Math.cos(pitch), Math.sin(pitch), Math.cos(roll), Math.sin(roll), Math.cos(yaw), Math.sin(yaw)];
  const [sizeX, sizeY, sizeZ] = person.size;
  const mm = person.elasticMm;
  return (out, scannerX, scannerY, scannerZ) => {
    const x0 = scannerX - person.shiftMm[0];
    const y0 = scannerY - person.shiftMm[1];
    const z0 = scannerZ - person.shiftMm[2];
    const y1 = cp * y0 - sp * z0;
    const z1 = sp * y0 + cp * z0;
    const x2 = cr * x0 + sr * z1;
    const x = (cy * x2 - sy * y1) / sizeX;
    const y = (sy * x2 + cy * y1) / sizeY;
    const z = (cr * z1 - sr * x0) / sizeZ;
    out[0] = x + mm * bendX(x, y, z);
    out[1] = y + mm * bendY(x, y, z);
    out[2] = z + mm * bendZ(x, y, z);
  };
}

type Sampler = (index: number, x: number, y: number, z: number) => void;

/** Fills every field at one lattice point; distances are scaled back to scanner mm. */
function headSampler(person: Person, values: FieldValues): Sampler {
  const mm = meanSize(person);
  const thickness = waveField(`thickness|${person.key}`, { count: 5, shortest: 45, longest: 100 });
  const texture = waveField(`texture|${person.key}`, { count: 8, shortest: 12, longest: 60 });
  const sampleBrain = brainSampler(person, values);
  const sampleFace = faceSampler(person, values);
  return (index, x, y, z) => {
    const bowl = skull.bowl(x, y, z);
    const skullMm = person.skullMm * (1 + 0.16 * thickness(x, y, z));
    const skin = skull.skin(x, y, z, bowl - skullMm, person.scalpFatMm + 2.6);
    values.skin[index] = skin * mm;
    if (skin > MARGIN) return;
    const vault = skull.vault(x, y, z, bowl);
    values.vault[index] = vault * mm;
    values.bone[index] = (vault - skullMm) * mm;
    values.texture[index] = texture(x, y, z);
    if (vault > -MARGIN) sampleFace(index, x, y, z);
    if (vault < MARGIN) sampleBrain(index, x, y, z, vault);
    else values.stem[index] = brain.stem(x, y, z) * mm;
  };
}

function faceSampler(person: Person, values: FieldValues): Sampler {
  const mm = meanSize(person);
  const marbling = waveField(`marbling|${person.key}`, { count: 9, shortest: 20, longest: 36 });
  return (index, x, y, z) => {
    // Muscles of face and neck run up and down: their sheets change slowly along z
    values.marbling[index] = marbling(x, y, 0.4 * z);
    if (z > 8) return;
    values.bone[index] = Math.min(values.bone[index]!, skull.facialBone(x, y, z) * mm);
    values.air[index] = skull.airSpaces(x, y, z) * mm;
    values.mastoid[index] = skull.mastoidCells(x, y, z) * mm;
    values.canal[index] = brain.canal(x, y, z) * mm;
    values.orbit[index] = skull.orbitalFat(x, y, z) * mm;
    values.eye[index] = skull.eyeballs(x, y, z) * mm;
    values.orbitSoft[index] = skull.orbitalMuscles(x, y, z) * mm;
  };
}

function brainSampler(person: Person, values: FieldValues): (index: number, x: number, y: number, z: number, vault: number) => void {
  const mm = meanSize(person);
  const folds = foldNoise(person.key);
  const depth = waveField(`depth|${person.key}`, { count: 5, shortest: 28, longest: 60 });
  const sway = waveField(`sway|${person.key}`, { count: 4, shortest: 30, longest: 70 });
  const gap = 1.4 + 1.8 * person.atrophy;
  const wide = (person.ventricles - 1) * 5;
  return (index, x, y, z, vault) => {
    values.cerebrum[index] = brain.cerebrum(x, y, z, vault, gap) * mm;
    values.fold[index] = folds(x, y, z);
    values.foldDepth[index] = Math.min(18 + 4 * depth(x, y, z), brain.unfoldedCore(x, y, z)) * mm;
    values.midline[index] = (x + 0.9 * sway(x, y, z)) * mm;
    values.parted[index] = brain.partedHemispheres(y, z) * mm;
    values.fissure[index] = brain.lateralFissure(x, y, z, 0.9 * person.atrophy) * mm;
    values.tracts[index] = brain.tracts(x, y, z) * mm;
    values.stem[index] = brain.stem(x, y, z) * mm;
    values.cerebellum[index] = brain.cerebellum(x, y, z, vault, gap) * mm;
    values.folia[index] = (brain.acrossFolia(x, y, z) + 1.2 * sway(y, z, x)) * mm;
    if (vault > -8) return;
    values.ventricles[index] = brain.ventricles(x, y, z, wide) * mm;
    values.striatum[index] = brain.striatum(x, y, z) * mm;
    values.pallidum[index] = brain.innerPallidum(x, y, z) * mm;
    values.thalamus[index] = brain.thalami(x, y, z) * mm;
    values.hippocampus[index] = brain.hippocampi(x, y, z) * mm;
  };
}

function meanSize(person: Person): number {
  return (person.size[0] + person.size[1] + person.size[2]) / 3;
}

/**
 * Narrow-band noise whose zero set the sulci follow. It depends mostly on the direction from the brain's centre, so
 * that its sheets stand on the surface as sulci do.
 */
function foldNoise(key: string): SmoothField {
  const noise = waveField(`fold|${key}`, { count: 22, shortest: 21, longest: 27 });
  return (x, y, z) => {
    const u = x / 68;
    const v = (y + 16) / 86;
    const w = (z - 8) / 68;
    const level = Math.sqrt(u * u + v * v + w * w) + 1e-3;
    // All 0.5 + 0: purely radial sheets; the rest bends them
    const reach = (0.5 + 0.5 * level) / level;
    return noise(u * reach * 68, v * reach * 86, w * reach * 68);
  };
}

/** Turns the noise φ into the first-order distance to its zero set, φ / |∇φ| in mm. Modifies `fold`. */
function foldsToDistances(fold: Float32Array, [nx, ny, nz]: Vector3): void {
  const noise = fold.slice();
  for (let k = 1; k < nz - 1; k++) {
    for (let j = 1; j < ny - 1; j++) {
      for (let n = (k * ny + j) * nx + 1; n < (k * ny + j + 1) * nx - 1; n++) {
        if (noise[n] === FAR) continue;
        const gx = slope(noise, n, 1);
        const gy = slope(noise, n, nx);
        const gz = slope(noise, n, nx * ny);
        fold[n] = Math.max(-9, Math.min(9, noise[n]! / (Math.sqrt(gx * gx + gy * gy + gz * gz) + 0.05)));
      }
    }
  }
}

/** Central difference per mm; 0 at the rim of the evaluated region. */
function slope(noise: Float32Array, n: number, step: number): number {
  const ahead = noise[n + step]!;
  const behind = noise[n - step]!;
  return ahead === FAR || behind === FAR ? 0 : (ahead - behind) / (2 * LATTICE_MM);
}
