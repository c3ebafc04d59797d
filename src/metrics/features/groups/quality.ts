import { standardDeviation } from '../../../core/moments.ts';
import { airSamples } from '../../airSamples.ts';
import { metricCatalogue } from '../../catalogue.ts';
import { cjv } from '../../cjv.ts';
import { cnr } from '../../cnr.ts';
import { efc } from '../../efc.ts';
import { fber } from '../../fber.ts';
import { fwhm } from '../../fwhm.ts';
import { maskedValues } from '../../maskedValues.ts';
import { snr } from '../../snr.ts';
import type { FeatureEntry, FeatureGroup } from '../featureEntry.ts';

const MEASURES = [
  { id: 'snr', region: 'brain', absent: 'NO_TISSUE_CLASSES' },
  { id: 'cjv', region: 'brain', absent: 'NO_TISSUE_CLASSES' },
  { id: 'cnr', region: 'head', absent: 'NO_BACKGROUND' },
  { id: 'efc', region: 'head', absent: 'FLAT' },
  { id: 'fber', region: 'head', absent: 'NO_BACKGROUND' },
  { id: 'fwhm', region: 'brain', absent: 'FLAT' },
] as const;

/** No-reference quality as in MRIQC, on the working grid; shown before and after (V-37), probed by nobody. */
export const qualityGroup: FeatureGroup = {
  looksAt: 'whole scan',
  entries: MEASURES.map(({ id, region, absent }): FeatureEntry => {
    const { name, unit, formula, source } = metricCatalogue[id];
    return { id: `quality.${id}`, family: 'quality', region, name, unit, formula, source, absent };
  }),
  measure: ({ working, brain, head, inView }, tissues) => {
    const air = airSamples(working, head, inView);
    return [
      tissues === null ? NaN : snr(tissues.classes),
      tissues === null ? NaN : cjv(tissues.classes),
      tissues === null || air === undefined ? NaN : cnr(tissues.classes, standardDeviation(air)),
      efc(working.samples),
      air === undefined ? NaN : fber(maskedValues(working.samples, head), air),
      fwhm(working, brain) ?? NaN,
    ];
  },
};
