import type { CtProtocol } from '../config/protocol.ts';
import { issue } from '../core/issues.ts';
import type { SlicedVolume } from '../core/planes.ts';
import { evenlySpaced } from '../core/sliceStack.ts';
import { composeGainField, factorField } from '../field/gainField.ts';
import { startGains, startSize } from '../field/gainStart.ts';
import { gainStatistics, USED_SLICES } from '../field/gainStatistics.ts';
import { cleanSlice } from '../field/huClasses.ts';
import type { Scan } from '../formats/scan.ts';
import type { CtBundle } from '../inference/bundle.ts';
import { evaluateCt } from '../metrics/ct/evaluateCt.ts';
import { encodeCt, lookOfStyle, redrawCtError, spectraInput } from '../style/ctStyle.ts';
import { styleDistance, styleRarity } from '../style/styleDistance.ts';
import type { ChainOutcome, JobOf } from './harmonizeScan.ts';
import { checkCtGates } from './ctGates.ts';
import { createCtMeter } from './ctMeter.ts';
import { ctFacts, meanSpread } from './ctFacts.ts';
import { gainSlicesInThreads } from './gainThreads.ts';
import { isHardRefusal } from './gates.ts';
import { kernelSpeaker, mixedKernels } from './kernelSpeaker.ts';
import { createLookMeter, measureCt } from './measureCt.ts';
import { checkModality } from './modality.ts';
import { openDetail } from './openDetail.ts';
import { openDose } from './openDose.ts';
import { sampleGainResidual } from './sampleField.ts';
import { shrinkageAt } from './shrinkage.ts';

/**
 * Steps 2 to 6 of one CT. Its grid and its unit stay as they are: nothing is resampled, and Hounsfield units are the scale.
 * The scan's planes are overwritten, slice by slice: a CT exists once, in memory or in a scratch file.
 *
 * @param cores threads that may work on slices; equal bytes with any number
 * @throws ScanRefusal for what is wrong with the scan
 */
export async function harmonizeCt(scan: Scan<SlicedVolume>, job: JobOf<'CT'>, protocol: CtProtocol, bundle: CtBundle, cores = 1): Promise<ChainOutcome> {
  const { reference } = job;
  const { calibration } = bundle.manifest;
  // 2. conform: check the unit, find the body, measure its bands cell by cell
  checkModality(scan, 'CT');
  const { scan: native, energies, look, issues } = measureCt(scan.volume, protocol);
  // 3. style: where this scan is, and whether the model can redraw it; the reference says where it should be
  const code = await encodeCt(energies, bundle);
  const [redrawn, styleMap] = [await bundle.decodeStyle(code), await bundle.decodeStyle(reference.code)];
  // 4. read the start from patches of both, diffuse the rest: from noise to the gains that turn one kernel into the other
  const own = { look: { ...look, ...look.noise }, code, acquisition: scan.acquisition };
  const speaker = await kernelSpeaker(own, job.sourceStyle, { readKernels: bundle.readKernels, bounds: protocol.field, shrinkage: calibration.shrinkage });
  const codeDistance = styleDistance(speaker.code, reference.code, calibration.codeSpread);
  const wanted = lookOfStyle(reference);
  const start = await startGains(speaker.look, wanted, bundle.readKernels, protocol.field);
  const started = gainStatistics(energies, start.gains);
  const residual = await sampleGainResidual(bundle, {
    statistics: started.samples,
    cells: [started.shape[1], started.shape[2], started.shape[3]],
    styleMap,
    referenceCode: Float32Array.from(reference.code),
    sourceCode: speaker.code,
    startLogGain: Float32Array.from(start.gains, Math.log),
    sourceSpectra: spectraInput(speaker.look.spectra),
    referenceSpectra: spectraInput(wanted.spectra),
  }, protocol.sampler, { seed: job.seed, key: scan.sha256, draws: job.draws });
  // 5. apply it to the native voxels: radial filters move detail up and down, the mean of a region stays
  const shrinkage = shrinkageAt(startSize(start.gains), calibration.shrinkage);
  const share = start.isRead ? calibration.residual ?? 1 : 0;
  const field = composeGainField(start.gains, residual.mean, { shrinkage, residual: share, ...protocol.field });
  const detail = openDetail({ scan, native, noise: look.noise, energies, reference, seed: job.seed }, protocol, bundle);
  const applied = detail.gains ?? field;
  const dose = openDose({ native, noise: look.noise, energies, reference, field: applied, isDetailRunning: detail.stage !== null }, protocol);
  const factored = factorField(applied);
  const meter = createCtMeter(native);
  const lookAfter = createLookMeter(native);
  const used = new Set(evenlySpaced(native.stack.shape[2], USED_SLICES));
  const cleaned = new Float32Array(native.stack.shape[0] * native.stack.shape[1]);
  const settings = { cellMm: protocol.statistics.cellMm, softCapHu: protocol.field.softCapHu, ...(dose.change && { dose: dose.change }) };
  for await (const slice of gainSlicesInThreads(factored, native, settings, cores)) {
    await detail.stage?.apply(slice);
    meter.add(slice);
    if (!used.has(slice.k)) continue;
    cleanSlice(slice.after, cleaned);
    lookAfter.add(slice.k, { hu: cleaned, weight: slice.parts.weight });
  }
  // 6. evaluate and gate: before against after, and refuse what left its bounds
  const after = lookAfter.result();
  const measured = meter.result(protocol.gates);
  const metrics = evaluateCt({ before: look, after, reference, ...measured });
  const gates = checkCtGates({
    ...measured,
    styleRarity: calibration.codeSpread === undefined ? null : {
      source: styleRarity(code, calibration.codeSpread), reference: styleRarity(reference.code, calibration.codeSpread),
    },
    redrawRatio: calibration.redrawError === undefined ? null : redrawCtError(redrawn, energies) / calibration.redrawError.p995,
    uncertainty: meanSpread(residual.sd, energies),
    field: applied,
  }, protocol, bundle.manifest);
  const isRefused = gates.some(isHardRefusal);
  return {
    codeDistance, gates, metrics,
    issues: [...issues, ...mixedKernels('reference', reference, calibration.shrinkage), ...speaker.issues, ...start.issues, ...(measured.meanChange === 0 ? [issue('UNCHANGED', 'no voxel changed')] : [])],
    conform: { orientation: 'RAS', intensity: 'HU', shape: [...native.stack.shape], spacingMm: [...native.stack.spacing], cells: [...energies.cells], bodyVoxels: native.body.voxels },
    toneCurve: null,
    ct: ctFacts({ before: look, after, reference, cohort: speaker.cohort, start, field: applied, residual, residualShare: share, energies, factored, measured, dose: dose.facts, detail: detail.facts() }),
    images: { source: look.pictures, harmonized: after.pictures, reference: job.referencePreview?.modality === 'CT' ? job.referencePreview.pictures : null },
    image: isRefused ? null : scan.volume,
  };
}
