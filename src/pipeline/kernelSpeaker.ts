import type { CtStyle } from '../config/styleFile.ts';
import type { CohortFacts } from '../core/ctRecord.ts';
import { issue } from '../core/issues.ts';
import type { Issue } from '../core/issues.ts';
import type { Acquisition } from '../core/scanRecord.ts';
import type { GainBounds } from '../field/gainField.ts';
import { startGains, startSize } from '../field/gainStart.ts';
import type { ReadKernels } from '../field/gainStart.ts';
import type { KernelLook } from '../field/kernelLook.ts';
import { lookOfStyle } from '../style/ctStyle.ts';
import { sixDigits } from './ctFacts.ts';
import type { ShrinkageTable } from './shrinkage.ts';

/** Whose look the kernel of a scan is read from, and where its style is. */
export type KernelSpeaker = Readonly<{ look: KernelLook; code: Float32Array; cohort?: CohortFacts; issues: readonly Issue[] }>;

type Reading = Readonly<{ readKernels: ReadKernels; bounds: GainBounds; shrinkage: ShrinkageTable | undefined }>;

/** Header facts that name a scanner and its kernel. */
const NAMES = ['manufacturer', 'model', 'convolutionKernel'] as const satisfies (keyof Acquisition)[];
/**
 * A scan is not of its cohort's kernel from so many times the start on that nine of ten pairs of one kernel stay below: of 120 scans one lies beyond by chance
 * against three others of its scanner (decision 0025).
 */
const BEYOND_CHANCE = 3;
/** Scans are of several kernels from so many times that on, in the root mean square: of 120 cohorts of four one lies beyond by chance, and nearly all that are half of each of two kernels .6 apart or more. */
const MIXED = 1.5;

/**
 * A cohort speaks for a scan of its own scanner and kernel: what people differ by is averaged out of it. A scan that another header or another
 * look sets apart speaks for itself, with UNLIKE_COHORT; one with too little tissue is taken for one of the cohort.
 */
export async function kernelSpeaker(
  own: Readonly<{ look: KernelLook; code: Float32Array; acquisition: Acquisition }>, cohort: CtStyle | undefined, { readKernels, bounds, shrinkage }: Reading,
): Promise<KernelSpeaker> {
  const { look, code } = own;
  if (cohort === undefined) return { look, code, issues: [] };
  const alone = (issues: readonly Issue[], distance: number | null = null): KernelSpeaker => ({ look, code, cohort: { speaks: false, distance }, issues });
  const theirs = lookOfStyle(cohort);
  if (theirs.spectra === undefined) return alone([issue('FEW_PATCHES', 'too little tissue in the cohort for patches of 12 mm, so the scan speaks for itself')]);
  const mixed = mixedKernels('cohort', cohort, shrinkage);
  if (mixed.length > 0) return alone(mixed);
  const named = namedOtherwise(own.acquisition, cohort.acquisition);
  if (named !== undefined) return alone([issue('UNLIKE_COHORT', `${named} is not that of all of the cohort`)]);
  const start = await startGains(look, theirs, readKernels, bounds);
  const distance = start.isRead ? sixDigits(startSize(start.gains)) : null;
  const limit = chanceLimit(BEYOND_CHANCE, shrinkage);
  if (distance !== null && distance > limit) {
    return alone([issue('UNLIKE_COHORT', `its kernel lies ${distance.toFixed(2)} from that of the cohort, ${moreThan(limit)}`)], distance);
  }
  return { look: theirs, code: Float32Array.from(cohort.code), cohort: { speaks: true, distance }, issues: [] };
}

/** A name that not all of the cohort have; undefined where either header says nothing. */
function namedOtherwise(own: Acquisition, shared: Acquisition): (typeof NAMES)[number] | undefined {
  if (Object.keys(shared).length === 0) return undefined;
  return NAMES.find((key) => own[key] !== undefined && own[key] !== shared[key]);
}

/** MIXED_KERNELS where the scans of a style are of more than one. */
export function mixedKernels(role: 'cohort' | 'reference', { kernelSpread = 0 }: CtStyle, shrinkage: ShrinkageTable | undefined): readonly Issue[] {
  const limit = chanceLimit(MIXED, shrinkage);
  return kernelSpread > limit ? [issue('MIXED_KERNELS', `the kernels of the ${role} lie ${kernelSpread.toFixed(2)} from their mean, ${moreThan(limit)}`)] : [];
}

/** So many times the start that nine of ten pairs of one kernel stay below, where the table begins; no limit without a table. */
function chanceLimit(times: number, shrinkage: ShrinkageTable | undefined): number {
  return times * (shrinkage?.startSize[0] ?? Infinity);
}

function moreThan(limit: number): string {
  return `more than ${limit.toFixed(2)} (root mean square log gain)`;
}
