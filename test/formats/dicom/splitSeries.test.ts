import { describe, expect, it } from 'vitest';

import type { ScanRefusal } from '../../../src/core/issues.ts';
import { findScans, readScan } from '../../../src/formats/scan.ts';
import { CT, dicomBytes, sliceElements, writeSeries } from '../../support/dicomBytes.ts';
import type { DicomElement, Overrides } from '../../support/dicomBytes.ts';
import { scratchFolder } from '../../support/scratch.ts';

const set = (tag: number, vr: string, value: DicomElement['value']): Overrides => ({ [tag]: { tag, vr, value } });
const instance = (number: number): Overrides => ({ ...set(0x00080018, 'UI', `1.2.826.0.1.9.${number}`), ...set(0x00200013, 'IS', String(number)) });
const at = (k: number, x = -10): Overrides => set(0x00200032, 'DS', `${x}\\-20\\${30 + 2.5 * k}`);

/** Names without the hash that a series' parts share, with files, label and what reading says. */
async function partsOf(files: readonly Buffer[]): Promise<string[]> {
  const { inputs } = await findScans(await writeSeries(await scratchFolder(), files));
  return Promise.all(inputs.map(async (input) => {
    const outcome = await readScan(input).then(({ volume }) => `k=${volume.shape[2]}`, (error: unknown) => (error as ScanRefusal).issue.code);
    const name = input.name.replace(/^series-[0-9a-f]{12}/, 'series');
    return [name, input.paths.length, input.summary?.part, outcome].filter((text) => text !== undefined).join(' | ');
  }));
}

/** `volumes` volumes of four slices each; slice k of volume v has the overrides of `change(v, k)` and number n. */
function volumes(count: number, change: (v: number, k: number) => Overrides, number = (v: number, k: number) => 4 * v + k + 1): Buffer[] {
  return Array.from({ length: 4 * count }, (_, n) => {
    const [v, k] = [Math.floor(n / 4), n % 4];
    return dicomBytes(sliceElements(k, { ...instance(number(v, k)), ...at(k), ...change(v, k) }));
  });
}

