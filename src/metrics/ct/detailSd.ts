import { createSmoother, smoothSlice } from '../../core/sliceSmoothing.ts';

/** The detail is what a Gaussian of 2 pixels takes away. */
const SIGMA_PX = 2;

export type DetailMeter = Readonly<{ add: (hu: Float32Array, weight: Float32Array) => void; /** HU. */ result: () => number }>;

/** SD of the detail over voxels whose weight is not 0: texture and noise together. NaN without any. */
export function createDetailMeter(size: readonly [number, number]): DetailMeter {
  const smoother = createSmoother(size, [SIGMA_PX, SIGMA_PX], 4);
  const smooth = new Float32Array(size[0] * size[1]);
  let [count, sum, squares] = [0, 0, 0];
  return {
    add: (hu, weight) => {
      smoothSlice(smoother, hu, smooth);
      for (let n = 0; n < hu.length; n++) {
        if (weight[n] === 0) continue;
        const detail = hu[n]! - smooth[n]!;
        count++;
        sum += detail;
        squares += detail * detail;
      }
    },
    result: () => Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)),
  };
}
