import type { FlowRow } from '../../core/validationRecord.ts';
import { html, type Html } from '../html.ts';
import { formatPercent, quantity } from '../quantity.ts';

/** More sites than this do not fit a page's width; the table has them all. */
const MOST_DRAWN = 4;
const BOX = { width: 150, height: 46, gap: 30 } as const;

/** From found to analysed, a column a site, what was left out to the right; and the same as a table (V-01). */
export function drawFlow(flow: readonly FlowRow[]): Html {
  if (flow.length === 0) return html`<h3>From found to analysed</h3><p>Absent: no scan was found.</p>`;
  return html`<figure><h3><span class="item">V-01</span> From found to analysed</h3>${flow.length <= MOST_DRAWN && diagram(flow)}${table(flow)}
<figcaption>Every scan that was found is either analysed or counted among those left out. Many left out at one site make that site’s numbers a selection.</figcaption></figure>`;
}

function diagram(flow: readonly FlowRow[]): Html {
  const column = 960 / Math.max(flow.length, 3);
  const height = 34 + 3 * BOX.height + 2 * BOX.gap;
  const alt = `Flow of scans. ${flow.map((row) => `${row.site}: ${row.found} found, ${row.readable} readable, ${leftOut(row)} left out, ${row.analysed} analysed`).join('. ')}.`;
  return html`<div class="chart flow" role="img" aria-label="${alt}"><svg viewBox="0 0 960 ${height}" width="960" height="${height}"><desc>${alt}</desc>${flow.map((row, n) => siteColumn(row, n * column))}</svg></div>`;
}

function siteColumn(row: FlowRow, x: number): Html {
  const top = (step: number): number => 26 + step * (BOX.height + BOX.gap);
  const unreadable = row.found - row.readable;
  const losses = [...Object.entries(row.refused).map(([code, count]) => `${count} ${code}`), ...(row.unmatched > 0 ? [`${row.unmatched} without a partner`] : [])];
  return html`<g><text x="${x + BOX.width / 2}" y="14" text-anchor="middle" font-weight="650" fill="#14181c">${row.site}</text>
${box(x, top(0), 'found', row.found)}${box(x, top(1), 'readable', row.readable)}${box(x, top(2), 'analysed', row.analysed)}
${arrow(x, top(0) + BOX.height)}${arrow(x, top(1) + BOX.height)}
${unreadable > 0 && aside(x, top(0) + BOX.height + 19, [`${unreadable} unreadable`])}${losses.length > 0 && aside(x, top(1) + BOX.height + 19, losses.slice(0, 3))}</g>`;
}

function box(x: number, y: number, word: string, count: number): Html {
  return html`<rect x="${x + 1}" y="${y}" width="${BOX.width - 2}" height="${BOX.height}" rx="3" fill="#fff" stroke="#55606b" stroke-width="1.3"/>
<text x="${x + BOX.width / 2}" y="${y + 21}" text-anchor="middle" font-size="16" font-weight="620" fill="#14181c">${count}</text><text x="${x + BOX.width / 2}" y="${y + 37}" text-anchor="middle" fill="#55606b">${word}</text>`;
}

function arrow(x: number, y: number): Html {
  const center = x + BOX.width / 2;
  return html`<path d="M${center} ${y}v${BOX.gap - 7}" stroke="#55606b" stroke-width="1.3" fill="none"/><path d="M${center - 4} ${y + BOX.gap - 8}h8l-4 7z" fill="#55606b"/>`;
}

/** What was left out between two boxes, to the right of the arrow. */
function aside(x: number, y: number, lines: readonly string[]): Html {
  return html`${lines.map((line, n) => html`<text x="${x + BOX.width / 2 + 12}" y="${y + 14 * (n - (lines.length - 1) / 2)}" fill="#9a2f00">${line}</text>`)}`;
}

function leftOut({ found, analysed }: FlowRow): number {
  return found - analysed;
}

function table(flow: readonly FlowRow[]): Html {
  return html`<div class="scroll"><table><thead><tr><th scope="col">Site</th><th scope="col" class="number">Found</th><th scope="col" class="number">Readable</th><th scope="col">Refused, by code</th><th scope="col" class="number">Without a partner</th><th scope="col" class="number">Analysed</th><th scope="col" class="number">Left out</th></tr></thead>
<tbody>${flow.map((row) => html`<tr><th scope="row">${row.site}</th><td class="number">${quantity(row.found)}</td><td class="number">${quantity(row.readable)}</td><td>${refusals(row)}</td><td class="number">${quantity(row.unmatched)}</td><td class="number">${quantity(row.analysed)}</td><td class="number">${formatPercent(row.found === 0 ? 0 : leftOut(row) / row.found)}</td></tr>`)}</tbody></table></div>`;
}

function refusals({ refused }: FlowRow): Html {
  const codes = Object.entries(refused);
  if (codes.length === 0) return html`none`;
  return html`${codes.map(([code, count], n) => html`${n > 0 && ', '}<code>${code}</code> ${quantity(count)}`)}`;
}