describe('a series is split', () => {
  it('by echo time, in numeric order', async () => {
    const files = volumes(2, (v) => ({ ...set(0x00180081, 'DS', ['92', '11'][v]!), ...set(0x00180086, 'IS', String(2 - v)) }));
    expect(await partsOf(files)).toEqual(['series-echo-1 | 4 | EchoTime 11 | k=4', 'series-echo-2 | 4 | EchoTime 92 | k=4']);
  });

  it('by orientation, when it is two and not a localizer\'s three', async () => {
    const tilted = set(0x00200037, 'DS', '0.9950042\\0.0998334\\0\\-0.0998334\\0.9950042\\0');
    expect(await partsOf(volumes(2, (v) => (v === 1 ? tilted : {})))).toEqual([
      'series-plane-1 | 4 | orientation 1 | k=4', 'series-plane-2 | 4 | orientation 2 | k=4',
    ]);
  });

  it('by temporal position, kernel, matrix and rescale pair', async () => {
    expect(await partsOf(volumes(3, (v) => set(0x00200100, 'IS', String(v + 9))))).toEqual([9, 10, 11].map((time, n) =>
      `series-time-${n + 1} | 4 | TemporalPositionIdentifier ${time} | k=4`));
    const ct = { ...set(0x00080016, 'UI', CT), ...set(0x00281052, 'DS', '-1024'), ...set(0x00281053, 'DS', '1') };
    expect(await partsOf(volumes(2, (v) => ({ ...ct, ...set(0x00181210, 'SH', ['B70f', 'B40f'][v]!) })))).toEqual([
      'series-kernel-1 | 4 | ConvolutionKernel B40f | k=4', 'series-kernel-2 | 4 | ConvolutionKernel B70f | k=4',
    ]);
    const offset = (v: number): Overrides => set(0x00281052, 'DS', v === 0 ? '-1024' : '-1000');
    expect(await partsOf(volumes(2, (v) => ({ ...ct, ...offset(v) })))).toEqual([
      'series-scale-1 | 4 | rescale pair another | k=4', 'series-scale-2 | 4 | rescale pair another | k=4',
    ].map((text, n) => text.replace('another', n === 0 ? '1/-1000' : '1/-1024')));
  });

  it('a contrast phase from the plain scan, without repeating the agent’s name', async () => {
    const ct = { ...set(0x00080016, 'UI', CT), ...set(0x00281052, 'DS', '-1024'), ...set(0x00281053, 'DS', '1') };
    expect(await partsOf(volumes(2, (v) => ({ ...ct, ...(v === 1 ? set(0x00180010, 'LO', 'Agent of J. Doe') : {}) })))).toEqual([
      'series-contrast-1 | 4 | contrast agent given | k=4', 'series-contrast-2 | 4 | contrast agent none | k=4',
    ]);
  });

  it('magnitude from phase, of which only magnitude is read', async () => {
    expect(await partsOf(volumes(2, (v) => set(0x00080008, 'CS', `ORIGINAL\\PRIMARY\\${'MP'[v]!}\\ND`)))).toEqual([
      'series-type-1 | 4 | ImageType ORIGINAL/PRIMARY/M | k=4', 'series-type-2 | 4 | ImageType ORIGINAL/PRIMARY/P | COMPLEX_COMPONENT',
    ]);
  });

  it('by acquisition where positions repeat, and only there', async () => {
    expect(await partsOf(volumes(2, (v) => set(0x00200012, 'IS', String(v + 1))))).toEqual([
      'series-acquisition-1 | 4 | AcquisitionNumber 1 | k=4', 'series-acquisition-2 | 4 | AcquisitionNumber 2 | k=4',
    ]);
    const blocks = volumes(2, (v, k) => ({ ...set(0x00200012, 'IS', String(v + 1)), ...at(k + 4 * v) }));
    expect(await partsOf(blocks)).toEqual(['series | 8 | k=8']);
  });

  it.each<[string, (v: number, k: number) => number]>([
    ['echo after echo', (v, k) => 4 * v + k + 1],
    ['slice after slice', (v, k) => 3 * k + v + 1],
  ])('by repeats of each position, as GE multi-echo with one EchoTime needs: %s', async (_, number) => {
    const marked = volumes(3, (v) => set(0x7fe00010, 'OW', Array.from({ length: 12 }, (__, i) => 1000 * (v + 1) + i)), number);
    const { inputs } = await findScans(await writeSeries(await scratchFolder(), marked));
    expect(inputs.map(({ name }) => name.slice(20))).toEqual(['repeat-1', 'repeat-2', 'repeat-3']);
    const lows = await Promise.all(inputs.map(async (input) => Math.min(...(await readScan(input)).volume.samples)));
    expect(lows).toEqual([1000, 2000, 3000]);
  });

  it('the same whatever the files are called', async () => {
    const files = volumes(3, (v) => set(0x00180081, 'DS', String(10 + v)));
    expect(await partsOf([...files].reverse())).toEqual(await partsOf(files));
  });

  it('from its scouts, which are skipped', async () => {
    const scout = { ...instance(50), ...set(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\LOCALIZER'), ...at(90) };
    expect(await partsOf([...volumes(1, () => ({})), dicomBytes(sliceElements(0, scout))])).toEqual([
      'series-type-1 | 1 | ImageType ORIGINAL/PRIMARY/LOCALIZER | LOCALIZER', 'series-type-2 | 4 | ImageType ORIGINAL/PRIMARY/M | k=4',
    ]);
  });
});

describe('a series stays whole', () => {
  it('and is refused, when a setting leaves parts too small to be volumes', async () => {
    expect(await partsOf(volumes(1, (_, k) => (k === 3 ? set(0x00180081, 'DS', '92') : {})))).toEqual(['series | 4 | MIXED_SERIES']);
  });

  it('and is refused, when not every position repeats as often', async () => {
    expect(await partsOf(volumes(2, () => ({})).slice(0, 7))).toEqual(['series | 7 | DUP_POSITION']);
  });

  it('and is refused, when one of its files is damaged: which volume lacks it is unknown', async () => {
    const files = volumes(2, (v) => set(0x00180081, 'DS', String(10 + v)));
    files[2] = files[2]!.subarray(0, 425);
    expect(await partsOf(files)).toEqual(['series | 8 | TRUNCATED']);
  });

  it('where one instance was stored twice, and where three planes make it a localizer', async () => {
    const files = volumes(1, () => ({}));
    expect(await partsOf([...files, files[2]!])).toEqual(['series | 5 | k=4']);
    const planes = ['1\\0\\0\\0\\1\\0', '0\\1\\0\\0\\0\\-1', '1\\0\\0\\0\\0\\-1'];
    expect(await partsOf(volumes(3, (v) => set(0x00200037, 'DS', planes[v]!)))).toEqual(['series | 12 | LOCALIZER']);
  });

  it('unless one series UID was given to two patients or studies', async () => {
    const owner = (v: number): Overrides => (v === 1 ? set(0x00100020, 'LO', 'other') : {});
    expect((await partsOf(volumes(2, owner))).sort()).toEqual(['series | 4 | k=4', 'series-2 | 4 | k=4']);
  });
});
