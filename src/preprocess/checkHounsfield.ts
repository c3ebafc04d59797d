import { ScanRefusal } from '../core/issues.ts';
import { issue } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { PlaneSink } from '../core/planes.ts';

/** Below is padding, from here on metal or saturation; both stay as they are (field/huClasses.ts). */
const PADDING_HU = -1500;
const METAL_HU = 2000;
const AIR_HU = -700;
const WATER_HU = 200;
const DENSE_HU = 600;

/** What Hounsfield units imply of any part of a body. */
const LEAST_AIR = 0.001;
const LEAST_WATER = 0.02;
const MOST_DENSE = 0.25;
const AIR_MEDIAN = [-1100, -880] as const;

/**
 * The air and water check of Hounsfield units: there is air, its darkest part is near −1000; there is tissue near water; what is as
 * dense as bone is the smaller part. Stored values without rescale, normalised or windowed values, and maps of other quantities fail it.
 *
 * @param planes finite samples in any order
 * @returns flags: metal that stays as it is
 * @throws NOT_HU, CONSTANT
 * Source: dicom.md §5 (HU contract).
 */
export function checkHounsfield(planes: Iterable<Float32Array>): readonly Issue[] {
  const check = createHounsfieldCheck();
  for (const plane of planes) check.write(0, plane);
  return check.finish();
}

/** The same of planes as they come in. @throws by `finish`: NOT_HU, CONSTANT */
export function createHounsfieldCheck(): PlaneSink & Readonly<{ finish: () => readonly Issue[] }> {
  const counts: HuCounts = { measured: 0, air: 0, water: 0, dense: 0, metal: 0, airHistogram: new Uint32Array(AIR_HU - PADDING_HU + 1) };
  return { write: (_, plane) => { addHu(counts, plane); }, finish: () => judge(counts) };
}

function judge(counts: Readonly<HuCounts>): readonly Issue[] {
  const { measured, air, water, dense, metal } = counts;
  const share = (n: number): string => `${((100 * n) / Math.max(measured, 1)).toFixed(1)} %`;
  if (measured === 0) throw new ScanRefusal('CONSTANT', 'Every voxel is padding.');
  if (air < LEAST_AIR * measured) throw new ScanRefusal('NOT_HU', `Expected air near −1000 HU; ${share(air)} of the voxels are below ${AIR_HU}.`);
  const median = medianOfAir(counts.airHistogram);
  if (median < AIR_MEDIAN[0] || median > AIR_MEDIAN[1]) {
    throw new ScanRefusal('NOT_HU', `Expected the darkest air near −1000 HU; it is at ${median}.`);
  }
  if (water < LEAST_WATER * measured) throw new ScanRefusal('NOT_HU', `Expected tissue within ±${WATER_HU} HU; ${share(water)} of the voxels are.`);
  if (dense > MOST_DENSE * (measured - air)) throw new ScanRefusal('NOT_HU', `${share(dense)} of the voxels are above ${DENSE_HU} HU, as dense as bone.`);
  return metal === 0 ? [] : [issue('METAL', `${metal} voxels of ${METAL_HU} HU and more`)];
}

type HuCounts = { measured: number; air: number; water: number; dense: number; metal: number; airHistogram: Uint32Array };

/** Modifies `counts`. */
function addHu(counts: HuCounts, plane: Float32Array): void {
  for (let n = 0; n < plane.length; n++) {
    const hu = plane[n]!;
    if (!(hu >= PADDING_HU)) continue;
    counts.measured++;
    if (hu < AIR_HU) {
      counts.air++;
      counts.airHistogram[Math.floor(hu) - PADDING_HU]! += 1;
    } else if (Math.abs(hu) <= WATER_HU) counts.water++;
    else if (hu >= METAL_HU) counts.metal++;
    if (hu > DENSE_HU) counts.dense++;
  }
}

/** Median of the darker half of the air, whole HU: the room's air where there is any, else the lung's darkest. */
function medianOfAir(histogram: Uint32Array): number {
  const quarter = histogram.reduce((sum, count) => sum + count, 0) / 4;
  let below = 0;
  const bin = histogram.findIndex((count) => (below += count) >= quarter);
  return bin + PADDING_HU;
}
