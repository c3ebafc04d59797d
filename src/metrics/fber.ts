import { quantile } from '../core/statistics.ts';

/** Median energy of the head over that of the air; both non-negative. Source: MRIQC (Shehzad et al. 2015). */
export function fber(head: ArrayLike<number>, air: ArrayLike<number>): number {
  return quantile(head, 0.5) ** 2 / quantile(air, 0.5) ** 2;
}
