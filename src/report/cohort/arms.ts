import { isInner } from '../../core/featureTable.ts';
import type { ArmSummary, Finding, ValidationRecord, ValidationRow } from '../../core/validationRecord.ts';
import { renderChart, type ChartLayer, type Point } from '../chart.ts';
import { html, type Html } from '../html.ts';
import { directionMark, reasonText } from '../quantity.ts';
import { exposureText } from './exposures.ts';
import { intervalCell, valueOf } from './finding.ts';
import { labelOf } from './items.ts';
import { scoreAxis, withinAxis } from './scoreAxis.ts';

/** What every arm is compared by, besides the scores and probes: one of each kind of question. */
const compared: readonly Readonly<{ item: ValidationRow['item']; statistic: string }>[] = [
  { item: 'V-12', statistic: 'medianAbsCohenD' },
  { item: 'V-15', statistic: 'mmd2' },
  { item: 'V-21', statistic: 'normalizedGain' },
  { item: 'V-30', statistic: 'gradientCorrelation' },
  { item: 'V-36', statistic: 'spreadRatio' },
];

/** Comparators and controls in one table (validation.md §7), the strong but wrong ones exposed in words. */
export function renderArms(validation: ValidationRecord): Html {
  const { arms } = validation;
  if (arms.length <= 2) return html`<p>Absent: no comparator was asked for. <code>--arms</code> adds them; without doing nothing, cheap normalization and controls that are wrong on purpose, no number of this page has a scale.</p>`;
  return html`${drawScores(arms, validation.design.identifiable === false)}${exposedList(arms)}${armTable(validation)}`;
}

function drawScores(arms: readonly ArmSummary[], isWithheld: boolean): Html {
  const panel = (title: string, pick: (arm: ArmSummary) => Finding): Html => html`<div><p class="panel">${title}</p>${scoreChart(title, arms, pick)}</div>`;
  return html`<figure><div class="pair">${panel('Is the site gone?', ({ batchRemoval }) => batchRemoval)}${isWithheld ? html`<div><p class="panel">Is everyone still there?</p><p>Withheld: site and people cannot be told apart (V-03).</p></div>` : panel('Is everyone still there?', ({ preservation }) => preservation)}</div>
<figcaption>The same arms in the same order, best is 1 on both. An arm that is far right on the left and far left on the right removed the people with the site. A missing mark has its reason in the table.</figcaption></figure>`;
}

function scoreChart(title: string, arms: readonly ArmSummary[], pick: (arm: ArmSummary) => Finding): Html {
  const domain = scoreAxis(arms.map(pick));
  const mark = (arm: ArmSummary): 'source' | 'harmonized' => (arm.kind === 'evaluated' ? 'harmonized' : 'source');
  const layers = arms.flatMap((arm, row): ChartLayer[] => {
    const finding = pick(arm);
    if ('unavailable' in finding) return [{ kind: 'words', at: [domain[0], row], text: `absent: ${reasonText(finding.unavailable)}`, anchor: 'start' }];
    const { value, low, high } = finding;
    const interval: ChartLayer[] = low === undefined || high === undefined ? [] : [{ kind: 'intervals', stroke: mark(arm), rows: [{ ...withinAxis(low, high, domain), row }] }];
    return [...interval, { kind: 'dots', stroke: mark(arm), points: [[value, row]] satisfies Point[] }];
  });
  return renderChart({
    width: 460, height: 66 + 26 * arms.length, marginLeft: 168, marginTop: 10,
    x: { label: 'Score', domain, ticks: 5 }, y: { label: '', domain: [arms.length - 0.4, -0.6], ticks: arms.map((_, row) => row) },
    rowLabels: arms.map(({ name }) => (name.length > 27 ? `${name.slice(0, 26)}…` : name)), layers,
    alt: `${title} Score of each arm: ${arms.map((arm) => `${arm.name} ${valueOf(pick(arm))?.toFixed(2) ?? 'absent'}`).join(', ')}.`,
  });
}

function exposedList(arms: readonly ArmSummary[]): Html {
  const guilty = arms.filter(({ exposed }) => exposed.length > 0);
  if (guilty.length === 0) return html`<h3>What the arms do wrong</h3><p>No arm was caught by the checks that ran. Look at the pictures all the same.</p>`;
  return html`<h3>What the arms do wrong</h3><dl class="exposed">${guilty.map(({ name, exposed }) => html`<dt>${name}</dt><dd>${exposed.map((code) => html`<span class="fault">${exposureText(code)} <code>${code}</code></span>`)}</dd>`)}</dl>`;
}

function armTable(validation: ValidationRecord): Html {
  const columns = compared.filter(({ item, statistic }) => validation.rows.some((row) => row.item === item && row.statistic === statistic));
  const withheld: Finding = { unavailable: 'NOT_IDENTIFIABLE' };
  return html`<div class="scroll"><table class="arms"><caption>All arms</caption><thead><tr><th scope="col">Arm</th><th scope="col" class="number">Site gone</th><th scope="col" class="number">People kept</th>
${columns.map(({ statistic }) => { const { name, better } = labelOf(statistic); return html`<th scope="col" class="number">${name} ${better !== null && directionMark(better)}</th>`; })}<th scope="col" class="number">Frozen probe</th><th scope="col" class="number">Output-trained probe</th></tr></thead>
<tbody>${validation.arms.map((arm) => html`<tr class="${arm.kind}"><th scope="row">${arm.name} <span class="unit">${arm.purpose}${arm.level === 'feature' && ' Features only: no image was made.'}</span></th>
${arm.unavailable !== undefined ? html`<td colspan="${columns.length + 4}"><span class="absent">absent: ${reasonText(arm.unavailable)}</span></td>` : html`<td class="number">${intervalCell(arm.batchRemoval)}</td><td class="number">${intervalCell(validation.design.identifiable === false ? withheld : arm.preservation)}</td>
${columns.map((column) => html`<td class="number">${intervalCell(firstOf(validation, arm.arm, column))}</td>`)}<td class="number">${probeCell(validation, arm.arm, 'frozen')}</td><td class="number">${probeCell(validation, arm.arm, 'output-trained')}</td>`}</tr>`)}</tbody></table></div>
<p class="caption">Probes: balanced accuracy of logistic regression on the ${validation.probes.find(({ scope }) => isInner(scope))?.scope ?? 'image'}. The frozen one is shown to be fooled: what makes it low need not have removed anything. Every number of every arm is in the table file beside this page.</p>`;
}

/** The row over all sites where there is one, else the first. */
function firstOf(validation: ValidationRecord, arm: string, { item, statistic }: (typeof compared)[number]): Finding | undefined {
  const rows = validation.rows.filter((row) => row.item === item && row.statistic === statistic && row.arm === arm);
  return (rows.find(({ sites, scope }) => sites === 'all' && scope === 'all') ?? rows[0])?.finding;
}

function probeCell(validation: ValidationRecord, arm: string, probe: 'frozen' | 'output-trained'): Html {
  return intervalCell(validation.probes.find((row) => row.arm === arm && row.probe === probe && isInner(row.scope) && row.model === 'logistic')?.balancedAccuracy);
}
