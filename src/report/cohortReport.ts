import type { CohortRecord } from '../core/cohortRecord.ts';
import { drawCohortFigures } from './cohort/figures.ts';
import { renderCohortMethods, renderCohortOpening, renderCohortSummary } from './cohort/summary.ts';
import { renderCohortIssues, renderDistances, renderPaired, renderScans, renderSummaries } from './cohort/tables.ts';
import { html } from './html.ts';
import { renderPage, type Section } from './page.ts';

/** The cohort report's table of contents. Removal and preservation get equal space (validation.md). */
export const cohortSections: readonly Section<CohortRecord>[] = [
  {
    id: 'summary',
    title: 'Summary',
    caption: 'Two questions, never one score: did the scans come to look like the reference, and is each still the same person?',
    render: renderCohortSummary,
  },
  { id: 'visual', title: 'Pictures', caption: 'The same windows and bins before, after and for the reference.', render: drawCohortFigures },
  {
    id: 'removal',
    title: 'Is the scanner gone?',
    caption: 'Distances should fall towards the floor, which is how much halves of the reference differ from each other. Below each number is its 95 % interval. A negative gain is harm.',
    render: renderDistances,
  },
  {
    id: 'truth',
    title: 'Is it what the other scanner would have shown?',
    caption: 'Only scans of the same people on the reference scanner can answer this.',
    render: renderPaired,
  },
  {
    id: 'preservation',
    title: 'Are people still themselves?',
    caption: 'Harmonization should move means to the reference, and leave the order and the spread of people alone.',
    render: renderSummaries,
  },
  { id: 'scans', title: 'Every scan', caption: 'Farthest from the reference first. Look at the top rows before you trust the averages.', render: renderScans },
  { id: 'methods', title: 'Methods text', caption: 'For a manuscript.', render: renderCohortMethods },
  {
    id: 'reproduce',
    title: 'Reproduce',
    caption: 'Every number of this page is in metrics.tsv and evaluation.json beside it.',
    render: ({ statistics, counts }) => html`<pre>concord evaluate --before <b>BEFORE</b> --after <b>AFTER</b> --reference <b>REFERENCE</b>${counts.truth > 0 && html` --truth <b>TRUTH</b>`} --output <b>DIR</b> --seed ${statistics.seed} --resamples ${statistics.resamples} --permutations ${statistics.permutations}</pre>`,
  },
  { id: 'errors', title: 'Errors', caption: 'Scans that were left out, and why.', render: renderCohortIssues },
];

/** The report of a cohort: one HTML file without scripts or network. It prints the record and computes nothing. */
export function renderCohortReport(record: CohortRecord): string {
  return renderPage({
    kind: 'Cohort report',
    title: 'Before and after harmonization',
    concordVersion: record.concordVersion,
    opening: renderCohortOpening(record),
    sections: cohortSections,
    content: record,
  });
}
