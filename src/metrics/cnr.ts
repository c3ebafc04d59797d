import type { TissueClasses } from './tissueClasses.ts';

/** Contrast-to-noise ratio of the two brighter classes; `airSd` in the classes' unit. Source: Magnotta & Friedman 2006. */
export function cnr([, middle, bright]: TissueClasses, airSd: number): number {
  return Math.abs(bright.mean - middle.mean) / Math.sqrt(airSd ** 2 + bright.sd ** 2 + middle.sd ** 2);
}
