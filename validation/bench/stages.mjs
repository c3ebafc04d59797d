// The steps of src/pipeline/harmonizeScan.ts one by one, each timed; run.mjs starts this in a process of its own.
import { applyToneField, sampleCurves } from '../../dist/field/applyToneField.js';
import { cellShares, IDENTITY_MAP } from '../../dist/field/cellGrid.js';
import { brainMask, outsideMask } from '../../dist/field/headRegions.js';
import { localStatistics } from '../../dist/field/localStatistics.js';
import { meetHistogram, scaledField } from '../../dist/field/regionMatch.js';
import { applyCurve, startCurve, startShift } from '../../dist/field/startCurve.js';
import { atSourceKnots, composeToneField } from '../../dist/field/toneField.js';
import { readScan, writeScan } from '../../dist/formats/scan.js';
import { evaluateScan } from '../../dist/metrics/evaluateScan.js';
import { changeStrength, strengthByCell } from '../../dist/pipeline/changeStrength.js';
import { gateLimits, measureGateFacts } from '../../dist/pipeline/gateFacts.js';
import { checkGates } from '../../dist/pipeline/gates.js';
import { matchRegions, onSameBrain, ownStyle } from '../../dist/pipeline/regionEvidence.js';
import { sampleResidual } from '../../dist/pipeline/sampleField.js';
import { openRecord, plainJson } from '../../dist/pipeline/scanRecord.js';
import { summarizeToneCurves } from '../../dist/pipeline/toneCurveSummary.js';
import { conform, nativeToWorking, restore } from '../../dist/preprocess/conform.js';
import { renderScanReport } from '../../dist/report/scanReport.js';
import { encodeScan, findTissue } from '../../dist/style/styleCode.js';

/** @param stage (name, work) → what work returns, awaited and measured */
export async function runStages(stage, { input, outputPath, reference, preview, protocol, bundle, seed }) {
  const { statistics: grid, tone, sampler } = protocol;
  const scan = await stage('read', () => readScan(input));
  const conformed = await stage('conform', () => conform(scan.volume, protocol.conform));
  const { native, working, inView, brain, wholeBrain, trace } = conformed;
  const [source, redrawn, styleMap] = await stage('style', async () => {
    const encoded = await encodeScan(conformed, bundle);
    return [encoded, await bundle.decodeStyle(encoded.code), await bundle.decodeStyle(reference.code)];
  });
  const tissue = await stage('tissue', () => findTissue(conformed, bundle, protocol.start.quantiles));
  const brainShare = cellShares(wholeBrain, working.shape, grid.cellVoxels);
  const [regions, own, wanted, start, started] = await stage('start', () => {
    const places = { brain: brainMask(working, brain), outside: outsideMask(working, inView, { brainShare, tissue }, grid.cellVoxels) };
    const from = ownStyle(working, places, { code: source.code, tissue }, protocol.start.quantiles);
    const to = onSameBrain(reference, from);
    const curve = startCurve(from.quantiles, to.quantiles);
    return [places, from, to, curve, localStatistics(applyCurve(curve, working), inView, grid).samples];
  });
  const residual = await stage('diffuse', () => sampleResidual(bundle, {
    statistics: started, styleMap, sourceMap: redrawn, referenceCode: Float32Array.from(reference.code), sourceCode: source.code,
    startShift: startShift(start, grid.knots, grid.knotSpacing),
  }, sampler, { seed, key: scan.sha256, draws: sampler.draws }));
  const field = await stage('match', () => {
    const diffused = composeToneField(start, residual.mean, { knotSpacing: grid.knotSpacing, ...tone });
    const moved = applyToneField(diffused, working, IDENTITY_MAP, grid.cellVoxels);
    const full = meetHistogram(diffused, matchRegions(own, wanted, { working, moved, regions }), brainShare, tone);
    return scaledField(full, strengthByCell(changeStrength(own, reference, bundle.manifest.calibration.personSpread), brainShare));
  });
  const [restyled, harmonized, spread, uncertainty] = await stage('apply', () => {
    const sd = atSourceKnots(start, residual.sd, grid.knotSpacing);
    return [
      applyToneField(field, native, nativeToWorking(trace), grid.cellVoxels),
      applyToneField(field, working, IDENTITY_MAP, grid.cellVoxels), sd, sampleCurves(sd, working, IDENTITY_MAP, grid.cellVoxels),
    ];
  });
  const metrics = await stage('evaluate', () => evaluateScan({
    native: { source: native, harmonized: restyled }, working: { source: working, harmonized }, brain, inView, referenceQuantiles: reference.quantiles,
  }));
  const gates = await stage('gates', () => checkGates(measureGateFacts({
    manifest: bundle.manifest, source, redrawn, reference, field, native, restyled, working, harmonized, brain, uncertainty, metrics,
  }), gateLimits(protocol, bundle.manifest)));
  const image = await stage('restore', () => restore(restyled, trace, { brainScale: reference.brainScale, biasField: 'keep-removed' }));
  await stage('write', () => writeScan(scan, image, outputPath, { datatype: 'source', description: 'concord bench' }));
  const settings = { reference, seed, draws: sampler.draws, concordVersion: '0.0.0' };
  const record = {
    ...openRecord(scan, settings, protocol, bundle), conform: plainJson(trace), gates, metrics,
    toneCurve: summarizeToneCurves(start, field, spread, { mask: brain, shape: working.shape, cellVoxels: grid.cellVoxels }),
  };
  await stage('report', () => renderScanReport(record, { source: working, harmonized, uncertainty, reference: preview, brain }));
}
