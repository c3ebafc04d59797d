import { eachPlane } from '../../core/planes.ts';
import type { SlicedVolume } from '../../core/planes.ts';
import { voxelCount } from '../../core/volume.ts';
import { niftiDatatypes } from './datatypes.ts';
import type { StoredForm } from './samples.ts';

/** An integer step coarser than this part of the volume's 99th percentile would show as banding. */
const COARSEST_STEP = 1 / 500;
const PERCENTILE_BINS = 65_536;

/**
 * Why the source's stored form cannot hold new samples; undefined when it can.
 * Integers must neither clip nor be coarser than 1/500 of the 99th percentile of |sample|. Reads the volume twice.
 */
export function misfitOf(volume: SlicedVolume, form: StoredForm): string | undefined {
  const { integer } = niftiDatatypes[form.datatype];
  if (integer === null) return undefined;
  const { low, high } = extremesOf(volume);
  const ends = [low, high].map((value) => Math.round((value - form.sclInter) / form.sclSlope));
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  if (least < integer[0] || most > integer[1]) {
    return `${form.datatype} would clip: stored values would run from ${least} to ${most}`;
  }
  const step = Math.abs(form.sclSlope);
  const p99 = percentile99(volume, Math.max(Math.abs(low), Math.abs(high)));
  if (step > COARSEST_STEP * p99) return `a step of ${step} is coarse beside a 99th percentile of ${p99.toPrecision(4)}`;
  return undefined;
}

function extremesOf(volume: SlicedVolume): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const plane of eachPlane(volume)) {
    for (let index = 0; index < plane.length; index++) {
      const value = plane[index]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return { low, high };
}

/** Of |sample|, from a histogram: exact to 1/65536 of `range`, the largest |sample|. */
function percentile99(volume: SlicedVolume, range: number): number {
  if (!(range > 0)) return 0;
  const counts = new Uint32Array(PERCENTILE_BINS + 1);
  const scale = PERCENTILE_BINS / range;
  for (const plane of eachPlane(volume)) {
    for (let index = 0; index < plane.length; index++) counts[Math.round(Math.abs(plane[index]!) * scale)]!++;
  }
  let above = voxelCount(volume.shape) * 0.01;
  let bin = PERCENTILE_BINS;
  while (bin > 0 && counts[bin]! <= above) above -= counts[bin--]!;
  return bin / scale;
}
