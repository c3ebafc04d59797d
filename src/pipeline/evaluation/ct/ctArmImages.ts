import type { PairValues, TableScan } from '../../../core/featureTable.ts';
import { smoothSlice } from '../../../core/sliceSmoothing.ts';
import type { GainScan } from '../../../field/gainStatistics.ts';
import { describeSlice } from '../../../field/huClasses.ts';
import type { Response, SlicePair } from '../../../field/radialBands.ts';
import { emptyPair, pairsOf, takePair } from '../../../field/slicePairs.ts';
import type { MeasuredScan } from '../features.ts';
import { ctArmResponse, type CtArmId, type CtArmLook } from './ctArms.ts';
import { createCtFeatureMeter } from './ctFeatureMeter.ts';
import { createCtPairMeter } from './ctPairMeters.ts';

type ArmImage = Readonly<{ measured: MeasuredScan; pair: PairValues }>;

/**
 * Every asked arm of one CT: each slice filtered by the arm's response, inside the body, judged by the scan's own body and tissues. All arms are made
 * in one more pass over the slices, and none is kept. An arm without a response, as its scan or the reference shows too little, is left out.
 */
export function ctArmImages(scan: GainScan, is: Pick<TableScan, 'name' | 'subject' | 'site'>, own: CtArmLook, asked: Readonly<{ arms: readonly CtArmId[]; reference: CtArmLook }>): ArmImage[] {
  const arms = asked.arms.flatMap((arm) => {
    const response = ctArmResponse(arm, own, asked.reference);
    return 'unavailable' in response ? [] : [{ arm, response, features: createCtFeatureMeter(scan), kept: createCtPairMeter(scan.stack) }];
  });
  if (arms.length === 0) return [];
  const pixels = scan.stack.shape[0] * scan.stack.shape[1];
  const buffers = emptyPair(pixels);
  const filtered = arms.map((): SlicePair => [new Float32Array(pixels), new Float32Array(pixels)]);
  const responses = arms.map(({ response }): Response => response);
  const [hu, smoothed] = [new Float32Array(pixels), new Float32Array(pixels)];
  for (const planes of pairsOf(scan.stack.shape[2])) {
    takePair(scan, planes, buffers);
    for (const side of [0, 1] as const) describeSlice(buffers.before[side], buffers.body[side], scan.smoother, buffers.parts[side]);
    scan.filter.filter([buffers.parts[0].hu, buffers.parts[1].hu], responses, filtered);
    for (const side of planes[0] < planes[1] ? ([0, 1] as const) : ([0] as const)) {
      const masks = buffers.parts[side];
      const slice = { k: planes[side], hu: masks.hu, smoothed: masks.smoothed, body: buffers.body[side], masks };
      for (const [n, { features, kept }] of arms.entries()) {
        blend(masks, filtered[n]![side], hu);
        smoothSlice(scan.smoother, hu, smoothed);
        features.add({ ...slice, hu, smoothed });
        kept.add(slice, { hu, smoothed });
      }
    }
  }
  return arms.map(({ arm, features, kept }) => ({
    measured: { scan: { ...is, role: 'after', arm }, row: features.result().row },
    pair: { name: is.name, subject: is.subject, arm, values: { ...kept.result(), displacementMedian: null, idempotence: null } },
  }));
}

/** Fills `out` with the filtered slice inside the body, and the slice as it was outside. */
function blend({ hu, weight }: Readonly<{ hu: Float32Array; weight: Float32Array }>, filtered: Float32Array, out: Float32Array): void {
  for (let n = 0; n < hu.length; n++) out[n] = hu[n]! + weight[n]! * (filtered[n]! - hu[n]!);
}
