import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { affineOf } from '../../src/core/affine.ts';
import { axisMapToRas } from '../../src/core/axes.ts';
import { randomStream } from '../../src/core/random.ts';
import { quantile } from '../../src/core/statistics.ts';
import { readScan } from '../../src/formats/scan.ts';
import { conform, nativeToWorking } from '../../src/preprocess/conform.ts';
import { describeWithOracle, runOracle } from '../support/oraclePython.ts';
import { describeWithData } from '../support/sharedData.ts';

const settings = {
  orientation: 'RAS', spacingMm: 2, frame: [96, 120, 96], intensity: 'brain-p90',
  biasField: { enabled: false, degree: 3, iterations: 40 },
};

/** 1 mm PIL with 1.33 mm slices; 0.8 mm skull-stripped float; 3 mm slices with the crown cut off. */
const scans = [
  'mr/heads/itk-trio-mprage-multiframe.nii.gz',
  'mr/heads/niimath-T1.nii.gz',
  'mr/repeat/openms-long-p12-s1-FLAIR.nii.gz',
] as const;

type Found = { offset: number[]; top: number; headBox: number[]; brainScale: number; inView: number; brain: number; nativeToWorking: number[]; median: number };

describeWithOracle('conform in TypeScript and in the recipe', ['numpy', 'nibabel'], () => {
  describeWithData('on real heads', scans, (paths) => {
    it.each(paths.map((path) => [path.split('/').at(-1)!, path]))('%s: one frame, scale within 1e-5, working within 1e-4', async (_, path) => {
      const folder = await mkdtemp(join(tmpdir(), 'concord-conform-'));
      try {
        const expected = (await runOracle('conform.py', [path, join(folder, 'working.f32')])) as Found;
        const bytes = await readFile(join(folder, 'working.f32'));
        const theirs = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
        const scan = await readScan({ format: 'nifti', name: 'scan', paths: [path] });
        const { working, inView, brain, trace } = conform(scan.volume, settings);
        const { box, top, offset } = trace.headFrame;
        expect([...offset]).toEqual(expected.offset);
        expect(top).toBe(expected.top);
        expect([...box.centre, ...box.halfWidth]).toEqual(expected.headBox);
        expect(Math.abs(trace.brainScale / expected.brainScale - 1)).toBeLessThan(1e-5);
        expect(inView.reduce((a, b) => a + b, 0)).toBe(expected.inView);
        expect(Math.abs(brain.reduce((a, b) => a + b, 0) - expected.brain)).toBeLessThanOrEqual(5);
        nativeToWorking(trace).flatMap(({ scale, offset: o }) => [scale, o]).forEach((v, i) => {
          expect(v).toBeCloseTo(expected.nativeToWorking[i]!, 5);
        });
        const worst = working.samples.reduce((w, v, i) => Math.max(w, Math.abs(v - theirs[i]!)), 0);
        expect(worst).toBeLessThan(1e-4);
        expect(quantile(working.samples.filter((_v, i) => brain[i] === 1), 0.5)).toBeCloseTo(expected.median, 4);
      } finally {
        await rm(folder, { recursive: true });
      }
    }, 300_000);
  });
});

describeWithOracle('axisMapToRas and nibabel', ['numpy', 'nibabel'], () => {
  it('agree on 200 random oblique and sheared affines', async () => {
    const random = randomStream('affines');
    const linears = Array.from({ length: 200 }, () => Array.from({ length: 9 }, () => random.nextNormal()));
    const script = `import json, sys, numpy as np, nibabel as nib
out = []
for m in json.loads(sys.argv[1]):
    a = np.eye(4); a[:3, :3] = np.reshape(m, (3, 3))
    o = nib.io_orientation(a)
    out.append([[int(np.flatnonzero(o[:, 0] == d)[0]) for d in range(3)], [bool(o[o[:, 0] == d][0, 1] < 0) for d in range(3)]])
print(json.dumps(out))`;
    const expected = await runOracle(script, [JSON.stringify(linears)]);
    const found = linears.map((m) => {
      const { axes, flips } = axisMapToRas(affineOf([0, 3, 6].map((r) => [...m.slice(r, r + 3), 0])));
      return [[...axes], [...flips]];
    });
    expect(found).toEqual(expected);
  }, 120_000);
});
