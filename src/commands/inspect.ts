import { axisCodes } from '../core/axes.ts';
import { spacingOf } from '../core/affine.ts';
import { ConcordError } from '../core/errors.ts';
import { issue, ScanRefusal } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { Grid } from '../core/planes.ts';
import { RESEARCH_USE } from '../core/scanRecord.ts';
import type { Acquisition, JsonValue } from '../core/scanRecord.ts';
import { DEFAULT_PROTOCOLS, loadProtocol, ofModality } from '../config/protocol.ts';
import type { Protocol } from '../config/protocol.ts';
import { declaredModality, findScans, readScan } from '../formats/scan.ts';
import type { Scan, ScanInput } from '../formats/scan.ts';
import { plainJson } from '../pipeline/scanRecord.ts';
import { checkDeclared, checkModality, readModality } from '../pipeline/modality.ts';
import { createHounsfieldCheck } from '../preprocess/checkHounsfield.ts';
import { conform } from '../preprocess/conform.ts';
import { command } from './command.ts';
import { allowDerivedParameter, protocolParameter } from './modelParameters.ts';
import { argument } from './parameter.ts';

/** What a scan's file says, what was found wrong, and whether it can be harmonized. */
type Inspection = Readonly<{
  scan: string;
  usable: boolean;
  facts: Readonly<Record<string, JsonValue>>;
  issues: readonly Issue[];
}>;

export const inspect = command({
  name: 'inspect',
  summary: 'Say what scans are, what is wrong with them, and whether a protocol can take them. Writes nothing.',
  groups: {
    'Input and output': { input: argument('NIfTI file, DICOM export, or a folder of them'), allowDerived: allowDerivedParameter },
    Method: { protocol: protocolParameter },
  },
  example: 'inspect ./cohort/scanner-a',
  run: async (values, context) => {
    const named = values.protocol === undefined ? undefined : await loadProtocol(values.protocol);
    const { inputs, issues, passedOver } = await findScans(values.input, values);
    if (inputs.length + issues.length === 0) throw new ConcordError('CONCORD_NO_INPUT', 'Expected at least one scan, got a folder without any.');
    const inspections: Inspection[] = issues.map(({ name, issue }) => ({ scan: name, usable: false, facts: {}, issues: [issue] }));
    for (const input of inputs) {
      if (context.signal.aborted) break;
      inspections.push(await inspectScan(input, named));
    }
    const counts = Object.entries(passedOver).filter(([, count]) => count > 0);
    const footer = counts.length === 0 ? [] : [`Passed over: ${counts.map(([what, count]) => `${count} × ${what}`).join(', ')}`];
    context.result(
      { researchUse: RESEARCH_USE, scans: plainJson(inspections), passedOver },
      [...inspections.map(inspectionLine), ...footer].join('\n'),
    );
    return inspections.some(({ usable }) => usable) ? 0 : 3;
  },
});

async function inspectScan(input: ScanInput, named: Protocol | undefined): Promise<Inspection> {
  const { modality, size, acquisition, part } = input.summary ?? {};
  let facts: Inspection['facts'] = {
    format: input.format, files: input.paths.length,
    ...(size === undefined ? {} : { modality: modality ?? 'unknown', shape: size, acquisition: plainJson(acquisition), ...(part === undefined ? {} : { part }) }),
  };
  let issues: readonly Issue[] = [];
  const note = (scan: Scan<Grid>): void => {
    facts = { ...facts, ...factsOf(scan) };
    issues = scan.issues;
  };
  try {
    // a head is small and needed whole; all else is read plane by plane, and not kept
    if ((await declaredModality(input)) !== 'MR') {
      const units = createHounsfieldCheck();
      const { scan, modality } = await readModality(input, units);
      note(scan);
      const protocol = named ?? await loadProtocol(DEFAULT_PROTOCOLS[modality]);
      if (protocol.modality === 'CT') {
        checkDeclared(scan.modality, 'CT');
        const found = units.finish();
        return { scan: input.name, usable: true, facts: { ...facts, units: 'HU' }, issues: [...issues, ...found] };
      }
      checkDeclared(scan.modality, 'MR');
    }
    const scan = await readScan(input);
    note(scan);
    const protocol = named ?? await loadProtocol(DEFAULT_PROTOCOLS.MR);
    checkModality(scan, protocol.modality);
    const { trace } = conform(scan.volume, ofModality(protocol, 'MR').conform);
    return { scan: input.name, usable: true, facts: { ...facts, head: 'found', brainScale: trace.brainScale }, issues };
  } catch (error) {
    if (!(error instanceof ConcordError) || error.issueCode === undefined) throw error;
    const fault = error instanceof ScanRefusal ? error.issue : issue('UNREADABLE', 'the system refused to open a file');
    return { scan: input.name, usable: false, facts, issues: [...issues, fault] };
  }
}

function factsOf({ volume: { shape, affine }, datatype, modality, acquisition, sha256 }: Scan<Grid>): Inspection['facts'] {
  return {
    shape, spacingMm: spacingOf(affine).map((mm) => Math.round(mm * 1e4) / 1e4), axisCodes: axisCodes(affine),
    datatype, modality, acquisition: plainJson(acquisition), sha256,
  };
}

/** One line a scan: name, modality, size, spacing, scanner, kernel or sequence, verdict. Everything else is in --json. */
function inspectionLine({ scan, usable, facts, issues }: Inspection): string {
  const { modality, shape, spacingMm, part } = facts;
  const acquisition = (facts['acquisition'] ?? {}) as Acquisition;
  const { manufacturer, model, fieldStrengthT, sequence, convolutionKernel } = acquisition;
  const scanner = [manufacturer, model, fieldStrengthT === undefined ? undefined : `${fieldStrengthT} T`];
  const parts = [
    scan, modality, times(shape, String), times(spacingMm, (mm) => mm.toFixed(2), ' mm'),
    scanner.filter((text) => text !== undefined).join(' '), convolutionKernel ?? sequence, part, verdictText(usable, issues),
  ];
  return parts.filter((text): text is string => typeof text === 'string' && text !== '').join('  ');
}

function verdictText(usable: boolean, issues: readonly Issue[]): string {
  const flagged = issues.filter(({ severity }) => severity === 'flag').map(({ code, detail }) => `${code}: ${detail}`).join('; ');
  const fault = issues.find(({ severity }) => severity !== 'flag');
  const verdict = usable ? 'eligible' : fault === undefined ? 'refused' : `${fault.severity === 'skip' ? 'skipped' : 'refused'} ${fault.code}: ${fault.detail}`;
  return flagged === '' ? verdict : `${verdict} [${flagged}]`;
}

function times(values: JsonValue | undefined, text: (value: number) => string, unit = ''): string {
  return Array.isArray(values) ? `${(values as readonly number[]).map(text).join('×')}${unit}` : '';
}
