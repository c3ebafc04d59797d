// What a researcher might do instead of concord, from the same conformed scans: each arm is a tone map or a tone field.
import { applyToneField } from '../../../dist/field/applyToneField.js';
import { cellShares, IDENTITY_MAP } from '../../../dist/field/cellGrid.js';
import { outsideMask } from '../../../dist/field/headRegions.js';
import { localStatistics } from '../../../dist/field/localStatistics.js';
import { applyCurve, brainQuantiles, meanQuantiles, startCurve, startShift } from '../../../dist/field/startCurve.js';
import { composeToneField } from '../../../dist/field/toneField.js';
import { changeStrength, strengthByCell } from '../../../dist/pipeline/changeStrength.js';
import { sampleResidual } from '../../../dist/pipeline/sampleField.js';
import { createReferenceStyle } from '../../../dist/style/referenceStyle.js';
import { encodeScan } from '../../../dist/style/styleCode.js';
import { styleDistance } from '../../../dist/style/styleDistance.js';

export const HEAD_FLOOR = 0.12;

/** Nyúl & Udupa 1999: the deciles and both ends, out of the 128 quantiles from .005 to .995. */
const LANDMARKS = [0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99].map((p) => Math.round(((p - 0.005) / 0.99) * 127));

/** 128 quantiles of the whole head above the background. */
export function headQuantiles({ working, inView }) {
  const head = working.samples.filter((value, n) => inView[n] === 1 && value > HEAD_FLOOR).sort();
  return Float64Array.from({ length: 128 }, (_, q) => head[Math.round((0.005 + (0.99 * q) / 127) * (head.length - 1))]);
}

/** The reference cohort as every arm needs it. */
export async function prepareReference(id, scans, bundle, protocol) {
  return {
    style: await createReferenceStyle(id, scans.map((scan) => ({ ...scan, acquisition: {} })), bundle, protocol),
    headQuantiles: meanQuantiles(scans.map(headQuantiles)),
  };
}

/** Every arm of one scan as a function from a model-scale volume (on the grid `map` leads from) to a new one. */
export async function armsOf(scan, reference, bundle, protocol, key) {
  const grid = protocol.statistics;
  const own = brainQuantiles(scan.working, scan.brain, 128);
  const start = startCurve(own, reference.style.quantiles);
  const source = await encodeScan(scan, bundle);
  const distance = styleDistance(source.code, reference.style.code, bundle.manifest.calibration.codeSpread);
  const residual = async (sampler, draws) => (await sampleResidual(bundle, {
    statistics: localStatistics(applyCurve(start, scan.working), scan.inView, grid).samples,
    styleMap: await bundle.decodeStyle(reference.style.code), sourceMap: await bundle.decodeStyle(source.code), referenceCode: Float32Array.from(reference.style.code),
    sourceCode: source.code, startShift: startShift(start, grid.knots, grid.knotSpacing),
  }, sampler, { seed: 0, key, draws })).mean;
  const compose = (mean, shrinkage) => composeToneField(start, mean, { knotSpacing: grid.knotSpacing, shrinkage, ...protocol.tone });
  const sampled = await residual(protocol.sampler, protocol.sampler.draws);
  const oneStep = await residual({ ...protocol.sampler, timesteps: protocol.sampler.timesteps.slice(0, 1) }, 1);
  const full = compose(sampled, 1);
  const brainShare = cellShares(scan.wholeBrain, scan.working.shape, grid.cellVoxels);
  const restyled = applyToneField(full, scan.working, IDENTITY_MAP, grid.cellVoxels);
  const strength = changeStrength({
    brain: { working: scan.working, restyled, mask: scan.brain, reference: reference.style.quantiles },
    outside: { working: scan.working, restyled, mask: outsideMask(scan.working, scan.inView, brainShare, grid.cellVoxels), reference: reference.style.outsideQuantiles },
  }, bundle.manifest.calibration.shrinkage);
  const calibrated = strengthByCell(strength, brainShare);
  const byCurve = (curve) => (volume) => applyCurve(curve, volume);
  const byField = (tone) => (volume, map = IDENTITY_MAP) => applyToneField(tone, volume, map, grid.cellVoxels);
  return {
    distance, strength,
    arms: {
      'doing nothing': (volume) => volume,
      'brain z-score': zScore(own, reference.style.quantiles),
      'Nyúl landmarks': byCurve(startCurve(LANDMARKS.map((q) => own[q]), LANDMARKS.map((q) => reference.style.quantiles[q]))),
      'histogram, head': byCurve(startCurve(headQuantiles(scan), reference.headQuantiles)),
      'histogram, brain (start)': byCurve(start),
      'field, one step': byField(compose(oneStep, calibrated)),
      'field, full strength': byField(full),
      concord: byField(compose(sampled, calibrated)),
    },
  };
}

function zScore(own, reference) {
  const mean = (q) => q.reduce((sum, v) => sum + v, 0) / q.length;
  const sd = (q) => Math.sqrt(mean(q.map((v) => (v - mean(q)) ** 2)));
  const gain = sd(Array.from(reference)) / sd(Array.from(own));
  const offset = mean(Array.from(reference)) - gain * mean(Array.from(own));
  return (volume) => ({ ...volume, samples: volume.samples.map((value) => (value > 0 ? Math.max(0, gain * value + offset) : value)) });
}
