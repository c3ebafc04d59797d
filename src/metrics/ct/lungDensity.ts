/** Lung: inside the body, smoothed HU of the source between trachea and tissue. */
const LUNG_HU = [-980, -600] as const;
/** Histogram of 1 HU from here on. */
const LOWEST = -1400;
const BINS = 1400;
/** Less lung says nothing of emphysema. */
const LEAST_VOXELS = 5000;

export type LungDensity = Readonly<{
  /** Percentage of lung voxels below −950 HU: the index of emphysema. */
  laa950: number;
  /** 15th percentile of the lung, HU. */
  perc15: number;
}>;

export type LungMeter = Readonly<{
  add: (values: Float32Array, smoothedSource: Float32Array, body: Uint8Array) => void;
  /** Undefined where the scan shows too little lung. */
  result: () => LungDensity | undefined;
}>;

/** Source: LAA−950: Gevenois et al. 1995; Perc15: Dirksen et al. 1999. */
export function createLungMeter(): LungMeter {
  const histogram = new Float64Array(BINS + 1);
  let count = 0;
  return {
    add: (values, smoothed, body) => {
      for (let n = 0; n < values.length; n++) {
        if (body[n] === 0 || smoothed[n]! < LUNG_HU[0] || smoothed[n]! >= LUNG_HU[1]) continue;
        const bin = Math.floor(values[n]! - LOWEST);
        histogram[Math.min(Math.max(bin, 0), BINS)]! += 1;
        count++;
      }
    },
    result: () => {
      if (count < LEAST_VOXELS) return undefined;
      const below = histogram.subarray(0, -950 - LOWEST).reduce((sum, bin) => sum + bin, 0);
      let sum = 0;
      const at = histogram.findIndex((bin) => (sum += bin) >= 0.15 * count);
      const share = (sum - 0.15 * count) / Math.max(histogram[at]!, 1);
      return { laa950: (100 * below) / count, perc15: LOWEST + at + 1 - share };
    },
  };
}
