import type { ScanRecord } from '../core/scanRecord.ts';
import { html } from './html.ts';
import type { Section } from './page.ts';
import { drawBandCurves, renderAnchors } from './scan/bandCurves.ts';
import { drawToneCurve, type ScanFigures } from './scan/figures.ts';
import { renderMethods } from './scan/methods.ts';
import { renderProvenance, renderReproduce } from './scan/provenance.ts';
import { renderSummary } from './scan/summary.ts';
import { renderGates, renderIssues, renderMetricTables } from './scan/tables.ts';

export type ScanContent = Readonly<{ record: ScanRecord; figures: ScanFigures | null }>;

/** The scan report's table of contents, in the order of bids-and-reports.md R-21. */
export const scanSections: readonly Section<ScanContent>[] = [
  {
    id: 'summary',
    title: 'Summary',
    caption: 'The numbers to know first. If one of them surprises you, look at the pictures before you use the scan.',
    render: ({ record }) => renderSummary(record),
  },
  {
    id: 'visual',
    title: 'Pictures',
    caption: 'What changed and what did not, at windows that are equal in every report.',
    render: ({ record, figures }) => html`${figures === null ? html`<p>No picture: the scan was refused before it could be drawn.</p>` : figures.mosaics}
<div class="pair">${record.toneCurve !== null && drawToneCurve(record.toneCurve)}${record.ct !== undefined && drawBandCurves(record.ct)}${figures?.histograms}</div>
${record.ct !== undefined && renderAnchors(record.ct)}`,
  },
  {
    id: 'metrics',
    title: 'Metrics',
    caption: 'Harmonizing should pull the distances down and leave anatomy alone. An absent value says why; it is not zero.',
    render: ({ record }) => (record.metrics.length === 0 ? html`<p>Nothing was measured: there is no harmonized image.</p>` : renderMetricTables(record.metrics)),
  },
  {
    id: 'gates',
    title: 'QC verdicts',
    caption: 'Each gate compares one number with a limit of the protocol. A refused gate withholds the image; a flagged one asks for your eyes.',
    render: ({ record }) => renderGates(record.gates),
  },
  {
    id: 'warnings',
    title: 'Warnings',
    caption: 'Faults of the input that did not stop the run.',
    render: ({ record }) => renderIssues(record.issues.filter(({ severity }) => severity === 'flag')),
  },
  {
    id: 'provenance',
    title: 'Provenance',
    caption: 'What went in, what ran, what came out. Hashes let anyone check that they hold the same files.',
    render: ({ record }) => renderProvenance(record),
  },
  {
    id: 'reproduce',
    title: 'Reproduce',
    caption: 'The same input, reference, seed and version give the same image.',
    render: ({ record }) => renderReproduce(record),
  },
  {
    id: 'methods',
    title: 'Methods text',
    caption: 'For a manuscript: copy it, and adapt it to what you did before and after.',
    render: ({ record }) => renderMethods(record),
  },
  {
    id: 'checklist',
    title: 'Checklist',
    caption: 'concord’s own list for reporting harmonized images; no consensus checklist for image harmonization is known.',
    render: ({ record }) => html`<ul class="plain">
<li>State the tool, its version (${record.concordVersion}), the model bundle (${record.bundle.id} ${record.bundle.version}) and the reference style (${record.reference.styleId}).</li>
<li>Say that images were harmonized for research and are synthetic in intensity; keep and analyse the sources too.</li>
<li>Report refused and flagged scans by code, and how they were handled.</li>
<li>Report site differences before and after, beside biological effects before and after; a single scan’s report shows neither.</li>
<li>Do not harmonize a training and a test set together with statistics taken from both.</li></ul>`,
  },
  {
    id: 'errors',
    title: 'Errors',
    caption: 'What ended the run of this scan, if anything did.',
    render: ({ record }) => renderIssues(record.issues.filter(({ severity }) => severity !== 'flag')),
  },
];
