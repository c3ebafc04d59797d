import { issue } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';

/** About so many voxels are looked at; a series has a hundred times as many. */
const LOOKED_AT = 500_000;
/** Our starting values, not published thresholds: air, then soft tissue as it reads where the intercept was lost. */
const AIR: Range = [-1200, -500];
const AIR_PEAK: Range = [-1100, -600];
const LOST_TISSUE: Range = [850, 1150];
const LOST_BETWEEN: Range = [300, 850];
const PEAK_BIN = 20;
const LEAST_SHARE = 0.05;

type Range = readonly [number, number];

/** Meets the planes of a series as they are read. */
export type HounsfieldCheck = Readonly<{ add: (plane: Float32Array) => void; finish: () => Issue | undefined }>;

/**
 * Whether a CT volume's values can be Hounsfield units, whatever its header says: what looks like air lies near −1000,
 * and soft tissue does not lie near 1000, where a lost intercept puts it. A crop without air passes.
 *
 * @param voxels of the whole volume
 */
export function createHounsfieldCheck(voxels: number): HounsfieldCheck {
  const bins = new Uint32Array((AIR[1] - AIR[0]) / PEAK_BIN);
  // odd, so that the walk does not stay in a few columns of the usual matrices
  const stride = 2 * Math.floor(voxels / LOOKED_AT / 2) + 1;
  let [air, tissue, between, count] = [0, 0, 0, 0];
  // of the next voxel to look at, from the start of the plane to come
  let next = 0;
  return {
    add: (plane) => {
      for (; next < plane.length; next += stride, count++) {
        const value = plane[next]!;
        if (value >= AIR[0] && value < AIR[1]) {
          air++;
          bins[Math.floor((value - AIR[0]) / PEAK_BIN)]!++;
        } else if (value >= LOST_BETWEEN[0] && value < LOST_BETWEEN[1]) between++;
        else if (value >= LOST_TISSUE[0] && value < LOST_TISSUE[1]) tissue++;
      }
      next -= plane.length;
    },
    finish: () => {
      if (air >= LEAST_SHARE * count) {
        const peak = AIR[0] + PEAK_BIN * (bins.indexOf(Math.max(...bins)) + 0.5);
        const isAir = peak >= AIR_PEAK[0] && peak <= AIR_PEAK[1];
        return isAir ? undefined : issue('NOT_HU', `air is expected near -1000, most of what is dark lies near ${peak}`);
      }
      // bone and contrast medium lie between as well; soft tissue on a wrong scale does not
      const isShifted = tissue >= LEAST_SHARE * count && tissue > 2 * between;
      return isShifted ? issue('NOT_HU', 'soft tissue lies near 1000 and nothing lies near -1000') : undefined;
    },
  };
}
