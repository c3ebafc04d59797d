import { affineOf, applyAffine, spacingOf } from '../core/affine.ts';
import type { Affine, Vector3 } from '../core/affine.ts';
import { ConcordError } from '../core/errors.ts';
import { ScanRefusal } from '../core/issues.ts';
import type { Volume } from '../core/volume.ts';
import * as biasField from './steps/biasField.ts';
import * as brainScale from './steps/brainScale.ts';
import * as headFrame from './steps/headFrame.ts';
import * as reorient from './steps/reorient.ts';
import * as workingGrid from './steps/workingGrid.ts';
import { brainEllipsoid, ellipsoidMask, scaledEllipsoid, WORKING_SHAPE, WORKING_SPACING_MM } from './workingFrame.ts';

/** The part of a protocol that decides how scans are conformed. */
export type ConformSettings = Readonly<{
  orientation: string;
  spacingMm: number;
  frame: readonly number[];
  intensity: string;
  biasField: Readonly<{ enabled: boolean; degree: number; iterations: number }>;
}>;

/** Everything that conform decided; with it restore undoes conform. Plain JSON. */
export type ConformTrace = Readonly<{
  reorient: reorient.ReorientPlan;
  workingGrid: workingGrid.WorkingGridPlan;
  headFrame: headFrame.HeadFramePlan;
  biasField: biasField.BiasFieldPlan | null;
  /** Scanner units per model unit. */
  brainScale: number;
  /** Share of the brain ellipsoid that lies inside the scan, and that holds tissue. */
  ellipsoidInView: number;
  ellipsoidTissue: number;
}>;

export type Conformed = Readonly<{
  /** RAS order, full resolution, shading removed, model scale. */
  native: Volume<'model'>;
  /** 96 × 120 × 96 voxels of 2 mm in the head frame; 0 outside the scan. */
  working: Volume<'model'>;
  /** 1 where the working voxel lies inside the scan. */
  inView: Uint8Array;
  /** 1 in the central ellipsoid where there is tissue (above 0.08 model units). */
  brain: Uint8Array;
  /** 1 in the ellipsoid enlarged by 1.2, which holds nearly every brain whole. */
  wholeBrain: Uint8Array;
  trace: ConformTrace;
}>;

/** Above this a working voxel of the ellipsoid is brain, model units. */
export const BRAIN_FLOOR = 0.08;

/**
 * Brings a head scan onto the intensity scale (native) and the grid (working) that the networks know,
 * with the way back. Does not modify its input.
 *
 * @throws TOO_FEW_SLICES, CONSTANT, NO_HEAD (the scan's fault); CONCORD_PROTOCOL for settings it does not know
 */
export function conform(volume: Volume<'scanner'>, settings: ConformSettings): Conformed {
  checkSettings(settings);
  checkShape(volume);
  // 1. RAS voxel order, on a copy that is ours to change; what is not a number becomes 0
  const reorientPlan = reorient.plan(volume);
  const ras = reorient.apply(volume, reorientPlan);
  clean(ras.samples);
  // 2. a 2 mm copy, 3. moved so that the head lies where every head lies
  const gridPlan = workingGrid.plan(ras);
  const copy = workingGrid.apply(ras.samples, gridPlan);
  const framePlan = headFrame.plan(copy, workingGrid.shapeOf(gridPlan));
  const { samples, inView } = headFrame.apply(copy, workingGrid.shapeOf(gridPlan), framePlan);
  const ellipsoid = brainEllipsoid(framePlan.box);
  const inside = ellipsoidMask(ellipsoid);
  const { tissue, ...shares } = brainTissue(samples, inside, inView, 0.3 * framePlan.threshold);
  // 4. smooth shading, divided out of both
  const map = indexMap(gridPlan, framePlan);
  const biasPlan = settings.biasField.enabled
    ? biasField.plan(samples, tissue, ellipsoid, settings.biasField)
    : null;
  if (biasPlan !== null) {
    biasField.apply(ras.samples, ras.shape, map, biasPlan);
    biasField.apply(samples, WORKING_SHAPE, identityMap, biasPlan);
  }
  // 5. the brain's own scale
  const scale = brainScale.plan(samples, tissue);
  const native = brainScale.apply(ras, scale);
  const frameAffine = workingAffine(ras.affine, map);
  const working = brainScale.apply({ scale: 'scanner', shape: WORKING_SHAPE, samples, affine: frameAffine }, scale);
  const brain = inside.map((v, o) => (v === 1 && inView[o] === 1 && samples[o]! > BRAIN_FLOOR ? 1 : 0));
  const trace: ConformTrace = {
    reorient: reorientPlan,
    workingGrid: gridPlan,
    headFrame: framePlan,
    biasField: biasPlan,
    brainScale: scale,
    ...shares,
  };
  return { native, working, inView, brain, wholeBrain: ellipsoidMask(scaledEllipsoid(ellipsoid, 1.2)), trace };
}

