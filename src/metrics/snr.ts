import type { TissueClasses } from './tissueClasses.ts';

/** Mean over the three classes of signal over spread, without the air correction. Source: MRIQC's SNR total. */
export function snr(classes: TissueClasses): number {
  return classes.reduce((sum, { mean, sd }) => sum + mean / sd, 0) / classes.length;
}
