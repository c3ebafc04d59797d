import { mean, standardDeviation } from '../../../core/moments.ts';
import { ConcordError } from '../../../core/errors.ts';
import type { Volume } from '../../../core/volume.ts';
import { meanQuantiles } from '../../../field/startCurve.ts';
import { maskedValues } from '../../../metrics/maskedValues.ts';
import { brainSamples, quantileSummary } from '../../../metrics/quantileSummary.ts';
import { landmarks, standardScale } from './nyul.ts';
import { whiteStripe, type Stripe } from './whiteStripe.ts';

/** As many as a saved style keeps. */
const QUANTILES = 128;

/** What the arms need to know of a scan, some kilobytes: volumes are dropped before the next scan is read. */
export type ArmStatistics = Readonly<{
  brainQuantiles: Float64Array;
  headQuantiles: Float64Array;
  landmarks: Float64Array;
  mean: number;
  sd: number;
  /** Null for a brain without a mode. */
  stripe: Stripe | null;
}>;

/** @throws CONCORD_INTERNAL for a scan without brain: conform refuses those */
export function armStatistics({ working, brain, head }: Readonly<{ working: Volume<'model'>; brain: Uint8Array; head: Uint8Array }>): ArmStatistics {
  const values = brainSamples(working, brain);
  return {
    brainQuantiles: Float64Array.from(quantileSummary(values, QUANTILES)),
    headQuantiles: Float64Array.from(quantileSummary(maskedValues(working.samples, head), QUANTILES)),
    landmarks: landmarks(values),
    mean: mean(values),
    sd: standardDeviation(values),
    stripe: whiteStripe(values) ?? null,
  };
}

/** What the arms are fitted to. Give the training scans of the reference alone: what is tested must not be in it. */
export type ArmReference = ArmStatistics & Readonly<{ people: readonly ArmStatistics[] }>;

/** Means over the training scans, and the standard scale of Nyúl. @throws CONCORD_REFERENCE without a scan */
export function armReference(train: readonly ArmStatistics[]): ArmReference {
  if (train.length === 0) throw new ConcordError('CONCORD_REFERENCE', 'The comparator arms need at least one reference scan to be fitted to.');
  const average = (of: (scan: ArmStatistics) => number): number => mean(train.map(of));
  const stripes = train.flatMap(({ stripe }) => (stripe === null ? [] : [stripe]));
  return {
    brainQuantiles: meanQuantiles(train.map(({ brainQuantiles }) => brainQuantiles)),
    headQuantiles: meanQuantiles(train.map(({ headQuantiles }) => headQuantiles)),
    landmarks: standardScale(train.map((scan) => scan.landmarks)),
    mean: average((scan) => scan.mean),
    sd: average((scan) => scan.sd),
    stripe: stripes.length === 0 ? null : { mean: mean(stripes.map((stripe) => stripe.mean)), sd: mean(stripes.map(({ sd }) => sd)) },
    people: train,
  };
}
