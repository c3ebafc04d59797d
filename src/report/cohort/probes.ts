import { isInner } from '../../core/featureTable.ts';
import type { ProbeKind, ProbeRow, ValidationRecord } from '../../core/validationRecord.ts';
import { renderChart, type ChartLayer, type Point } from '../chart.ts';
import { html, type Html } from '../html.ts';
import { quantity } from '../quantity.ts';
import { legendBar } from '../strokes.ts';
import { armName, evaluatedArm, findingCell, intervalCell, valueOf } from './finding.ts';
import { sampleSizeNote } from './sampleSize.ts';

/** In the order of validation.md §6, with how each is read. */
const kinds: Readonly<Record<ProbeKind, Readonly<{ name: string; reads: string }>>> = {
  frozen: { name: 'Frozen', reads: 'Trained on raw scans, tested on outputs. Supporting only: a blur fools it.' },
  'output-trained': { name: 'Output-trained', reads: 'Trained and tested on outputs: the site information that is left. High is no failure by itself; read it beside the floors.' },
  histogram: { name: 'Histogram only', reads: 'What intensities alone give away.' },
  silhouette: { name: 'Silhouette only', reads: 'Floor of shape: no method that keeps anatomy can go below it.' },
  covariates: { name: 'Covariates only', reads: 'Floor of confounding: who the people are gives this much away.' },
  shuffled: { name: 'Shuffled labels', reads: 'Null: what chance looks like with so few people.' },
};
const order = Object.keys(kinds) as ProbeKind[];
const scopes: Readonly<Record<ProbeRow['scope'], string>> = { brain: 'brain', head: 'whole head', body: 'body', scan: 'whole scan', histogram: 'histogram', silhouette: 'outline', covariates: 'age, sex, …' };
const families: Readonly<Record<ProbeRow['model'], string>> = { logistic: 'logistic regression', forest: 'random forest' };

/** Site probes with their floors, and the two excesses (V-17). */
export function renderProbes(validation: ValidationRecord): Html {
  const rows = shownProbes(validation);
  if (rows.length === 0) return html`<p>Absent: no probe was run. Nothing can be said about the site that is left in the images, and the first score is withheld.</p>`;
  return html`${(['logistic', 'forest'] as const).filter((model) => rows.some((row) => row.model === model)).map((model) => bars(validation, rows.filter((row) => row.model === model), model))}
<p class="caption">The floor is not chance: what the outline and the people give away is anatomy, which must stay. Filled bars should fall towards the dashed floors; below them, ask what was lost. ${sampleSizeNote('V-17', validation)}</p>
${excessTable(validation)}${probeTable(validation, rows)}`;
}

/** Before, the evaluated arm, and the floors, which belong to people and not to arms. */
function shownProbes(validation: ValidationRecord): ProbeRow[] {
  const after = evaluatedArm(validation)?.arm;
  return validation.probes
    // of the scans before, trained on raw and on output is one and the same
    .filter(({ arm, probe, trainedOn }) => isFloor(probe) || arm === after || (arm === 'before' && !(probe === 'histogram' && trainedOn === 'output')))
    .sort((a, b) => order.indexOf(a.probe) - order.indexOf(b.probe) || a.scope.localeCompare(b.scope) || Number(a.arm !== 'before') - Number(b.arm !== 'before'));
}

function isFloor(probe: ProbeKind): boolean {
  return probe === 'silhouette' || probe === 'covariates';
}

function bars(validation: ValidationRecord, rows: readonly ProbeRow[], model: ProbeRow['model']): Html {
  const known = rows.filter(({ balancedAccuracy }) => 'value' in balancedAccuracy);
  if (known.length === 0) return html`<p>${families[model]}: absent, ${rows.length} probes had too few subjects.</p>`;
  const isAfter = (row: ProbeRow): boolean => row.arm !== 'before' && !isFloor(row.probe);
  const at = (wanted: (row: ProbeRow) => boolean): Point[] => known.flatMap((row, n): Point[] => (wanted(row) ? [[valueOf(row.balancedAccuracy) ?? 0, n]] : []));
  const floors = (['silhouette', 'covariates'] as const).flatMap((probe) => { const value = valueOf(known.find((row) => row.probe === probe)?.balancedAccuracy); return value === null ? [] : [{ probe, value }]; });
  const layers: ChartLayer[] = [
    { kind: 'bars', stroke: 'source', points: at((row) => !isAfter(row)), thickness: 0.62 },
    { kind: 'bars', stroke: 'harmonized', points: at(isAfter), thickness: 0.62 },
    { kind: 'intervals', stroke: 'reference', rows: known.flatMap(({ balancedAccuracy: ba }, row) => ('value' in ba && ba.low !== undefined && ba.high !== undefined ? [{ low: Math.max(0, ba.low), high: Math.min(1, ba.high), row }] : [])) },
    { kind: 'rule', stroke: 'reference', x: known[0]!.chance },
    { kind: 'words', at: [known[0]!.chance, -0.8], text: 'chance', anchor: 'end', above: 13 * floors.length },
    ...floors.flatMap(({ probe, value }, n): ChartLayer[] => [{ kind: 'rule', stroke: 'limit', x: value }, { kind: 'words', at: [value, -0.8], text: `${probe} floor`, anchor: 'start', above: 13 * n }]),
  ];
  return html`<figure><h3>${families[model][0]!.toUpperCase()}${families[model].slice(1)}: how well can the site be told?</h3>
<div class="legend"><span>${legendBar('source')}before, and floors</span><span>${legendBar('harmonized')}after</span></div>${renderChart({
    width: 960, height: 112 + 26 * known.length, marginLeft: 250, marginTop: 46,
    x: { label: 'Balanced accuracy over held-out subjects', domain: [0, 1], ticks: 10 }, y: { label: '', domain: [known.length - 0.4, -0.8], ticks: known.map((_, n) => n) },
    rowLabels: known.map((row) => labelOf(validation, row)), layers,
    alt: `Balanced accuracy of ${known.length} site probes. ${known.map((row) => `${labelOf(validation, row)} ${(valueOf(row.balancedAccuracy) ?? 0).toFixed(2)}`).join(', ')}; chance ${known[0]!.chance.toFixed(2)}.`,
  })}<figcaption>n = ${known[0]!.n}; thin lines are intervals over subjects.</figcaption></figure>`;
}

