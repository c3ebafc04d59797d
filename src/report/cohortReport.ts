import type { CohortRecord } from '../core/cohortRecord.ts';
import type { ValidationRecord } from '../core/validationRecord.ts';
import { drawAgreement } from './cohort/agreement.ts';
import { renderArms } from './cohort/arms.ts';
import { renderChecklist } from './cohort/checklist.ts';
import { renderDesign } from './cohort/design.ts';
import { renderEffects } from './cohort/effects.ts';
import { drawFeatureCurves } from './cohort/featureCurves.ts';
import { drawCohortFigures } from './cohort/figures.ts';
import type { CohortContent } from './cohort/content.ts';
import { renderGallery, type WorstPicture } from './cohort/gallery.ts';
import { preservationItems, removalItems } from './cohort/itemCatalogue.ts';
import { renderItems } from './cohort/items.ts';
import { renderLimits } from './cohort/limits.ts';
import { renderCohortMethods } from './cohort/methods.ts';
import { renderProbes } from './cohort/probes.ts';
import { drawPca, drawUmap } from './cohort/projection.ts';
import { renderReproduce } from './cohort/reproduce.ts';
import { renderSampleSizes } from './cohort/sampleSize.ts';
import { renderCohortOpening, renderCohortSummary } from './cohort/summary.ts';
import { renderCohortIssues, renderDistances, renderPaired, renderScans, renderSummaries } from './cohort/tables.ts';
import { html, type Html } from './html.ts';
import { renderPage, type Section } from './page.ts';

/** Without a validation, its half of a section says so. */
function withValidation(render: (validation: ValidationRecord) => Html): (content: CohortContent) => Html {
  return ({ record: { validation } }) => (validation === null ? html`<p>Absent: this evaluation holds no comparison of sites.</p>` : render(validation));
}

/** The cohort report's table of contents. Removal and preservation get equal space (validation.md). */
export const cohortSections: readonly Section<CohortContent>[] = [
  {
    id: 'summary',
    title: 'Summary',
    caption: 'Two questions, never one score: did the scans come to look like the reference, and is each still the same person?',
    render: renderCohortSummary,
  },
  { id: 'cohort', title: 'Who was looked at', caption: 'Scans from found to analysed, people by site, and whether the two can be told apart at all.', render: withValidation(renderDesign) },
  {
    id: 'removal',
    title: 'Is the site gone?',
    caption: 'Distances should fall towards the floor, which is how much halves of the reference differ from each other. A negative gain is harm.',
    render: (content) => html`${drawCohortFigures(content.record)}
${content.record.validation !== null && sitePictures(content.record.validation)}
${renderDistances(content.record)}${withValidation((validation) => renderItems(validation, removalItems))(content)}`,
  },
  {
    id: 'preservation',
    title: 'Is everyone still there?',
    caption: 'Harmonization should move means to the reference, and leave the order, the spread and the anatomy of people alone.',
    render: (content) => html`${content.record.validation !== null && drawAgreement(content.record.validation)}${renderSummaries(content.record)}
<h3>Is it what the other scanner would have shown?</h3>${renderPaired(content.record)}${withValidation((validation) => renderItems(validation, preservationItems))(content)}`,
  },
  { id: 'probes', title: 'Site probes', caption: 'Classifiers that try to name the site. What the outline and the people give away is their floor; chance is not.', render: withValidation(renderProbes) },
  { id: 'arms', title: 'Against other methods', caption: 'Doing nothing, cheap methods, and controls that are wrong on purpose, through the same numbers.', render: withValidation(renderArms) },
  {
    id: 'failures',
    title: 'Failures',
    caption: 'Look at the worst before you trust the averages.',
    render: ({ record, worst }) => html`${renderGallery(worst, record)}<h3>Every scan</h3><p class="caption">Farthest from the reference first.</p>${renderScans(record)}<h3>Left out</h3>${renderCohortIssues(record)}`,
  },
  { id: 'samples', title: 'What so few people can show', caption: 'Measured by simulation: what these numbers do by sample size alone. The rows that apply are printed beside the numbers above.', render: renderSampleSizes },
  { id: 'limits', title: 'Limits', caption: 'What this page cannot say.', render: ({ record }) => renderLimits(record) },
  { id: 'methods', title: 'Methods text', caption: 'For a manuscript.', render: ({ record }) => renderCohortMethods(record) },
  { id: 'checklist', title: 'Checklist', caption: 'Filled in as far as the evaluation knows; the last column is yours.', render: ({ record }) => renderChecklist(record) },
  {
    id: 'reproduce',
    title: 'Reproduce',
    caption: 'Every number of this page is in the tables and the JSON beside it.',
    render: ({ record }) => renderReproduce(record),
  },
];

function sitePictures(validation: ValidationRecord): Html {
  return html`${drawPca(validation)}${drawUmap(validation)}${drawFeatureCurves(validation)}${renderEffects(validation)}`;
}

/**
 * The report of a cohort: one HTML file without scripts or network. It prints the record and computes nothing.
 * `worst`: the worst scans as they were drawn while evaluating, none where no pictures were kept.
 */
export function renderCohortReport(record: CohortRecord, worst: readonly WorstPicture[] = []): string {
  return renderPage({
    kind: 'Cohort report',
    title: 'Before and after harmonization',
    concordVersion: record.concordVersion,
    opening: renderCohortOpening(record),
    sections: cohortSections,
    content: { record, worst },
  });
}
