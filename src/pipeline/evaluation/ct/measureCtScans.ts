import { eachPlane, type SlicedVolume } from '../../../core/planes.ts';
import { smoothSlice } from '../../../core/sliceSmoothing.ts';
import { sliceStackOf, type SliceStack } from '../../../core/sliceStack.ts';
import { fillBody } from '../../../field/bodyMask.ts';
import type { GainScan } from '../../../field/gainStatistics.ts';
import { cleanSlice, describeSlice, emptyParts } from '../../../field/huClasses.ts';
import { checkHounsfield } from '../../../preprocess/checkHounsfield.ts';
import { describeCt } from '../../measureCt.ts';
import { matchKey, subjectOf } from '../matchScans.ts';
import type { MeasuredPair, MeasuredReference, PairTask, ReferenceTask } from '../measureScans.ts';
import { isOneGrid } from '../onGrid.ts';
import { ctArmImages } from './ctArmImages.ts';
import { createCtErrorMeter, createCtPairMeter } from './ctPairMeters.ts';
import { createCtFeatureMeter, type CtFeatures, type JudgedSlice } from './ctFeatureMeter.ts';
import { withCts } from './withCts.ts';

/** As measureReference, of CT: at its own pixels, in HU, slice by slice. @throws ScanRefusal for what is wrong with the scan */
export function measureCtReference({ input, site, scratchDir }: ReferenceTask): Promise<MeasuredReference> {
  return withCts([input], scratchDir, ([volume]) => {
    const { features, row, forArms } = measureAlone(describeCt(volume!).scan);
    const scan = { name: matchKey(input.name), subject: subjectOf(input.name), site, role: 'reference', arm: 'reference' } as const;
    return { name: input.name, features, forArms: { modality: 'CT', look: forArms }, measured: { scan, row } };
  });
}

/**
 * As measurePair, of CT. What was made of a scan, and its truth, are judged by the scan's own body and tissues where they share its grid; else the former is judged by its
 * own, and nothing is said of errors. @throws ScanRefusal for what is wrong with a scan
 */
export function measureCtPair({ pair, site, scratchDir, forArms }: PairTask): Promise<MeasuredPair> {
  return withCts([pair.before, pair.after, ...(pair.truth === null ? [] : [pair.truth])], scratchDir, (volumes) => {
    const [before, after, truth] = volumes as [SlicedVolume, SlicedVolume, SlicedVolume | undefined];
    const { scan } = describeCt(before);
    const source = createCtFeatureMeter(scan);
    const output = isOneGrid(before, after) ? createOutput(scan, after) : null;
    const wanted = output !== null && truth !== undefined && isOneGrid(before, truth) ? { read: slicesOf(scan, truth), errors: createCtErrorMeter() } : null;
    for (const slice of judgedSlices(scan)) {
      source.add(slice);
      const hu = output?.add(slice);
      if (hu !== undefined) wanted?.errors.add(slice, hu, wanted.read(slice.k));
    }
    const made = output === null ? { ...measureAlone(describeCt(after).scan), fidelity: NOT_COMPARED } : output.result();
    const own = source.result();
    const is = { name: pair.key, subject: pair.subject, site };
    const arms = forArms.modality === 'CT' ? ctArmImages(scan, is, own.forArms, forArms) : [];
    return {
      pair,
      features: { before: own.features, after: made.features, fidelity: made.fidelity, paired: wanted?.errors.result() ?? null },
      measured: [{ scan: { ...is, role: 'before', arm: 'before' }, row: own.row }, { scan: { ...is, role: 'after', arm: 'harmonized' }, row: made.row }, ...arms.map(({ measured }) => measured)],
      values: [{ name: pair.key, subject: pair.subject, arm: 'harmonized', values: { ...made.fidelity, displacementMedian: null, idempotence: null } }, ...arms.map((arm) => arm.pair)],
    };
  });
}

const NOT_COMPARED = { gradientCorrelation: null, huChange: null, regionShift: null } as const;

function measureAlone(scan: GainScan): CtFeatures {
  const meter = createCtFeatureMeter(scan);
  for (const slice of judgedSlices(scan)) meter.add(slice);
  return meter.result();
}

/** Every slice of a scan under its own masks, in rising order; the arrays are reused. */
function* judgedSlices({ stack, body: runs, smoother }: GainScan): Generator<JudgedSlice, void> {
  const [ni, nj, nk] = stack.shape;
  const [raw, body, masks] = [new Float32Array(ni * nj), new Uint8Array(ni * nj), emptyParts(ni * nj)];
  for (let k = 0; k < nk; k++) {
    stack.read(k, raw);
    fillBody(runs, k, body);
    describeSlice(raw, body, smoother, masks);
    yield { k, hu: masks.hu, smoothed: masks.smoothed, body, masks };
  }
}

/** Slices of another volume on a scan's grid, cleaned as the scan's are; the array is reused. @throws NOT_HU, CONSTANT */
function slicesOf({ stack: { shape: [ni, nj] } }: GainScan, volume: SlicedVolume): (k: number) => Float32Array {
  checkHounsfield(eachPlane(volume));
  const stack: SliceStack = sliceStackOf(volume);
  const hu = new Float32Array(ni * nj);
  return (k) => {
    stack.read(k, hu);
    cleanSlice(hu, hu);
    return hu;
  };
}

/** What was made of a scan, on its grid: its features under the scan's masks, and what it kept of the scan. `add` gives the slice that was made. */
function createOutput(scan: GainScan, volume: SlicedVolume): Readonly<{ add: (slice: JudgedSlice) => Float32Array; result: () => CtFeatures & Readonly<{ fidelity: Readonly<Record<string, number | null>> }> }> {
  const [read, meter, kept] = [slicesOf(scan, volume), createCtFeatureMeter(scan), createCtPairMeter(scan.stack)];
  const smoothed = new Float32Array(scan.stack.shape[0] * scan.stack.shape[1]);
  return {
    add: (slice) => {
      const hu = read(slice.k);
      smoothSlice(scan.smoother, hu, smoothed);
      meter.add({ ...slice, hu, smoothed });
      kept.add(slice, { hu, smoothed });
      return hu;
    },
    result: () => ({ ...meter.result(), fidelity: kept.result() }),
  };
}
