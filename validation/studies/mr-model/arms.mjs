// What a researcher might do instead of concord, from the same conformed scans: each arm is a tone map or a tone field.
import { applyToneField } from '../../../dist/field/applyToneField.js';
import { cellShares, IDENTITY_MAP } from '../../../dist/field/cellGrid.js';
import { brainMask, outsideMask } from '../../../dist/field/headRegions.js';
import { localStatistics } from '../../../dist/field/localStatistics.js';
import { meetHistogram, scaledField } from '../../../dist/field/regionMatch.js';
import { applyCurve, brainQuantiles, meanQuantiles, startCurve, startShift } from '../../../dist/field/startCurve.js';
import { composeToneField } from '../../../dist/field/toneField.js';
import { changeStrength, strengthByCell } from '../../../dist/pipeline/changeStrength.js';
import { matchRegions, onSameBrain, ownStyle } from '../../../dist/pipeline/regionEvidence.js';
import { sampleResidual } from '../../../dist/pipeline/sampleField.js';
import { createReferenceStyle } from '../../../dist/style/referenceStyle.js';
import { encodeScan, findTissue } from '../../../dist/style/styleCode.js';
import { styleDistance } from '../../../dist/style/styleDistance.js';

export const HEAD_FLOOR = 0.12;

/** Nyúl & Udupa 1999: the deciles and both ends, out of the 128 quantiles from .005 to .995. */
const LANDMARKS = [0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99].map((p) => Math.round(((p - 0.005) / 0.99) * 127));

/** 128 quantiles of the whole head above the background. */
export function headQuantiles({ working, inView }) {
  const head = working.samples.filter((value, n) => inView[n] === 1 && value > HEAD_FLOOR).sort();
  return Float64Array.from({ length: 128 }, (_, q) => head[Math.round((0.005 + (0.99 * q) / 127) * (head.length - 1))]);
}

/** 128 quantiles of the brain as it is, whatever it is made of: what the comparators know. */
const plainQuantiles = ({ working, brain }) => brainQuantiles(working, brain, 128);

/** The reference cohort as every arm needs it. */
export async function prepareReference(id, scans, bundle, protocol) {
  return {
    style: await createReferenceStyle(id, scans.map((scan) => ({ ...scan, acquisition: {} })), bundle, protocol),
    headQuantiles: meanQuantiles(scans.map(headQuantiles)),
    brainQuantiles: meanQuantiles(scans.map(plainQuantiles)),
  };
}

/** Every arm of one scan as a function from a model-scale volume (on the grid `map` leads from) to a new one. `cohort`: the style of the scan's own group. */
export async function armsOf(scan, reference, cohort, bundle, protocol, key) {
  const grid = protocol.statistics;
  const { code } = await encodeScan(scan, bundle);
  const brainShare = cellShares(scan.wholeBrain, scan.working.shape, grid.cellVoxels);
  const tissue = await findTissue(scan, bundle, protocol.start.quantiles);
  const regions = { brain: brainMask(scan.working, scan.brain), outside: outsideMask(scan.working, scan.inView, { brainShare, tissue }, grid.cellVoxels) };
  const own = ownStyle(scan.working, regions, { code, tissue }, protocol.start.quantiles);
  const [plain, plainReference] = [plainQuantiles(scan), reference.brainQuantiles];
  const styleMap = await bundle.decodeStyle(reference.style.code);
  const byField = (tone) => (volume, map = IDENTITY_MAP) => applyToneField(tone, volume, map, grid.cellVoxels);
  /** From one evidence of the source's style: start, diffused field, what it becomes beside the histogram, and how much of that is trusted. */
  const chain = async (from, sampler, draws) => {
    const wanted = onSameBrain(reference.style, from);
    const start = startCurve(from.quantiles, wanted.quantiles);
    const residual = await sampleResidual(bundle, {
      statistics: localStatistics(applyCurve(start, scan.working), scan.inView, grid).samples, styleMap, sourceMap: await bundle.decodeStyle(from.code),
      referenceCode: Float32Array.from(reference.style.code), sourceCode: Float32Array.from(from.code), startShift: startShift(start, grid.knots, grid.knotSpacing),
    }, sampler, { seed: 0, key, draws });
    const diffused = composeToneField(start, residual.mean, { knotSpacing: grid.knotSpacing, ...protocol.tone });
    const moved = byField(diffused)(scan.working);
    const full = meetHistogram(diffused, matchRegions(from, wanted, { working: scan.working, moved, regions }), brainShare, protocol.tone);
    const strength = changeStrength(from, reference.style, bundle.manifest.calibration.personSpread);
    return { start, diffused, full, strength, trusted: scaledField(full, strengthByCell(strength, brainShare)) };
  };
  const { sampler } = protocol;
  const alone = await chain(own, sampler, sampler.draws);
  const oneStep = await chain(own, { ...sampler, timesteps: sampler.timesteps.slice(0, 1) }, 1);
  const together = await chain(cohort, sampler, sampler.draws);
  const byCurve = (curve) => (volume) => applyCurve(curve, volume);
  return {
    distance: styleDistance(code, reference.style.code, bundle.manifest.calibration.codeSpread), strength: { ...alone.strength, cohort: together.strength },
    arms: {
      'doing nothing': (volume) => volume,
      'brain z-score': zScore(plain, plainReference),
      'Nyúl landmarks': byCurve(startCurve(LANDMARKS.map((q) => plain[q]), LANDMARKS.map((q) => plainReference[q]))),
      'histogram, head': byCurve(startCurve(headQuantiles(scan), reference.headQuantiles)),
      'histogram, brain': byCurve(startCurve(plain, plainReference)),
      'histogram, same brain (start)': byCurve(alone.start),
      'diffused field, full strength': byField(alone.diffused),
      'one step, one draw': byField(oneStep.trusted),
      'full strength': byField(alone.full),
      'concord, scan alone': byField(alone.trusted),
      'full strength, cohort': byField(together.full),
      concord: byField(together.trusted),
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
