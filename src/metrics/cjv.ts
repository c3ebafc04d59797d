import type { TissueClasses } from './tissueClasses.ts';

/** Coefficient of joint variation of the two brighter classes. Source: Ganzetti et al. 2016. */
export function cjv([, middle, bright]: TissueClasses): number {
  return (bright.sd + middle.sd) / Math.abs(bright.mean - middle.mean);
}
