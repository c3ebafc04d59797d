import type { TissueClasses } from './tissueClasses.ts';

/** Contrast of the two brighter classes relative to their mean: in T1w, of white and grey matter. No unit. */
export function tissueContrast([, middle, bright]: TissueClasses): number {
  return (bright.mean - middle.mean) / ((bright.mean + middle.mean) / 2);
}
