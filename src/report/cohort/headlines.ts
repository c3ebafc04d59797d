import type { Finding, Headline, ValidationRecord } from '../../core/validationRecord.ts';
import { renderChart, type ChartLayer } from '../chart.ts';
import { html, type Html } from '../html.ts';
import { formatNumber, formatScore, noIntervalText, quantity, reasonText } from '../quantity.ts';
import { legendMark, type StrokeName } from '../strokes.ts';
import { armName, evaluatedArm, findingCell, findingText } from './finding.ts';
import { labelOf } from './items.ts';
import { scoreAxis, withinAxis } from './scoreAxis.ts';

export type HeadlineId = keyof ValidationRecord['headlines'];

const questions: Readonly<Record<HeadlineId, Readonly<{ title: string; ends: string }>>> = {
  batchRemoval: { title: 'Is the site gone?', ends: '0: as before; 1: no more than shuffled labels show; below 0: farther apart than before' },
  preservation: { title: 'Is everyone still there?', ends: '0: people lost; 1: people as before' },
};

/**
 * The score of the evaluated arm, or why it must not be shown: no preservation score where site and people cannot be
 * told apart (V-03), no batch score without site probes (validation.md §8).
 */
export function headlineOf(validation: ValidationRecord, id: HeadlineId): Finding {
  if (id === 'preservation' && validation.design.identifiable === false) return { unavailable: 'NOT_IDENTIFIABLE' };
  const arm = evaluatedArm(validation)?.arm;
  if (id === 'batchRemoval' && !validation.probes.some((row) => row.arm === arm && row.probe === 'output-trained' && 'value' in row.balancedAccuracy)) {
    return { unavailable: 'NO_SITE_PROBES' };
  }
  return validation.headlines[id].find((headline) => headline.arm === arm)?.finding ?? { unavailable: 'NOT_COMPUTED' };
}

/** Both scores beside each other, each on its own axis. They are never added, averaged or ranked together. */
export function renderHeadlines(validation: ValidationRecord): Html {
  return html`<div class="pair headlines">${headlineCard(validation, 'batchRemoval')}${headlineCard(validation, 'preservation')}</div>
<p class="caption">${legendMark('source')} before, ${legendMark('harmonized')} after; bars are ${100 * validation.methods.confidence} % intervals over subjects. The two answer two questions and are never merged: a method can win one by losing the other.</p>`;
}

function headlineCard(validation: ValidationRecord, id: HeadlineId): Html {
  const { title, ends } = questions[id];
  const finding = headlineOf(validation, id);
  if ('unavailable' in finding) {
    return html`<div class="headline" id="headline-${id}"><div class="label">${title}</div><div class="figure withheld">withheld</div><div class="note">${withheldReason(finding.unavailable, validation)}</div></div>`;
  }
  const before = validation.headlines[id].find(({ arm }) => arm === 'before')?.finding;
  return html`<div class="headline" id="headline-${id}"><div class="label">${title}</div>
<div class="figure">${quantity(finding.value, formatScore)} ${finding.noInterval !== undefined && html`<span class="range absent">${noIntervalText(finding.noInterval)}</span>`}${finding.low !== undefined && finding.high !== undefined && html`<span class="range">${quantity(finding.low, formatScore)} to ${quantity(finding.high, formatScore)}</span>`}</div>
${scoreStrip(before, finding, `${title} Before ${plain(before)}, after ${plain(finding)}; 1 is best.`)}
<div class="note">${ends}.${before !== undefined && html` Before: ${findingText(before)}.`}</div></div>`;
}

function withheldReason(reason: string, { design, methods }: ValidationRecord): string {
  if (reason === 'TOO_MANY_LEFT_OUT') return `More than ${Math.round(100 * methods.margins.leftOut)} % of one site’s scans were refused or have no output (see the flow). What remains is a selection, and a score of it would flatter.`;
  if (reason === 'NOT_IDENTIFIABLE') return `Site and people cannot be told apart here: ${design.verdict} A change of one would pass for a change of the other, so no claim of preservation is made.`;
  if (reason === 'NO_SITE_PROBES') return 'No site probe could be run. Without one, a method that leaves the site in the image could score well.';
  return `Reason: ${reasonText(reason)}.`;
}

function plain(finding: Finding | undefined): string {
  return finding !== undefined && 'value' in finding ? formatNumber(finding.value) : 'absent';
}

/** Before above after on one axis. */
function scoreStrip(before: Finding | undefined, after: Finding, alt: string): Html {
  const domain = scoreAxis([before, after]);
  const rows: readonly (readonly [StrokeName, Finding | undefined])[] = [['source', before], ['harmonized', after]];
  const layers = rows.flatMap(([stroke, finding], row): ChartLayer[] => {
    if (finding === undefined || 'unavailable' in finding) return [];
    const { value, low, high } = finding;
    return [
      ...(low !== undefined && high !== undefined ? [{ kind: 'intervals', stroke, rows: [{ ...withinAxis(low, high, domain), row }] } as const] : []),
      { kind: 'dots', stroke, points: [[value, row]] },
    ];
  });
  return renderChart({
    width: 420, height: 108, marginLeft: 50, marginTop: 8, x: { label: '', domain, ticks: 5 }, y: { label: '', domain: [1.6, -0.6], ticks: [0, 1] }, rowLabels: ['before', 'after'], layers, alt,
  });
}

/** What each score was made of, so that it can be checked by hand. */
export function renderHeadlineParts(validation: ValidationRecord): Html {
  const arm = evaluatedArm(validation)?.arm;
  const tables = (['batchRemoval', 'preservation'] as const).flatMap((id) => {
    const headline = validation.headlines[id].find((one) => one.arm === arm);
    if (headline === undefined || headline.parts.length === 0 || 'unavailable' in headlineOf(validation, id)) return [];
    return [partsTable(questions[id].title, headline)];
  });
  return tables.length === 0 ? html`` : html`<details><summary>What the scores of ${armName(validation, arm ?? '')} are made of</summary><p class="caption">The weights were fixed before the run. The first score is the weighted mean of its parts, each within −1 to 1; the second that of its parts, each within 0 to 1, times what is left of spread and identity where less than 80 % is.</p>${tables}</details>`;
}

function partsTable(title: string, { parts }: Headline): Html {
  return html`<div class="scroll"><table><caption>${title}</caption><thead><tr><th scope="col">Part</th><th scope="col" class="number">Weight</th><th scope="col" class="number">Measured</th><th scope="col" class="number">Score</th></tr></thead>
<tbody>${parts.map(({ statistic, weight, raw, score }) => html`<tr><th scope="row">${labelOf(statistic).name}</th><td class="number">${quantity(weight)}</td><td class="number">${findingCell(raw)}</td><td class="number">${findingCell(score)}</td></tr>`)}</tbody></table></div>`;
}
