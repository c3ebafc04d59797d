import type { CohortRecord } from '../../core/cohortRecord.ts';
import { LEAST_SUBJECTS } from '../../metrics/permutation.ts';
import type { CohortFeatures } from './distances.ts';

/** What limits the numbers, in words: sample sizes (validation.md V-04), shared subjects, a single reference. */
export function cohortWarnings(counts: CohortRecord['counts'], { subjects, referenceSubjects }: CohortFeatures): string[] {
  const shared = new Set(subjects.filter((subject) => referenceSubjects.includes(subject))).size;
  const smallest = Math.min(counts.subjects, counts.referenceSubjects);
  return [
    smallest < 3 && 'Fewer than three subjects in a set: intervals are absent where they would need them.',
    smallest < LEAST_SUBJECTS && `Fewer than ${LEAST_SUBJECTS} subjects in a set: no permutation test can give a small p, so none is shown.`,
    smallest < 10 && `Only ${smallest} ${smallest === 1 ? 'subject' : 'subjects'} in the smaller set: read every number as a description of these scans, not of a site.`,
    smallest >= 10 && smallest < 25 && `Only ${smallest} subjects in the smaller set: below 25, site differences are estimated poorly.`,
    counts.referenceSubjects < 2 && 'One reference subject: no split-half floor, so no normalized gain; differences between people and between scanners cannot be told apart.',
    shared > 0 && `${shared} ${shared === 1 ? 'subject is' : 'subjects are'} in both sets: the test against the reference assumes different people, so its p is absent.`,
    'The reference set is held fixed: intervals show the spread over evaluated subjects only. p values are not corrected for the number of rows.',
  ].filter((warning) => warning !== false);
}
