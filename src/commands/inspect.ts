import { axisCodes } from '../core/axes.ts';
import { spacingOf } from '../core/affine.ts';
import { ConcordError } from '../core/errors.ts';
import { ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { JsonValue } from '../core/scanRecord.ts';
import { loadProtocol } from '../config/protocol.ts';
import type { Protocol } from '../config/protocol.ts';
import { findScans, readScan } from '../formats/scan.ts';
import type { ScanInput } from '../formats/scan.ts';
import { plainJson } from '../pipeline/scanRecord.ts';
import { checkModality } from '../pipeline/modality.ts';
import { conform } from '../preprocess/conform.ts';
import { command } from './command.ts';
import { protocolParameter } from './modelParameters.ts';
import { argument } from './parameter.ts';

/** What a scan's file says, what was found wrong, and whether its head was found. */
type Inspection = Readonly<{
  scan: string;
  usable: boolean;
  facts: Readonly<Record<string, JsonValue>>;
  issues: readonly Issue[];
}>;

export const inspect = command({
  name: 'inspect',
  summary: 'Say what scans are, what is wrong with them, and whether a protocol can take them. Writes nothing.',
  groups: { 'Input and output': { input: argument('NIfTI file, DICOM series folder, or a folder of them') }, Method: { protocol: protocolParameter } },
  example: 'inspect ./cohort/scanner-a',
  run: async (values, context) => {
    const protocol = await loadProtocol(values.protocol);
    const { inputs, issues } = await findScans(values.input);
    if (inputs.length + issues.length === 0) throw new ConcordError('CONCORD_NO_INPUT', 'Expected at least one scan, got a folder without any.');
    const inspections: Inspection[] = issues.map(({ name, issue }) => ({ scan: name, usable: false, facts: {}, issues: [issue] }));
    for (const input of inputs) {
      if (context.signal.aborted) break;
      inspections.push(await inspectScan(input, protocol));
    }
    context.result(plainJson(inspections), inspections.map(inspectionText).join('\n\n'));
    return inspections.some(({ usable }) => usable) ? 0 : 3;
  },
});

async function inspectScan(input: ScanInput, protocol: Protocol): Promise<Inspection> {
  let facts: Inspection['facts'] = { format: input.format };
  let issues: readonly Issue[] = [];
  try {
    const scan = await readScan(input);
    const { shape, affine } = scan.volume;
    facts = {
      ...facts, shape, spacingMm: spacingOf(affine).map((mm) => Math.round(mm * 1e4) / 1e4), axisCodes: axisCodes(affine),
      datatype: scan.datatype, modality: scan.modality, acquisition: plainJson(scan.acquisition), sha256: scan.sha256,
    };
    issues = scan.issues;
    checkModality(scan, protocol.modality);
    const { trace } = conform(scan.volume, protocol.conform);
    return { scan: input.name, usable: true, facts: { ...facts, head: 'found', brainScale: trace.brainScale }, issues };
  } catch (error) {
    if (!(error instanceof ScanRefusal)) throw error;
    return { scan: input.name, usable: false, facts, issues: [...issues, error.issue] };
  }
}

function inspectionText({ scan, usable, facts, issues }: Inspection): string {
  const rows = Object.entries(facts).map(([key, value]) => `  ${key.padEnd(12)}  ${factText(value)}`);
  const faults = issues.map(({ code, severity, detail, remedy }) => `  ${severity.padEnd(12)}  ${code}: ${detail} ${remedy}`);
  return [`${scan}  ${usable ? 'usable' : 'not usable'}`, ...rows, ...faults].join('\n');
}

function factText(value: JsonValue): string {
  if (Array.isArray(value)) return value.join(' × ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value).map(([key, member]) => `${key} ${JSON.stringify(member)}`).join(', ') || 'unknown';
}
