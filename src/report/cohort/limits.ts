import type { CohortRecord } from '../../core/cohortRecord.ts';
import { html, type Html } from '../html.ts';

/** What this page can not say, from the record where the record knows it. */
export function renderLimits(record: CohortRecord): Html {
  const { validation } = record;
  const hasItem = (item: string): boolean => validation?.rows.some((row) => row.item === item && 'value' in row.finding) ?? false;
  const limits = [
    record.paired.length === 0 && 'No scan of the same people on the reference scanner: that distributions agree does not show that people do.',
    validation?.design.identifiable === false && 'Site and people cannot be told apart in this cohort, so a method that removes people would not be noticed by these numbers.',
    validation !== null && validation.design.identifiable === null && 'Nothing is known of the people beyond their scans: confounding of site by age, sex or diagnosis cannot be excluded.',
    !hasItem('V-35') && 'Lesions were not looked at. A method may weaken or invent them without moving any number here.',
    !hasItem('V-32') && 'No segmentation was compared: volumes may change where contrast does.',
    'Features are summaries. Two scans with equal features can still differ where nobody measured; open the pictures.',
    'Non-significance is not equivalence: a large p with few subjects shows that the study was small.',
    'Intervals are over these subjects and hold the reference set fixed: they say nothing of other scanners, protocols or diseases.',
    'Scores depend on the features and weights that were fixed before the run: do not compare them between versions or with other tools.',
  ].filter((limit) => typeof limit === 'string');
  return html`<ul class="plain">${limits.map((limit) => html`<li>${limit}</li>`)}</ul>`;
}
