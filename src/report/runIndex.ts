import type { RESEARCH_USE } from '../core/scanRecord.ts';
import { html, type Html } from './html.ts';
import { renderPage, type Section } from './page.ts';
import { scanCount } from './quantity.ts';

/** What a whole run did: run.json. No times and no machine, so equal runs give equal bytes. */
export type RunSummary = Readonly<{
  schemaVersion: 1;
  researchUse: typeof RESEARCH_USE;
  concordVersion: string;
  protocol: string;
  bundle: string;
  reference: Readonly<{ styleId: string; scans: number }>;
  seed: number;
  draws: number;
  /** Hash of everything but the inputs that shapes the outputs. */
  configHash: string;
  counts: Readonly<Record<'harmonized' | 'refused' | 'failed' | 'skipped', number>>;
  scans: readonly RunScan[];
}>;

/** One input's end. `record` and `report` are file names beside run.json, null where there is none. */
export type RunScan = Readonly<{
  scan: string;
  status: 'harmonized' | 'refused' | 'failed' | 'skipped';
  code: string | null;
  detail: string;
  remedy: string;
  record: string | null;
  report: string | null;
}>;

const sections: readonly Section<RunSummary>[] = [
  {
    id: 'scans',
    title: 'Scans',
    caption: 'Every input of the run, harmonized or not. Open the reports: a number cannot say whether a picture looks right.',
    render: ({ scans }) => html`<div class="scroll"><table><thead><tr><th>Scan</th><th>Result</th><th>Why, and what to do</th></tr></thead>
<tbody>${scans.map(scanRow)}</tbody></table></div>`,
  },
  {
    id: 'run',
    title: 'Run',
    caption: 'What all scans shared. The same command on the same inputs gives the same bytes.',
    render: (run) => html`<dl><dt>Reference</dt><dd>${run.reference.styleId}, ${scanCount(run.reference.scans)}</dd>
<dt>Protocol</dt><dd>${run.protocol}</dd><dt>Model bundle</dt><dd>${run.bundle}</dd><dt>Seed, draws</dt><dd>${run.seed}, ${run.draws}</dd>
<dt>Configuration</dt><dd class="hash">${run.configHash}</dd></dl>`,
  },
];

/** The list of a run's scans with links to their reports, as one HTML file. */
export function renderRunIndex(run: RunSummary): string {
  const { counts } = run;
  const opening = html`<p class="lede">${counts.harmonized} of ${run.scans.length} scans brought to the style <b>${run.reference.styleId}</b>;
${counts.refused} refused, ${counts.failed} failed, ${counts.skipped} skipped.</p>`;
  return renderPage({ kind: 'Run', title: 'Harmonized scans', concordVersion: run.concordVersion, opening, sections, content: run });
}

function scanRow({ scan, status, code, detail, remedy, report }: RunScan): Html {
  const name = report === null ? html`${scan}` : html`<a href="${encodeURI(report)}">${scan}</a>`;
  return html`<tr><th>${name}</th><td class="verdict ${status === 'harmonized' ? 'pass' : 'refuse'}">${status}</td>
<td class="meaning">${code !== null && html`<code>${code}</code> ${detail} ${remedy}`}</td></tr>`;
}