function labelOf(validation: ValidationRecord, row: ProbeRow): string {
  const { probe, scope, arm } = row;
  const place = scope !== 'histogram' && scope !== 'silhouette' && scope !== 'covariates' ? `, ${scopes[scope]}` : '';
  return `${kinds[probe].name}${place}${trainingOf(row)}${isFloor(probe) ? '' : ` – ${armName(validation, arm).toLowerCase()}`}`;
}

/** The histogram probe comes in both training modes, by one name. */
function trainingOf({ probe, arm, trainedOn }: ProbeRow): string {
  return probe !== 'histogram' || arm === 'before' ? '' : trainedOn === 'raw' ? ', frozen' : ', output-trained';
}

const excesses = {
  image: { name: 'Image excess', formula: (region: string) => `output-trained, ${region} − outline only`, reads: (region: string) => `Site in the ${region}’s picture beyond what its shape gives away.` },
  intensity: { name: 'Intensity excess', formula: () => 'histogram only − shuffled labels', reads: () => 'Site in intensities beyond chance.' },
} as const;

function excessTable(validation: ValidationRecord): Html {
  const after = evaluatedArm(validation)?.arm;
  const models = [...new Set(validation.excesses.map(({ model }) => model))];
  if (models.length === 0) return html`<h3>Two excesses</h3><p>Absent: they need the output-trained probe, its floors and the shuffled labels.</p>`;
  const region = validation.probes.find(({ scope }) => isInner(scope))?.scope ?? 'image';
  const find = (excess: 'image' | 'intensity', arm: string | undefined, model: string): Html => findingCell(validation.excesses.find((row) => row.excess === excess && row.arm === arm && row.model === model)?.finding);
  return html`<div class="scroll"><table class="wide"><caption>Two excesses <span class="unit">neither is enough alone; 0 means nothing beyond the floor</span></caption>
<thead><tr><th scope="col">Excess of balanced accuracy</th><th scope="col">Model</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th></tr></thead>
<tbody>${(['image', 'intensity'] as const).flatMap((excess) => models.map((model) => html`<tr><th scope="row">${excesses[excess].name} <span class="unit">${excesses[excess].formula(region)}. ${excesses[excess].reads(region)}</span></th><td>${families[model]}</td><td class="number">${find(excess, 'before', model)}</td><td class="number">${find(excess, after, model)}</td></tr>`))}</tbody></table></div>`;
}

/** Both model families side by side. */
function probeTable(validation: ValidationRecord, rows: readonly ProbeRow[]): Html {
  const key = ({ probe, scope, arm, trainedOn }: ProbeRow): string => `${probe}\t${scope}\t${arm}\t${trainedOn}`;
  const groups = [...new Set(rows.map(key))].map((wanted) => rows.filter((row) => key(row) === wanted));
  return html`<div class="scroll"><table class="probes"><caption>All probes <span class="unit">chance ${quantity(rows[0]!.chance)}; subjects are split, never slices; ${quantity(rows[0]!.n)} scans</span></caption>
<thead><tr><th scope="col" rowspan="2">Probe</th><th scope="col" rowspan="2">Scans</th><th scope="colgroup" colspan="2">Balanced accuracy</th><th scope="colgroup" colspan="2">AUC</th><th scope="col" rowspan="2" class="number">Over seeds <span class="unit">logistic, least and most</span></th><th scope="col" rowspan="2" class="number">Taken for the reference <span class="unit">logistic</span></th></tr>
<tr>${[0, 1].map(() => html`<th scope="col" class="number">logistic</th><th scope="col" class="number">forest</th>`)}</tr></thead>
<tbody>${groups.map((group) => probeLine(validation, group))}</tbody></table></div>
<dl>${order.filter((kind) => rows.some(({ probe }) => probe === kind)).map((kind) => html`<dt>${kinds[kind].name}</dt><dd>${kinds[kind].reads}</dd>`)}</dl>`;
}

function probeLine(validation: ValidationRecord, group: readonly ProbeRow[]): Html {
  const of = (model: ProbeRow['model']): ProbeRow | undefined => group.find((row) => row.model === model);
  const first = group[0]!;
  const shown = of('logistic') ?? first;
  return html`<tr><th scope="row">${kinds[first.probe].name} <span class="unit">${scopes[first.scope]}${trainingOf(first)}</span></th><td>${isFloor(first.probe) ? 'people' : armName(validation, first.arm).toLowerCase()}</td>
${(['logistic', 'forest'] as const).map((model) => html`<td class="number">${findingCell(of(model)?.balancedAccuracy)}</td>`)}${(['logistic', 'forest'] as const).map((model) => html`<td class="number">${findingCell(of(model)?.auc)}</td>`)}
<td class="number">${shown.seeds === null ? html`<span class="absent">–</span>` : html`${quantity(shown.seeds.low)} to ${quantity(shown.seeds.high)}`}</td><td class="number">${intervalCell(shown.asReference)}</td></tr>`;
}
