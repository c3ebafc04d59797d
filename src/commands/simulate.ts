import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ConcordError } from '../core/errors.ts';
import { RESEARCH_USE, type JsonValue } from '../core/scanRecord.ts';
import type { Volume } from '../core/volume.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';
import { newNiftiOrigin } from '../formats/nifti/newHeader.ts';
import { writeNifti } from '../formats/nifti/writeNifti.ts';
import { ageOf, sexOf } from '../phantom/person.ts';
import { acquisitionOf, type Scanner } from '../phantom/scanner.ts';
import { personName, planCohort, travel, type CohortPlan, type Visit } from '../phantom/travelingCohort.ts';
import { canonicalJson } from '../pipeline/canonicalJson.ts';
import { bidsFacts } from '../pipeline/sidecar.ts';
import { command, type CommandContext, type ExitStatus } from './command.ts';
import { argument, integer, number } from './parameter.ts';

const PLAN_FILE = 'cohort.json';

export const simulate = command({
  name: 'simulate',
  summary: 'Make a travelling-subject cohort: procedural heads, each scanned on every simulated scanner.',
  groups: {
    'Input and output': { output: argument('Output folder, created if absent') },
    Method: {
      people: integer('People in the cohort', { default: 6, min: 1, max: 99 }),
      scanners: integer('Scanners; A and B are fixed, the others drawn from the seed', { default: 2, min: 1, max: 26 }),
      spacing: number('Voxel size in mm', { default: 1, min: 0.7, max: 4 }),
      seed: integer('Seed of all randomness', { default: 0, min: 0 }),
    },
    Run: {},
  },
  example: 'simulate ./cohort --people 6 --spacing 2',
  run: async (values, context) => {
    const plan = planCohort({ people: values.people, scanners: values.scanners, seed: values.seed, spacingMm: values.spacing });
    await claimFolder(values.output, canonicalJson(describe(plan, context.version)), plan.scanners);
    await writeFileAtomic(join(values.output, 'participants.tsv'), participants(plan));
    const interrupted = await scanEveryone(plan, values.output, context);
    if (interrupted !== undefined) return interrupted;
    const folders = plan.scanners.map(folderOf);
    const value = { output: values.output, people: plan.people.length, scanners: folders, truth: 'truth', seed: plan.seed, spacingMm: plan.spacingMm };
    context.result(value, `${plan.people.length} people on ${folders.join(', ')}, truth in truth/, plan in ${PLAN_FILE}: ${values.output}`);
    return 0;
  },
});

function folderOf({ id }: Scanner): string {
  return `scanner-${id.toLowerCase()}`;
}

/**
 * Makes the folders. The plan is written first: an interrupted cohort is continued by the same command, while
 * a folder that holds anything else is left alone.
 */
async function claimFolder(output: string, plan: string, scanners: readonly Scanner[]): Promise<void> {
  try {
    await mkdir(output, { recursive: true });
    const found = await readdir(output);
    const isOurs = found.includes(PLAN_FILE) && (await readFile(join(output, PLAN_FILE), 'utf8')) === plan;
    if (found.length > 0 && !isOurs) {
      throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', `An empty or absent output folder was expected, got one with ${found.length} entries.`);
    }
    for (const scanner of scanners) {
      await mkdir(join(output, folderOf(scanner)), { recursive: true });
      await mkdir(join(output, 'truth', folderOf(scanner)), { recursive: true });
    }
  } catch (cause) {
    if (cause instanceof ConcordError) throw cause;
    throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'The output folder could not be made or read.', { cause });
  }
  await writeFileAtomic(join(output, PLAN_FILE), plan);
}

/** Returns the exit status of an interruption, or undefined when every visit is written. */
async function scanEveryone(plan: CohortPlan, output: string, context: CommandContext): Promise<ExitStatus | undefined> {
  const progress = context.progress('Scanning', plan.people.length * plan.scanners.length);
  try {
    for (const visit of travel(plan)) {
      await writeVisit(visit, output, plan.spacingMm);
      progress.step(`${visit.name} on ${folderOf(visit.scanner)}`);
      if (context.signal.aborted) break;
    }
  } finally {
    progress.finish();
  }
  return context.signal.aborted ? (context.signal.reason as ExitStatus) : undefined;
}

async function writeVisit({ name, scanner, result }: Visit, output: string, spacingMm: number): Promise<void> {
  const facts = bidsFacts({ ...acquisitionOf(scanner), sliceThicknessMm: spacingMm });
  const sidecar = canonicalJson({ Modality: 'MR', Description: `Simulated scan. ${RESEARCH_USE}`, ...facts });
  const copies = [[output, result.scan], [join(output, 'truth'), result.truth]] as const;
  await Promise.all(copies.map(async ([folder, volume]) => {
    const stem = join(folder, folderOf(scanner), `${name}_T1w`);
    await writeScanFile(volume, `${stem}.nii.gz`);
    await writeFileAtomic(`${stem}.json`, sidecar);
  }));
}

async function writeScanFile(volume: Volume<'scanner'>, path: string): Promise<void> {
  const origin = newNiftiOrigin(volume, { datatype: 'int16', littleEndian: true, sclSlope: 1, sclInter: 0 });
  await writeNifti(origin, volume, path, { datatype: 'source', description: 'concord simulate' });
}

/** BIDS' table of people: an age that widens the sulci, and a sex that does nothing. */
function participants({ people }: CohortPlan): string {
  const rows = people.map((person, index) => [personName(index), ageOf(person), sexOf(person)].join('\t'));
  return `${['participant_id\tage\tsex', ...rows].join('\n')}\n`;
}

/** The truth about the cohort: people, scanners, seed. */
function describe(plan: CohortPlan, version: string): JsonValue {
  const people = plan.people.map((person, index) => ({ name: personName(index), ...person }));
  return { schemaVersion: 1, researchUse: RESEARCH_USE, concordVersion: version, seed: plan.seed, spacingMm: plan.spacingMm, people, scanners: plan.scanners };
}
