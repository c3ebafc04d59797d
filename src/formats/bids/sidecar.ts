import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { issue } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';
import type { Acquisition } from '../../core/scanRecord.ts';
import { acquisitionOf } from '../acquisition.ts';
import { stemOfNifti } from '../scanName.ts';

export type Sidecar = Readonly<{
  acquisition: Acquisition;
  modality: 'MR' | 'CT' | 'unknown';
  issues: readonly Issue[];
}>;

/** A sidecar is a page of facts; a larger file is something else. */
const LARGEST_SIDECAR = 4 * 2 ** 20;

/** What the BIDS sidecar `<stem>.json` beside a NIfTI file says; nothing known when there is none. */
export async function readSidecar(niftiPath: string): Promise<Sidecar> {
  const stem = stemOfNifti(basename(niftiPath));
  const modality = modalityOfSuffix(stem);
  const found = await readJson(join(dirname(niftiPath), `${stem}.json`));
  if (found.kind === 'absent') return { acquisition: {}, modality, issues: [] };
  if (found.kind === 'damaged') {
    return { acquisition: {}, modality, issues: [issue('SIDECAR_UNREADABLE', found.detail)] };
  }
  const declared = found.fields['Modality'];
  return {
    acquisition: parseAcquisition(found.fields),
    modality: declared === 'MR' || declared === 'CT' ? declared : modality,
    issues: [],
  };
}

/** BIDS metadata → our units: BIDS gives times in seconds. */
export function parseAcquisition(fields: Readonly<Record<string, unknown>>): Acquisition {
  const seconds = (value: unknown): unknown => (typeof value === 'number' ? value * 1000 : undefined);
  return acquisitionOf({
    manufacturer: fields['Manufacturer'],
    model: fields['ManufacturersModelName'],
    fieldStrengthT: fields['MagneticFieldStrength'],
    sequence: fields['PulseSequenceType'] ?? fields['SequenceName'] ?? fields['ScanningSequence'],
    echoTimeMs: seconds(fields['EchoTime']),
    repetitionTimeMs: seconds(fields['RepetitionTime'] ?? fields['RepetitionTimeExcitation']),
    inversionTimeMs: seconds(fields['InversionTime']),
    flipAngleDeg: fields['FlipAngle'],
    sliceThicknessMm: fields['SliceThickness'],
    convolutionKernel: fields['ConvolutionKernel'],
  });
}

/** The last BIDS entity of the stem names the kind of image. */
function modalityOfSuffix(stem: string): Sidecar['modality'] {
  const suffix = stem.slice(stem.lastIndexOf('_') + 1);
  if (/^(T1w|T2w|T2star|FLAIR|PDw|PDT2|inplaneT1|inplaneT2|angio|UNIT1)$/i.test(suffix)) return 'MR';
  return /^ct$/i.test(suffix) ? 'CT' : 'unknown';
}

type Found =
  | { kind: 'absent' }
  | { kind: 'damaged'; detail: string }
  | { kind: 'fields'; fields: Readonly<Record<string, unknown>> };

async function readJson(path: string): Promise<Found> {
  let text: string;
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > LARGEST_SIDECAR) return { kind: 'damaged', detail: `${size} bytes are too many for a sidecar` };
      text = await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { kind: 'absent' };
    return { kind: 'damaged', detail: 'the file cannot be read' };
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { kind: 'fields', fields: value as Record<string, unknown> };
    }
    return { kind: 'damaged', detail: 'one JSON object was expected' };
  } catch {
    // the parser's message would quote the text, which may hold names
    return { kind: 'damaged', detail: 'the file is not valid JSON' };
  }
}
