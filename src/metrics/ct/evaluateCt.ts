import type { MetricValue } from '../../core/scanRecord.ts';
import { metricKey } from '../catalogue.ts';
import type { MetricId, MetricRole } from '../catalogue.ts';
import type { LungDensity } from './lungDensity.ts';
import { whiteNoiseSd } from './noise.ts';
import type { RegionShifts } from './regionShift.ts';

/** A look as the metrics read it. `nps` in HU². */
type Look = Readonly<{ noise: Readonly<{ nps: ArrayLike<number>; patches: number }>; detailSd: number }>;

export type CtComparison = Readonly<{
  before: Look;
  after: Look;
  reference: Readonly<{ nps: ArrayLike<number>; patches: number; detailSd: number }>;
  lung: Readonly<{ source: LungDensity | undefined; harmonized: LungDensity | undefined }>;
  regions: RegionShifts | undefined;
  meanChange: number;
  softChange: number;
  clippedFraction: number;
}>;

/** Fewer flat patches give no spectrum worth comparing. */
const ENOUGH_PATCHES = 30;

/** All metrics of one harmonized CT. Absent values say why. */
export function evaluateCt({ before, after, reference, lung, regions, meanChange, softChange, clippedFraction }: CtComparison): MetricValue[] {
  const each = (role: 'source' | 'harmonized', look: Look): MetricValue[] => [
    npsDistance(look, reference, role),
    value('detailSdRatio', look.detailSd / reference.detailSd, role),
    value('detailSd', look.detailSd, role),
    noiseSd(look.noise, role),
    ...lungDensity(lung[role], role),
  ];
  return [
    ...each('source', before), ...each('harmonized', after),
    value('detailSd', reference.detailSd, 'reference'), noiseSd(reference, 'reference'),
    value('huChange', meanChange), value('softChange', softChange),
    ...(regions === undefined ? [absent('regionShift', 'NO_REGIONS'), absent('regionShiftP99', 'NO_REGIONS')]
      : [value('regionShift', regions.worstClass), value('regionShiftP99', regions.p99)]),
    value('huClipped', clippedFraction),
  ];
}

/** Mean over bands of |log2(NPS / NPS_reference)|: 1 is a factor of two. */
function npsDistance(look: Look, reference: CtComparison['reference'], role: MetricRole): MetricValue {
  if (Math.min(look.noise.patches, reference.patches) < ENOUGH_PATCHES) return absent('npsDistance', 'FEW_FLAT_PATCHES', role);
  const bands = Array.from(reference.nps, (power, band) => Math.abs(Math.log2(Math.max(look.noise.nps[band]!, 1e-6) / Math.max(power, 1e-6))));
  return value('npsDistance', bands.reduce((sum, distance) => sum + distance, 0) / bands.length, role);
}

function noiseSd({ nps, patches }: Readonly<{ nps: ArrayLike<number>; patches: number }>, role: MetricRole): MetricValue {
  if (patches < ENOUGH_PATCHES) return absent('noiseSd', 'FEW_FLAT_PATCHES', role);
  return value('noiseSd', whiteNoiseSd(nps), role);
}

function lungDensity(density: LungDensity | undefined, role: MetricRole): MetricValue[] {
  if (density === undefined) return [absent('laa950', 'NO_LUNG', role), absent('perc15', 'NO_LUNG', role)];
  return [value('laa950', density.laa950, role), value('perc15', density.perc15, role)];
}

function value(id: MetricId, number: number, role?: MetricRole): MetricValue {
  return Number.isFinite(number) ? { id: metricKey(id, role), value: number } : absent(id, 'UNDEFINED', role);
}

function absent(id: MetricId, reason: string, role?: MetricRole): MetricValue {
  return { id: metricKey(id, role), unavailable: reason };
}
