import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { loadStyleFile } from '../config/styleFile.ts';
import type { CtStyle, MrStyle } from '../config/styleFile.ts';
import { ConcordError } from '../core/errors.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';
import { canonicalJson } from '../pipeline/canonicalJson.ts';
import { plainJson } from '../pipeline/scanRecord.ts';
import type { ReferenceStyle } from '../style/referenceStyle.ts';
import { findStyle, listStyles } from '../config/styleLibrary.ts';
import { findScans } from '../formats/scan.ts';
import { chooseProtocol } from './chooseProtocol.ts';
import { command } from './command.ts';
import { biasCorrectionParameter, bundleParameter, deviceParameter, protocolParameter, timeLimitParameter } from './modelParameters.ts';
import { findModel, openWorkers } from './openModel.ts';
import { argument } from './parameter.ts';
import { findReference, loadReference, styleIdOf, warnOfMixture } from './referenceSource.ts';

export const styleCreate = command({
  name: 'style create',
  summary: 'Save the look of one scanner, from one scan or many, as a small file that names no scan and no patient.',
  groups: {
    'Input and output': {
      scans: argument('Scan, or folder of scans, of one scanner'),
      style: argument('Style file to write; its name without .json is the style id'),
    },
    Method: { protocol: protocolParameter, bundle: bundleParameter, biasCorrection: biasCorrectionParameter },
    Run: { device: deviceParameter, timeLimit: timeLimitParameter },
  },
  example: 'style create ./cohort/scanner-a ./scanner-a.json',
  run: async (values, context) => {
    const id = basename(values.style).replace(/\.json$/, '');
    if (!values.style.endsWith('.json') || styleIdOf(id) !== id) {
      throw new ConcordError('CONCORD_USAGE', `Expected a style file named [A-Za-z0-9][A-Za-z0-9._-]*.json, got "${basename(values.style)}".`);
    }
    const { inputs } = await findScans(values.scans);
    const model = await findModel(await chooseProtocol({ ...values, inputs }), values.bundle);
    const source = await findReference(values.scans, model.bundleDir);
    if (source.kind === 'style') throw new ConcordError('CONCORD_REFERENCE', 'Expected scans to make a style from, got a style.');
    const pool = await openWorkers(model, { ...values, workers: 1, signal: context.signal });
    try {
      const { style } = await loadReference({ ...source, id }, pool, { biasCorrection: values.biasCorrection, scratchDir: dirname(values.style) }, context);
      await writeFileAtomic(values.style, canonicalJson(style));
      warnOfMixture(style, 'reference', model.manifest, context);
      context.result(plainJson(style), styleText(style));
      return 0;
    } finally {
      await pool.close();
    }
  },
});

export const styleShow = command({
  name: 'style show',
  summary: 'Print what a saved style says of itself.',
  groups: { 'Input and output': { style: argument('Style file, or the id of a style that comes with the bundle') }, Method: { protocol: protocolParameter, bundle: bundleParameter } },
  example: 'style show ./scanner-a.json',
  run: async (values, context) => {
    const isFile = await stat(values.style).then((status) => status.isFile(), () => false);
    const style = isFile ? await loadStyleFile(values.style) : await findStyle((await findModel(await chooseProtocol(values), values.bundle)).bundleDir, values.style);
    if (style === undefined) throw new ConcordError('CONCORD_REFERENCE', 'Expected a style file or the id of a style of the bundle, got neither.');
    context.result(plainJson(style), styleText(style));
    return 0;
  },
});

export const styleList = command({
  name: 'style list',
  summary: 'List the styles that come with a model bundle.',
  groups: { Method: { protocol: protocolParameter, bundle: bundleParameter } },
  example: 'style list',
  run: async (values, context) => {
    const { bundleDir, manifest } = await findModel(await chooseProtocol(values), values.bundle);
    const styles = await listStyles(bundleDir);
    const text = styles.map((style) => `${style.id}  ${style.scans} scans  ${acquisitionText(style)}`).join('\n');
    context.result(plainJson(styles), text === '' ? `Bundle ${manifest.id}/${manifest.version} comes with no styles.` : text);
    return 0;
  },
});

function styleText(style: ReferenceStyle): string {
  return [
    `Style ${style.id}: ${style.scans} ${style.scans === 1 ? 'scan' : 'scans'}, ${style.modality}, protocol ${style.protocol}`,
    `  Acquisition        ${acquisitionText(style)}`,
    ...(style.modality === 'CT' ? ctText(style) : headText(style)),
    `  Dispersion         ${style.dispersion.toPrecision(3)}`,
    `  Encoder            ${style.encoderSha256.slice(0, 12)}`,
  ].join('\n');
}

function headText({ quantiles, brainScale }: MrStyle): string[] {
  const [low, median, high] = [0.05, 0.5, 0.95].map((q) => quantiles[Math.round(q * (quantiles.length - 1))]!.toFixed(3));
  return [
    `  Brain 5, 50, 95 %  ${low!}, ${median!}, ${high!} (model scale)`,
    `  Brain scale        ${brainScale.toPrecision(4)} scanner units per model unit`,
  ];
}

function ctText({ nps, patches, skin, kernelSpread, detailSd }: CtStyle): string[] {
  return [
    ...(kernelSpread === undefined ? [] : [`  Kernel spread      ${kernelSpread.toFixed(3)} (root mean square log gain between its scans and all of them)`]),
    `  Noise power        ${nps.map((power) => power.toPrecision(2)).join(', ')} HU² (bands 1 to 12, ${patches} patches)`,
    `  Skin               ${skin === undefined ? 'not read' : `${skin.patches} patches across it`}`,
    `  Detail SD          ${detailSd.toPrecision(3)} HU`,
  ];
}

function acquisitionText({ acquisition }: ReferenceStyle): string {
  const facts = Object.entries(acquisition).map(([key, value]) => `${key} ${value}`);
  return facts.length === 0 ? 'unknown' : facts.join(', ');
}
