import { describe, expect, it } from 'vitest';

import type { CtStyle } from '../../src/config/styleFile.ts';
import type { ReadKernels } from '../../src/field/gainStart.ts';
import { kernelSpeaker } from '../../src/pipeline/kernelSpeaker.ts';

/** Reads what the flattest groups differ by, band by band. */
const readKernels: ReadKernels = (source, reference) => Promise.resolve(reference.slice(0, 12).map((log, b) => log - source[b]!));
const reading = { readKernels, bounds: { minGain: 0.1, maxGain: 10 }, shrinkage: { startSize: [0.1, 0.4], lambda: [0, 1] } };
const logs = (log: number): number[] => new Array<number>(48).fill(log);
const look = (log: number) => ({ spectra: Float64Array.from(logs(log)), sampled: 12, nps: new Float64Array(12), patches: 0 });
const cohort: CtStyle = {
  schemaVersion: 1, id: 'site-b', modality: 'CT', protocol: 'ct-kernel/1.0.0', code: [1, 2], nps: new Array<number>(12).fill(9), patches: 90, spectra: logs(4), sampled: 11,
  amplitude: [], detailSd: 1, scans: 6, encoderSha256: '', acquisition: { manufacturer: 'A', convolutionKernel: 'soft' }, dispersion: 0,
};
const own = { look: look(4.1), code: Float32Array.of(7, 8), acquisition: { manufacturer: 'A', convolutionKernel: 'soft' } };

describe('whose look a kernel is read from', () => {
  it('is the scan’s own without a cohort, and nothing is said of one', async () => {
    expect(await kernelSpeaker(own, undefined, reading)).toEqual({ look: own.look, code: own.code, issues: [] });
  });

  it('is the cohort’s for a scan of its kernel, with its code', async () => {
    const speaker = await kernelSpeaker(own, cohort, reading);
    expect(speaker.look).toMatchObject({ spectra: cohort.spectra, sampled: 11, nps: cohort.nps, patches: 90 });
    expect([...speaker.code]).toEqual([1, 2]);
    expect(speaker.issues).toEqual([]);
    // half of a difference of .1 in log power, in bands 4 to 8 and by the parabola in 1 to 3
    expect(speaker.cohort).toEqual({ speaks: true, distance: expect.closeTo(0.0413, 3) as number });
  });

  it('is the scan’s own, with UNLIKE_COHORT, where its kernel lies beyond the limit', async () => {
    const speaker = await kernelSpeaker({ ...own, look: look(6) }, cohort, reading);
    expect(speaker).toMatchObject({ code: own.code, cohort: { speaks: false, distance: expect.closeTo(0.826, 2) as number } });
    expect(speaker.issues.map(({ code, severity, detail }) => [code, severity, detail])).toEqual([['UNLIKE_COHORT', 'flag', 'its kernel lies 0.83 from that of the cohort, more than 0.30 (root mean square log gain)']]);
  });

  it.each([
    ['another name', { convolutionKernel: 'soft', manufacturer: 'B' }],
    ['a name that not all of the cohort share', { model: 'M' }],
  ])('is the scan’s own where the header has %s', async (_, acquisition) => {
    const speaker = await kernelSpeaker({ ...own, acquisition }, cohort, reading);
    expect(speaker).toMatchObject({ code: own.code, cohort: { speaks: false, distance: null } });
    expect(speaker.issues.map(({ code }) => code)).toEqual(['UNLIKE_COHORT']);
  });

  it('is the scan’s own, with MIXED_KERNELS, where the cohort’s scans show more than one kernel', async () => {
    const speaker = await kernelSpeaker(own, { ...cohort, kernelSpread: 0.16 }, reading);
    expect(speaker).toMatchObject({ code: own.code, cohort: { speaks: false, distance: null } });
    expect(speaker.issues.map(({ code, detail }) => [code, detail])).toEqual([['MIXED_KERNELS', 'the kernels of the cohort lie 0.16 from their mean, more than 0.15 (root mean square log gain)']]);
    expect((await kernelSpeaker(own, { ...cohort, kernelSpread: 0.14 }, reading)).cohort!.speaks).toBe(true);
  });

  it('is the cohort’s where either header says nothing, or the scan shows too little tissue to tell', async () => {
    expect((await kernelSpeaker({ ...own, acquisition: {} }, cohort, reading)).cohort!.speaks).toBe(true);
    expect((await kernelSpeaker(own, { ...cohort, acquisition: {} }, reading)).cohort!.speaks).toBe(true);
    expect((await kernelSpeaker({ ...own, look: { ...own.look, spectra: undefined } }, cohort, reading)).cohort).toEqual({ speaks: true, distance: null });
  });

  it('is the scan’s own where the cohort shows too little, and this is said', async () => {
    const speaker = await kernelSpeaker(own, { ...cohort, spectra: null }, reading);
    expect(speaker.cohort).toEqual({ speaks: false, distance: null });
    expect(speaker.issues.map(({ code, detail }) => [code, detail])).toEqual([['FEW_PATCHES', 'too little tissue in the cohort for patches of 12 mm, so the scan speaks for itself']]);
  });
});