/**
 * Undoes conform: scanner units, the file's voxel order and affine. `brainScale` is the scale to write with: the
 * scan's own one gives the scan back, to 3e-7 of each sample (float32 is rounded once a step); integers of up
 * to 20 bits come back exactly after rounding. Voxels that were not finite are 0. Does not modify its input.
 *
 * @throws CONCORD_GRID_MISMATCH if the volume is not on the grid that conform returned
 */
export function restore(
  volume: Volume<'model'>,
  trace: ConformTrace,
  options: { brainScale: number; biasField: 'keep-removed' | 'put-back' },
): Volume<'scanner'> {
  const shape = trace.workingGrid.map((axis) => axis.native);
  if (shape.some((n, d) => n !== volume.shape[d])) {
    throw new ConcordError(
      'CONCORD_GRID_MISMATCH',
      `restore needs the conformed grid ${shape.join('×')}, got ${volume.shape.join('×')}.`,
    );
  }
  const scaled = brainScale.invert({ ...volume, samples: volume.samples.slice() }, options.brainScale);
  if (options.biasField === 'put-back' && trace.biasField !== null) {
    biasField.invert(scaled.samples, scaled.shape, nativeToWorking(trace), trace.biasField);
  }
  return reorient.invert(scaled, trace.reorient);
}

/** Per axis: working index = scale · native index + offset, for native voxels in RAS order. */
export function nativeToWorking(trace: ConformTrace): { scale: number; offset: number }[] {
  return indexMap(trace.workingGrid, trace.headFrame);
}

function indexMap(grid: workingGrid.WorkingGridPlan, frame: headFrame.HeadFramePlan): { scale: number; offset: number }[] {
  return grid.map((axis, d) => ({ scale: 1 / axis.scale, offset: frame.offset[d]! - axis.offset / axis.scale }));
}

const identityMap = [0, 1, 2].map(() => ({ scale: 1, offset: 0 }));

/** Working index → mm: the native affine after native index = (working index − offset) / scale. */
function workingAffine(native: Affine, map: readonly { scale: number; offset: number }[]): Affine {
  const origin = applyAffine(native, map.map(({ scale, offset }) => -offset / scale) as unknown as Vector3);
  return affineOf(native.rows.map((row, r) => [...map.map(({ scale }, d) => row[d]! / scale), origin[r]!]));
}

function checkSettings({ orientation, spacingMm, frame, intensity }: ConformSettings): void {
  const known =
    orientation === 'RAS' &&
    spacingMm === WORKING_SPACING_MM &&
    frame.length === 3 &&
    frame.every((n, d) => n === WORKING_SHAPE[d]) &&
    intensity === 'brain-p90';
  if (!known) {
    throw new ConcordError(
      'CONCORD_PROTOCOL',
      `conform knows RAS, ${WORKING_SHAPE.join('×')} at ${String(WORKING_SPACING_MM)} mm and brain-p90; ` +
        `the protocol asks for ${orientation}, ${frame.join('×')} at ${String(spacingMm)} mm and ${intensity}.`,
    );
  }
}

function checkShape({ shape, affine }: Volume): void {
  const spacing = spacingOf(affine);
  const thinnest = shape.findIndex((n) => n < 3);
  if (thinnest < 0) return;
  const extent = `${shape.join('×')} at ${spacing.map((mm) => mm.toFixed(2)).join('×')} mm`;
  throw new ScanRefusal('TOO_FEW_SLICES', `The scan is ${extent}; a volume needs three voxels along each axis.`);
}

/** Not-finite samples become 0; modifies the samples. */
function clean(samples: Float32Array): void {
  // x - x is 0 for every finite x and NaN for the rest
  for (let i = 0; i < samples.length; i++) if (samples[i]! - samples[i]! !== 0) samples[i] = 0;
}

/** The mask of tissue in the brain ellipsoid. @throws NO_HEAD if most of it is out of view or empty */
function brainTissue(
  samples: Float32Array,
  inside: Uint8Array,
  inView: Uint8Array,
  level: number,
): { tissue: Uint8Array; ellipsoidInView: number; ellipsoidTissue: number } {
  const tissue = new Uint8Array(samples.length);
  let [all, seen, filled] = [0, 0, 0];
  for (let o = 0; o < samples.length; o++) {
    if (inside[o] === 0) continue;
    all++;
    if (inView[o] === 0) continue;
    seen++;
    if (!(samples[o]! > level)) continue;
    filled++;
    tissue[o] = 1;
  }
  if (filled < 0.35 * all) {
    const percent = (n: number): string => `${((100 * n) / all).toFixed(0)} %`;
    throw new ScanRefusal(
      'NO_HEAD',
      `Of the brain's place ${percent(seen)} is in view and ${percent(filled)} holds tissue; 35 % are needed.`,
    );
  }
  return { tissue, ellipsoidInView: seen / all, ellipsoidTissue: filled / all };
}
