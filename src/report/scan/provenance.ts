import type { Acquisition, JsonValue, ScanRecord } from '../../core/scanRecord.ts';
import { html, type Html } from '../html.ts';
import { scanCount } from '../quantity.ts';

export function renderProvenance(record: ScanRecord): Html {
  const { source, reference, bundle, runtime } = record;
  return html`<h3>Source</h3>${definitions([
    ['File', html`${source.format === 'nifti' ? 'NIfTI' : 'DICOM'}, ${source.modality}, ${source.datatype}; SHA-256 ${hash(source.sha256)}`],
    ['Grid', html`${source.shape.join(' × ')} voxels of ${source.spacingMm.map((mm) => mm.toFixed(2)).join(' × ')} mm, axes ${source.axisCodes}`],
    ['Acquisition', acquisitionText(source.acquisition)],
    ['Speaks for', speakerText(record)],
  ])}
<h3>Reference</h3>${definitions([
    ['Style', html`${reference.styleId}, from ${scanCount(reference.scans)}`],
    ['Acquisition', acquisitionText(reference.acquisition)],
    ['Distance of styles', reference.codeDistance === null ? 'not measured' : html`<data value="${reference.codeDistance}">${reference.codeDistance.toFixed(2)}</data> between the style codes`],
    ['Change applied', strengthText(record.changeStrength)],
  ])}
<h3>Software</h3>${definitions([
    ['concord', record.concordVersion],
    ['Model bundle', html`${bundle.id} ${bundle.version}`],
    ...bundle.files.map(({ path, sha256 }): [string, Html] => [path, hash(sha256)]),
    ['Runtime', html`Node ${runtime.node}, onnxruntime ${runtime.onnxruntime}, ${runtime.provider}, ${runtime.threads} ${runtime.threads === 1 ? 'thread' : 'threads'}, graph optimization ${runtime.graphOptimization}`],
    ['Seed and draws', html`seed ${record.seed}, ${record.draws} ${record.draws === 1 ? 'draw' : 'draws'}`],
  ])}
<h3>Outputs</h3>${record.outputs.length === 0 ? html`<p>No image was written.</p>` : definitions(
    record.outputs.map(({ path, sha256, bytes }) => [path, html`${bytes} bytes; SHA-256 ${hash(sha256)}`]),
  )}
<details><summary>Conform trace: orientation, head frame, scale, bias field</summary><pre>${jsonText(record.conform)}</pre></details>`;
}

function speakerText({ sourceStyle, ct }: ScanRecord): string | Html {
  if (sourceStyle === undefined) return 'itself alone';
  const cohort = html`${sourceStyle.styleId}, ${scanCount(sourceStyle.scans)}`;
  return ct?.cohort?.speaks === false ? html`itself alone; ${cohort}, not heard: see the warnings` : cohort;
}

function strengthText(strength: ScanRecord['changeStrength']): string | Html {
  if (strength === undefined) return 'all that the model asked for';
  const percent = (share: number): Html => html`<data value="${share}">${Math.round(100 * share)} %</data>`;
  return html`${percent(strength.brain)} in the brain, ${percent(strength.outside)} elsewhere: what the difference of the histograms leaves after the part that people alone would explain`;
}

/** The command that makes this scan again. Paths are left open: they are not part of a record. */
export function renderReproduce(record: ScanRecord): Html {
  const command = `concord harmonize <input> <output> --reference ${record.reference.styleId}${record.sourceStyle ? ` --source-style ${record.sourceStyle.styleId}` : ''} --seed ${record.seed} --draws ${record.draws}`;
  return html`<pre>${command}</pre>
<p>With concord ${record.concordVersion}, the bundle and the files named above, one machine writes the same bytes again. The protocol, as resolved for this run:</p>
<details><summary>Protocol (JSON)</summary><pre>${jsonText(record.protocol)}</pre></details>`;
}

export function acquisitionText(acquisition: Acquisition): string {
  const { manufacturer, model, fieldStrengthT, sequence, echoTimeMs, repetitionTimeMs, inversionTimeMs, flipAngleDeg, sliceThicknessMm, convolutionKernel } = acquisition;
  const parts = [
    [manufacturer, model].filter((part) => part !== undefined).join(' '),
    fieldStrengthT !== undefined && `${fieldStrengthT} T`,
    sequence,
    repetitionTimeMs !== undefined && `TR ${repetitionTimeMs} ms`,
    echoTimeMs !== undefined && `TE ${echoTimeMs} ms`,
    inversionTimeMs !== undefined && `TI ${inversionTimeMs} ms`,
    flipAngleDeg !== undefined && `flip ${flipAngleDeg}°`,
    sliceThicknessMm !== undefined && `slices of ${sliceThicknessMm} mm`,
    convolutionKernel !== undefined && `kernel ${convolutionKernel}`,
  ].filter((part) => typeof part === 'string' && part !== '');
  return parts.length === 0 ? 'not stated in the header' : parts.join(', ');
}

function definitions(rows: readonly (readonly [term: string, value: Html | string])[]): Html {
  return html`<dl>${rows.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

function hash(sha256: string): Html {
  return html`<span class="hash">${sha256}</span>`;
}

function jsonText(value: JsonValue): string {
  return JSON.stringify(value, null, 2);
}
