import type { CohortRecord } from '../../core/cohortRecord.ts';
import type { WorstPicture } from './gallery.ts';

/** What a cohort report is made of. */
export type CohortContent = Readonly<{
  record: CohortRecord;
  /** The worst scans, drawn while they were evaluated. */
  worst: readonly WorstPicture[];
}>;
