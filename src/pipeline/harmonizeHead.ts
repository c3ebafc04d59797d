import type { MrProtocol } from '../config/protocol.ts';
import { applyToneField, sampleCurves } from '../field/applyToneField.ts';
import { cellShares, IDENTITY_MAP } from '../field/cellGrid.ts';
import { brainMask, outsideMask } from '../field/headRegions.ts';
import { localStatistics } from '../field/localStatistics.ts';
import { meetHistogram, scaledField } from '../field/regionMatch.ts';
import { applyCurve, startCurve, startShift } from '../field/startCurve.ts';
import { atSourceKnots, composeToneField } from '../field/toneField.ts';
import type { Scan } from '../formats/scan.ts';
import type { MrBundle } from '../inference/bundle.ts';
import { evaluateScan } from '../metrics/evaluateScan.ts';
import { conform, nativeToWorking, restore } from '../preprocess/conform.ts';
import { encodeScan, findTissue } from '../style/styleCode.ts';
import { styleDistance } from '../style/styleDistance.ts';
import { changeStrength, strengthByCell } from './changeStrength.ts';
import { checkGates, isHardRefusal } from './gates.ts';
import { gateLimits, measureGateFacts } from './gateFacts.ts';
import type { ChainOutcome, JobOf } from './harmonizeScan.ts';
import { checkModality } from './modality.ts';
import { matchRegions, onSameBrain, ownStyle } from './regionEvidence.ts';
import { sampleResidual } from './sampleField.ts';
import { plainJson } from './scanRecord.ts';
import { summarizeToneCurves } from './toneCurveSummary.ts';

/**
 * Steps 2 to 7 of one head MR: a tone field, on the reference's intensity scale.
 *
 * @throws ScanRefusal for what is wrong with the scan
 */
export async function harmonizeHead(scan: Scan, job: JobOf<'MR'>, protocol: MrProtocol, bundle: MrBundle): Promise<ChainOutcome> {
  const { reference } = job;
  const { statistics: grid, tone } = protocol;
  // 2. conform: onto the intensity scale (native) and grid (working) the networks know, with the way back
  checkModality(scan, protocol.modality);
  const conformed = conform(scan.volume, protocol.conform);
  const { native, working, inView, brain, wholeBrain, trace } = conformed;
  // 3. style: where this scan is, and whether the model can redraw it; the reference says where it should be
  const source = await encodeScan(conformed, bundle);
  const redrawn = await bundle.decodeStyle(source.code);
  const styleMap = await bundle.decodeStyle(reference.code);
  // 4. start in closed form, diffuse the rest: a few steps from noise to the local settings that turn one look into the other
  const brainShare = cellShares(wholeBrain, working.shape, grid.cellVoxels);
  const tissue = await findTissue(conformed, bundle, protocol.start.quantiles);
  const regions = { brain: brainMask(working, brain), outside: outsideMask(working, inView, { brainShare, tissue }, grid.cellVoxels) };
  const from = job.sourceStyle ?? ownStyle(working, regions, { code: source.code, tissue }, protocol.start.quantiles);
  const wanted = onSameBrain(reference, from);
  const fromCode = Float32Array.from(from.code);
  const codeDistance = styleDistance(fromCode, reference.code, bundle.manifest.calibration.codeSpread);
  const start = startCurve(from.quantiles, wanted.quantiles);
  const residual = await sampleResidual(bundle, {
    statistics: localStatistics(applyCurve(start, working), inView, grid).samples,
    styleMap,
    sourceMap: job.sourceStyle ? await bundle.decodeStyle(fromCode) : redrawn,
    referenceCode: Float32Array.from(reference.code),
    sourceCode: fromCode,
    startShift: startShift(start, grid.knots, grid.knotSpacing),
  }, protocol.sampler, { seed: job.seed, key: scan.sha256, draws: job.draws });
  const diffused = composeToneField(start, residual.mean, { knotSpacing: grid.knotSpacing, ...tone });
  // 5. apply it to the native voxels: local tone curves move intensities, never edges
  const moved = applyToneField(diffused, working, IDENTITY_MAP, grid.cellVoxels);
  const full = meetHistogram(diffused, matchRegions(from, wanted, { working, moved, regions }), brainShare, tone);
  const strength = changeStrength(from, reference, bundle.manifest.calibration.personSpread);
  const shrinkage = strengthByCell(strength, brainShare);
  const field = scaledField(full, shrinkage);
  const restyled = applyToneField(field, native, nativeToWorking(trace), grid.cellVoxels);
  const harmonized = applyToneField(field, working, IDENTITY_MAP, grid.cellVoxels);
  const spread = scaledField(atSourceKnots(start, residual.sd, grid.knotSpacing), shrinkage);
  const uncertainty = sampleCurves(spread, working, IDENTITY_MAP, grid.cellVoxels);
  // 6. evaluate and gate: before against after, and refuse what left its bounds
  const metrics = evaluateScan({
    native: { source: native, harmonized: restyled }, working: { source: working, harmonized }, brain, inView,
    referenceQuantiles: reference.quantiles,
  });
  const facts = measureGateFacts({
    manifest: bundle.manifest, source, redrawn, reference, field, native, restyled, working, harmonized, brain, uncertainty, metrics,
  });
  const gates = checkGates(facts, gateLimits(protocol, bundle.manifest));
  // 7. restore: undo step 2, on the reference's intensity scale
  const isRefused = gates.some(isHardRefusal);
  return {
    codeDistance, changeStrength: strength, gates, metrics,
    issues: [],
    conform: plainJson(trace),
    toneCurve: summarizeToneCurves(start, field, spread, { mask: brain, shape: working.shape, cellVoxels: grid.cellVoxels }),
    images: { source: working, harmonized, uncertainty, reference: job.referencePreview?.modality === 'MR' ? job.referencePreview.working : null, brain },
    image: isRefused ? null : restore(restyled, trace, { brainScale: reference.brainScale, biasField: 'keep-removed' }),
  };
}
