import { expect, it } from 'vitest';

import type { Volume } from '../../src/core/volume.ts';
import { quantile } from '../../src/core/statistics.ts';
import { readScan } from '../../src/formats/scan.ts';
import type { Conformed } from '../../src/preprocess/conform.ts';
import { conform, nativeToWorking } from '../../src/preprocess/conform.ts';
import { describeWithData } from '../support/sharedData.ts';

const settings = {
  orientation: 'RAS', spacingMm: 2, frame: [96, 120, 96], intensity: 'brain-p90',
  biasField: { enabled: true, degree: 3, iterations: 40 },
};

/** The scan, RAS and unscaled as conform first sees it, with a rule over native voxels that zeroes the rest. */
function keeping(scan: Volume<'scanner'>, keep: (i: number, j: number, k: number) => boolean): Volume<'scanner'> {
  const [ni, nj] = scan.shape;
  const samples = scan.samples.map((v, o) => (keep(o % ni, Math.floor(o / ni) % nj, Math.floor(o / (ni * nj))) ? v : 0));
  return { ...scan, samples };
}

/** Distance in mm between the frames that two versions of one scan got. */
function shiftMm(a: Conformed, b: Conformed): number {
  const [from, to] = [nativeToWorking(a.trace), nativeToWorking(b.trace)];
  return 2 * Math.hypot(...from.map(({ offset }, d) => offset - to[d]!.offset));
}

/** Median over the middle of the brain of the model value in `a` over that in `b`, both on one native grid. */
function modelRatio(a: Conformed, b: Conformed): number {
  const map = nativeToWorking(b.trace);
  const [ni, nj] = b.native.shape;
  const ratios: number[] = [];
  for (let o = 0; o < b.native.samples.length; o += 97) {
    const index = [o % ni, Math.floor(o / ni) % nj, Math.floor(o / (ni * nj))];
    const [x, y, z] = index.map((v, d) => map[d]!.scale * v + map[d]!.offset) as [number, number, number];
    const isBrain = Math.hypot((x - 47.5) / 28, (y - 59.5) / 36, (z - 56) / 22) < 1 && b.native.samples[o]! > 0.3;
    if (isBrain) ratios.push(a.native.samples[o]! / b.native.samples[o]!);
  }
  return quantile(ratios, 0.5);
}

// UIH 3T T1w, stored RAS at 1 mm: native index = place in mm
describeWithData('a real head', ['mr/heads/uih-770-T1w-A.nii.gz'] as const, ([path]) => {
  it('keeps its frame, and its model values within 1 %, when defaced, stripped or cropped, and is refused when too little is left', async () => {
    const { volume } = await readScan({ format: 'nifti', name: 'scan', paths: [path] });
    const whole = conform(volume, settings);
    const { top, box } = whole.trace.headFrame;
    const crown = 2 * top;
    const [x, y] = [2 * box.centre[0], 2 * box.centre[1]];

    // face: everything in front of a plane from the brow down
    const defaced = conform(keeping(volume, (_i, j, k) => !(j > y + 55 && k < crown - 75)), settings);
    expect(shiftMm(defaced, whole)).toBeLessThanOrEqual(4);
    expect(Math.abs(modelRatio(defaced, whole) - 1)).toBeLessThan(0.01);

    // skull-stripped by an ellipsoid that keeps about the brain
    const stripped = conform(
      keeping(volume, (i, j, k) => Math.hypot((i - x) / 68, (j - y) / 84, (k - crown + 82) / 72) < 1), settings);
    expect(shiftMm(stripped, whole)).toBeLessThanOrEqual(20); // scalp, skull and CSF above the brain are gone
    expect(Math.abs(modelRatio(stripped, whole) - 1)).toBeLessThan(0.01);

    // field of view ends 20 mm below the crown: the crown is extrapolated
    const topless = conform(keeping(volume, (_i, _j, k) => k < crown - 20), settings);
    expect(shiftMm(topless, whole)).toBeLessThanOrEqual(4);
    expect(topless.trace.headFrame.cutSlices).toBeGreaterThan(6);
    expect(Math.abs(modelRatio(topless, whole) - 1)).toBeLessThan(0.01);

    // field of view ends below the cerebellum: nothing changes
    const neckless = conform(keeping(volume, (_i, _j, k) => k > crown - 130), settings);
    expect(shiftMm(neckless, whole)).toBe(0);

    // neck alone; a slab of 30 mm; the left third
    expect(() => conform(keeping(volume, (_i, _j, k) => k < crown - 140), settings)).toThrow(/NO_HEAD/);
    expect(() => conform(keeping(volume, (_i, _j, k) => k > crown - 30), settings)).toThrow(/NO_HEAD/);
    expect(() => conform(keeping(volume, (i) => i < x - 35), settings)).toThrow(/NO_HEAD/);
  }, 300_000);
});
