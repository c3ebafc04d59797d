import type { ConfoundingRow, LeftOutRow, SiteColumn, ValidationRecord, ValidationRow } from '../../core/validationRecord.ts';
import { html, type Html } from '../html.ts';
import { formatPercent, quantity, reasonText } from '../quantity.ts';
import { findingCell, spelled } from './finding.ts';
import { drawFlow } from './flowDiagram.ts';

/** Who was looked at: flow (V-01), Table 1 (V-02), confounding (V-03) and small sites (V-04). */
export function renderDesign({ design, rows }: ValidationRecord): Html {
  return html`${drawFlow(design.flow)}${leftOutTable(design.leftOut)}${tableOne(design.table1)}${differences(rows.filter(({ item }) => item === 'V-02'))}${smallSites(design.table1)}${confounding(design)}`;
}

/** Whom the refusals took: one kind of people more often than another makes the rest a selection (S-22). */
function leftOutTable(rows: readonly LeftOutRow[]): Html {
  if (rows.every(({ share }) => !('value' in share) || share.value === 0)) return html``;
  return html`<div class="scroll"><table class="sites"><caption>Who was left out <span class="unit">scans, by site and kind of people; fewer than five are suppressed</span></caption><thead><tr><th scope="col">People</th><th scope="col">Site</th><th scope="col" class="number">Found</th><th scope="col" class="number">Left out</th></tr></thead>
<tbody>${rows.map(({ site, covariate, level, found, share }) => html`<tr><th scope="row">${spelled(covariate)} ${level}</th><td>${site}</td><td class="number">${findingCell(found)}</td><td class="number">${findingCell(share, formatPercent)}</td></tr>`)}</tbody></table></div>`;
}

function tableOne(columns: readonly SiteColumn[]): Html {
  if (columns.length === 0) return html`<h3>Table 1</h3><p>Absent: no site was analysed.</p>`;
  const names = [...new Set(columns.flatMap(({ cells }) => Object.keys(cells)))];
  return html`<div class="scroll"><table class="sites"><caption><span class="item">V-02</span> Table 1 <span class="unit">cells that stand for fewer than five people are suppressed</span></caption>
<thead><tr><th scope="col"></th>${columns.map(({ site }) => html`<th scope="col" class="number">${site}</th>`)}</tr></thead>
<tbody><tr><th scope="row">subjects</th>${columns.map(({ subjects }) => html`<td class="number">${quantity(subjects)}</td>`)}</tr>
<tr><th scope="row">scans</th>${columns.map(({ scans }) => html`<td class="number">${quantity(scans)}</td>`)}</tr>
${names.map((name) => html`<tr><th scope="row">${name}</th>${columns.map(({ cells }) => html`<td class="number">${cellText(cells[name])}</td>`)}</tr>`)}</tbody></table></div>
${names.length === 0 && html`<p>Age, sex and diagnosis are absent: no table of participants was given (<code>--participants</code>).</p>`}`;
}

function cellText(cell: SiteColumn['cells'][string] | undefined): Html {
  if (cell === undefined) return html`<span class="absent">–</span>`;
  return typeof cell === 'string' ? html`${cell}` : html`<span class="absent">${reasonText(cell.unavailable)}</span>`;
}

/** Standardized differences of people between sites. */
function differences(rows: readonly ValidationRow[]): Html {
  if (rows.length === 0) return html``;
  return html`<div class="scroll"><table class="sites"><caption>People: standardized differences between sites</caption><thead><tr><th scope="col">Covariate</th><th scope="col">Sites</th><th scope="col" class="number">Difference, SD</th></tr></thead>
<tbody>${rows.map(({ scope, sites, finding }) => html`<tr><th scope="row">${spelled(scope)}</th><td>${spelled(sites)}</td><td class="number">${findingCell(finding)}</td></tr>`)}</tbody></table></div>`;
}

function smallSites(columns: readonly SiteColumn[]): Html {
  const small = columns.filter((column) => column.small !== null);
  if (small.length === 0) return html`<p><span class="item">V-04</span> No site is small: each has at least 25 subjects.</p>`;
  return html`<div class="notice"><h3><span class="item">V-04</span> Small sites</h3>${small.map((column) => html`<p><b>${column.site}</b>, ${quantity(column.subjects)} ${column.subjects === 1 ? 'subject' : 'subjects'}: ${column.small === 'descriptive' ? 'fewer than 10. Read its numbers as a description of these scans, not of a scanner.' : 'fewer than 25. Site differences are estimated poorly.'}</p>`)}</div>`;
}

const tests: Readonly<Record<ConfoundingRow['test'], string>> = { 'kruskal-wallis': 'Kruskal–Wallis, η²', 'chi-squared': 'χ², Cramér’s V', fisher: 'Fisher’s exact test, Cramér’s V' };

function confounding({ confounding: rows, identifiable, verdict }: ValidationRecord['design']): Html {
  const table = rows.length > 0 && html`<div class="scroll"><table><thead><tr><th scope="col">Covariate</th><th scope="col">Test, effect size</th><th scope="col" class="number">Association with site</th><th scope="col">Verdict</th><th scope="col">Why</th></tr></thead>
<tbody>${rows.map((row) => html`<tr><th scope="row">${spelled(row.covariate)}</th><td>${tests[row.test]}</td><td class="number">${findingCell(row.association)}</td><td class="verdict ${row.verdict === 'not identifiable' ? 'refuse' : row.verdict === 'associated' ? 'flag' : 'pass'}">${row.verdict}</td><td class="meaning">${row.reason}</td></tr>`)}</tbody></table></div>`;
  const stand = identifiable === null ? 'Not known' : identifiable ? 'Identifiable' : 'Not identifiable';
  return html`<h3><span class="item">V-03</span> Can site and people be told apart?</h3>
<p class="${identifiable === false ? 'notice' : ''}"><b>${stand}.</b> ${verdict}${identifiable === false && ' No claim of preservation is made in this report.'}</p>${table}`;
}
