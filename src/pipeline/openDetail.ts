import type { CtProtocol } from '../config/protocol.ts';
import type { CtStyle } from '../config/styleFile.ts';
import type { CtFacts } from '../core/ctRecord.ts';
import type { Grid } from '../core/planes.ts';
import { chooseDetail } from '../detail/chooseDetail.ts';
import type { DetailChoice } from '../detail/chooseDetail.ts';
import { createDetailStage } from '../detail/detailStage.ts';
import type { DetailStage } from '../detail/detailStage.ts';
import { noiseGains } from '../detail/doseDirection.ts';
import { detailCondition } from '../detail/noiseScale.ts';
import { createSlabNoise, sliceCorrelation } from '../detail/slabNoise.ts';
import type { GainField } from '../field/gainField.ts';
import type { BandEnergies, GainScan } from '../field/gainStatistics.ts';
import { CLASS_COUNT } from '../field/huClasses.ts';
import { BAND_COUNT } from '../field/radialBands.ts';
import type { NoisePower } from '../field/noisePower.ts';
import type { Scan } from '../formats/scan.ts';
import type { CtBundle } from '../inference/bundle.ts';
import { directionFacts, sixDigits } from './ctFacts.ts';

/** `gains`: what is applied under the stage in place of the gain field; it and `stage` are null where the stage stays off. */
export type OpenedDetail = Readonly<{ gains: GainField | null; stage: DetailStage | null; facts: () => CtFacts['detail'] }>;

/** A protocol without the key. */
const OFF = { mode: 'off', highestLevel: 0, largestShape: 0, leastPatches: 1 } as const;

/** Decides whether the detail stage runs for this scan and reference, and makes it ready: kernels are the gain field's, doses the detail stage's. */
export function openDetail(
  given: Readonly<{ scan: Scan<Grid>; native: GainScan; noise: NoisePower; energies: BandEnergies; reference: CtStyle; seed: number }>, protocol: CtProtocol, bundle: CtBundle,
): OpenedDetail {
  const { scan, native, noise, reference } = given;
  const [width, height] = native.stack.shape;
  const spacing = [native.stack.spacing[0], native.stack.spacing[1]] as const;
  const settings = protocol.detail;
  const choice = chooseDetail(settings ?? OFF, { hasNetwork: bundle.predictDetail !== null, source: noise, reference, spacing });
  if (!choice.runs || settings === undefined || bundle.predictDetail === null) return { gains: null, stage: null, facts: () => facts(choice, null) };
  const slab = createSlabNoise(`${given.seed}|${scan.sha256}|detail`, width * height, sliceCorrelation(native.stack.spacing[2], scan.acquisition.sliceThicknessMm));
  const stage = createDetailStage(bundle.predictDetail, native.smoother, slab, {
    condition: detailCondition(noise.nps, reference.nps, spacing),
    scale: bundle.manifest.detail?.scale ?? 1,
    sampler: { ...protocol.sampler, timesteps: settings.timesteps },
    capHu: settings.capHu,
    softCapHu: protocol.field.softCapHu,
  });
  return { gains: everywhere(noiseGains(noise.nps, reference.nps, protocol.field), given.energies), stage, facts: () => facts(choice, stage) };
}

/** The same gains in every cell and class. */
function everywhere(gains: Float64Array, { cells }: BandEnergies): GainField {
  const nodes = CLASS_COUNT * cells[0] * cells[1] * cells[2];
  return { cells, gains: Float32Array.from({ length: nodes * BAND_COUNT }, (_, n) => gains[n % BAND_COUNT]!) };
}

function facts({ runs, reason, direction }: DetailChoice, stage: DetailStage | null): CtFacts['detail'] {
  const done = stage?.facts();
  return {
    runs, reason, ...directionFacts(direction),
    change: done === undefined ? null : { meanHu: sixDigits(done.meanChangeHu), largestHu: sixDigits(done.largestChangeHu), tiles: done.tiles },
  };
}
