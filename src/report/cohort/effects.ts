import type { FeatureRow, Finding, ValidationRecord } from '../../core/validationRecord.ts';
import { renderChart, type ChartLayer, type Point } from '../chart.ts';
import { html, type Html } from '../html.ts';
import { quantity } from '../quantity.ts';
import { legendMark, type StrokeName } from '../strokes.ts';
import { evaluatedArm, findingCell, spelled, valueOf } from './finding.ts';

/** More features than this do not fit a page; the table behind the picture has them all. */
const MOST_ROWS = 30;
/** A difference that a reader would see (validation.md V-12). */
const LARGE = 0.5;

type Pair = Readonly<{ before: FeatureRow; after: FeatureRow }>;

/** Forest plot of Hedges g per feature, before and after, with the table behind it (V-12). */
export function renderEffects(validation: ValidationRecord): Html {
  const pairs = pairsOf(validation);
  if (pairs.length === 0) return html`<figure><h3><span class="item">V-12</span> Effect size of site, feature by feature</h3><p>Absent: no feature was compared between sites.</p></figure>`;
  const largest = (row: FeatureRow): number => Math.abs(valueOf(row.hedgesG) ?? 0);
  const sorted = [...pairs].sort((a, b) => largest(b.before) - largest(a.before));
  return html`${forest(sorted.slice(0, MOST_ROWS), pairs.length, validation.sites.length > 2)}${featureTable(sorted)}`;
}

function pairsOf(validation: ValidationRecord): Pair[] {
  const arm = evaluatedArm(validation)?.arm;
  const key = (row: FeatureRow): string => `${row.feature}\t${row.sites}`;
  const after = new Map(validation.features.filter((row) => row.arm === arm).map((row) => [key(row), row]));
  return validation.features.filter((row) => row.arm === 'before').flatMap((before) => {
    const partner = after.get(key(before));
    return partner === undefined ? [] : [{ before, after: partner }];
  });
}

function forest(pairs: readonly Pair[], all: number, hasManySites: boolean): Html {
  const findings = pairs.flatMap(({ before, after }) => [before.hedgesG, after.hedgesG]);
  const reach = Math.max(1, ...findings.flatMap((finding) => ('value' in finding ? [finding.value, finding.low ?? 0, finding.high ?? 0] : [])).map(Math.abs));
  const [n1, n2] = pairs[0]?.before.n ?? [0, 0];
  const label = ({ before }: Pair): string => shortened(hasManySites ? `${before.feature}, ${spelled(before.sites)}` : before.feature);
  const marks = (stroke: StrokeName, offset: number, pick: (pair: Pair) => Finding): ChartLayer[] => [
    { kind: 'intervals', stroke, rows: pairs.flatMap((pair, row) => intervalOf(pick(pair), row + offset)) },
    { kind: 'dots', stroke, points: pairs.flatMap((pair, row): Point[] => { const value = valueOf(pick(pair)); return value === null ? [] : [[value, row + offset]]; }) },
  ];
  return html`<figure><h3><span class="item">V-12</span> Effect size of site, feature by feature</h3>
<div class="legend"><span>${legendMark('source')}before</span><span>${legendMark('harmonized')}after</span></div>${renderChart({
    width: 960, height: 78 + 26 * pairs.length, marginLeft: 250,
    x: { label: 'Hedges g between sites (0: none)', domain: [-reach * 1.05, reach * 1.05], ticks: 9 },
    y: { label: '', domain: [pairs.length - 0.4, -0.7], ticks: pairs.map((_, row) => row) },
    rowLabels: pairs.map(label),
    layers: [
      { kind: 'rule', stroke: 'reference', x: 0 }, { kind: 'rule', stroke: 'limit', x: -LARGE }, { kind: 'rule', stroke: 'limit', x: LARGE },
      ...marks('source', -0.17, ({ before }) => before.hedgesG), ...marks('harmonized', 0.17, ({ after }) => after.hedgesG),
    ],
    alt: `Effect size of site for ${pairs.length} features. Before, ${countLarge(pairs, 'before')} of them are at 0.5 or more in size; after, ${countLarge(pairs, 'after')}. The table below holds every number.`,
  })}<figcaption>Sorted by size before; bars are intervals over subjects (n = ${n1} and ${n2}). Squares should gather at the dotted line; dashed lines at ±0.5 mark a difference that a reader would see.${all > pairs.length && ` The ${pairs.length} largest of ${all} are drawn.`}</figcaption></figure>`;
}

function intervalOf(finding: Finding, row: number): { low: number; high: number; row: number }[] {
  return 'value' in finding && finding.low !== undefined && finding.high !== undefined ? [{ low: finding.low, high: finding.high, row }] : [];
}

function countLarge(pairs: readonly Pair[], side: keyof Pair): number {
  return pairs.filter((pair) => Math.abs(valueOf(pair[side].hedgesG) ?? 0) >= LARGE).length;
}

function shortened(name: string): string {
  return name.length > 36 ? `${name.slice(0, 35)}…` : name;
}

const columns: readonly Readonly<{ title: string; pick: (row: FeatureRow) => Finding }>[] = [
  { title: 'Cohen d', pick: ({ cohenD }) => cohenD },
  { title: 'Hedges g', pick: ({ hedgesG }) => hedgesG },
  { title: 'ln variance ratio', pick: ({ logVarianceRatio }) => logVarianceRatio },
  { title: 'Brown–Forsythe', pick: ({ spreadTest }) => spreadTest },
  { title: 'W1, SD', pick: ({ wasserstein1 }) => wasserstein1 },
  { title: 'KS', pick: ({ ks }) => ks },
  { title: 'Equivalence', pick: ({ equivalence }) => equivalence },
  { title: 'ICC of site', pick: ({ iccBatch }) => iccBatch },
];

/** More features than this make the page slow; validation-features.tsv has them all. */
const MOST_LISTED = 60;

/** The features with the largest differences, before above after. */
function featureTable(pairs: readonly Pair[]): Html {
  const listed = pairs.slice(0, MOST_LISTED);
  return html`<details><summary>The numbers of ${listed.length < pairs.length ? `the ${listed.length} features that differed most, of ${pairs.length}` : `all ${pairs.length} features`}</summary><div class="scroll"><table class="features"><thead><tr><th scope="col">Feature</th><th scope="col"></th>${columns.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
<tbody>${listed.map(({ before, after }) => html`${featureLine(before, 'before', before.feature)}${featureLine(after, 'after', null)}`)}</tbody></table></div></details>`;
}

function featureLine(row: FeatureRow, word: string, name: string | null): Html {
  return html`<tr>${name === null ? html`<td></td>` : html`<th scope="row">${name} <span class="unit">${spelled(row.sites)}, n = ${quantity(row.n[0])} and ${quantity(row.n[1])}</span></th>`}<td>${word}</td>${columns.map(({ pick }) => html`<td class="number">${findingCell(pick(row))}</td>`)}</tr>`;
}
