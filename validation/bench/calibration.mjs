// The yardstick: a fixed amount of the arithmetic that concord is made of, so that times compare across machines.

const SIZE = 160;
const KERNEL = Float64Array.from([0.015625, 0.09375, 0.234375, 0.3125, 0.234375, 0.09375, 0.015625]);

/** Seconds for one separable 7-tap convolution of a 160³ float32 volume: the fastest of three, after one to warm up. */
export function calibrate() {
  const volume = Float32Array.from({ length: SIZE ** 3 }, (_, n) => (Math.imul(n, 2654435761) >>> 8) / 2 ** 24);
  const seconds = [0, 1, 2, 3].map(() => {
    const begin = performance.now();
    const smooth = [1, SIZE, SIZE * SIZE].reduce(alongStride, volume);
    const elapsed = (performance.now() - begin) / 1000;
    // the mean survives smoothing: a kernel that were optimised away, or wrong, would not keep it
    const mean = smooth.reduce((sum, value) => sum + value, 0) / smooth.length;
    if (!(Math.abs(mean - 0.5) < 0.01)) throw new Error(`the calibration kernel computed a mean of ${mean}`);
    return elapsed;
  });
  return Math.min(...seconds.slice(1));
}

/** Periodic along the flat array: the same work at the borders as inside. */
function alongStride(volume, stride) {
  const out = new Float32Array(volume.length);
  const reach = 3 * stride;
  for (let n = 0; n < out.length; n++) {
    let sum = 0;
    for (let tap = 0, from = n - reach; tap < 7; tap++, from += stride) {
      sum += KERNEL[tap] * volume[from < 0 ? from + out.length : from >= out.length ? from - out.length : from];
    }
    out[n] = sum;
  }
  return out;
}
