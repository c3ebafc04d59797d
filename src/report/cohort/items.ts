import type { ItemId, ValidationRecord, ValidationRow } from '../../core/validationRecord.ts';
import { metricCatalogue, type MetricEntry } from '../../metrics/catalogue.ts';
import { html, type Html } from '../html.ts';
import { directionMark, quantity } from '../quantity.ts';
import { evaluatedArm, findingCell, spelled } from './finding.ts';
import type { ItemEntry } from './itemCatalogue.ts';
import { sampleSizeNote } from './sampleSize.ts';
import { statisticLabels } from './statisticLabels.ts';

/** More lines of one item than this are folded away on the screen; they are printed. */
const SHOWN_LINES = 12;

/**
 * Every item of one half of the validation, before and after, in the order of the catalogue. What the record does not
 * hold is listed as absent with its reason, so that a reader sees what was not looked at.
 */
export function renderItems(validation: ValidationRecord, items: Readonly<Partial<Record<ItemId, ItemEntry>>>): Html {
  const entries = Object.entries(items) as [ItemId, ItemEntry][];
  const groups = entries.map(([item, entry]) => ({ item, entry, lines: linesOf(validation, item) }));
  const present = groups.filter(({ lines }) => lines.length > 0);
  return html`${present.length > 0 && html`<div class="scroll"><table class="items">${head}${present.map((group) => itemGroup(validation, group))}</table></div>`}
${groups.filter(({ lines }) => lines.length === 0).map(({ item, entry }) => html`<p class="elsewhere"><span class="item">${item}</span> ${entry.title}: <span class="absent">${absenceText(validation, item, entry)}</span></p>`)}
${present.filter(({ lines }) => lines.length > SHOWN_LINES).map((group) => restOf(validation, group))}`;
}

function absenceText(validation: ValidationRecord, item: ItemId, { absence, reading }: ItemEntry): string {
  const isElsewhere = (item === 'V-17' && validation.probes.length > 0) || (item === 'V-19' && validation.drawings.umap.length > 0);
  return isElsewhere ? reading : `absent, ${absence}.`;
}

/** One line of a table: the same statistic before and after. */
type Line = Readonly<{ statistic: string; sites: string; scope: string; before: ValidationRow | undefined; after: ValidationRow | undefined }>;

function linesOf(validation: ValidationRecord, item: ItemId): Line[] {
  const after = evaluatedArm(validation)?.arm;
  const lines = new Map<string, { statistic: string; sites: string; scope: string; before: ValidationRow | undefined; after: ValidationRow | undefined }>();
  for (const row of validation.rows) {
    const isAfter = row.arm === after || row.arm === 'cohort';
    if (row.item !== item || (!isAfter && row.arm !== 'before')) continue;
    const key = `${row.statistic}\t${row.sites}\t${row.scope}`;
    const line = lines.get(key) ?? { statistic: row.statistic, sites: row.sites, scope: row.scope, before: undefined, after: undefined };
    line[isAfter ? 'after' : 'before'] = row;
    lines.set(key, line);
  }
  return [...lines.values()];
}

type Group = Readonly<{ item: ItemId; entry: ItemEntry; lines: readonly Line[] }>;

const head = html`<thead><tr><th scope="col">Statistic</th><th scope="col">Of</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th><th scope="col" class="number">n</th></tr></thead>`;

function itemGroup(validation: ValidationRecord, { item, entry, lines }: Group): Html {
  const note = sampleSizeNote(item, validation);
  return html`<tbody><tr><th scope="rowgroup" colspan="5" class="group"><span class="item">${item}</span> ${entry.title} <span class="unit">${entry.reading}${note !== null && ` ${note}`}</span></th></tr>
${lines.slice(0, SHOWN_LINES).map((line) => lineRow(validation, line))}</tbody>`;
}

function restOf(validation: ValidationRecord, { item, lines }: Group): Html {
  const rest = lines.slice(SHOWN_LINES);
  return html`<details><summary>${rest.length} more rows of ${item}</summary><div class="scroll"><table class="items">${head}<tbody>${rest.map((line) => lineRow(validation, line))}</tbody></table></div></details>`;
}

function lineRow({ sites: all }: ValidationRecord, { statistic, sites, scope, before, after }: Line): Html {
  const { name, better } = labelOf(statistic);
  const place = [scope === 'all' ? wholeOf((after ?? before)!) : spelled(scope), all.length > 2 && sites !== 'all' && spelled(sites)].filter((part) => part !== false).join('; ');
  return html`<tr><th scope="row">${name} ${better !== null && directionMark(better)}</th><td class="meaning">${place}</td>
<td class="number">${findingCell(before?.finding)}</td><td class="number">${findingCell(after?.finding)}</td><td class="number">${quantity(after?.n ?? before?.n)}</td></tr>`;
}

/** What a row of no scope is of: measures of single scans are means over them. */
function wholeOf({ item, arm }: ValidationRow): string {
  if (arm === 'cohort') return '–';
  return item === 'V-30' || item === 'V-31' || item === 'V-37' ? 'mean over scans' : 'all features';
}

export function labelOf(statistic: string): Readonly<{ name: string; better: MetricEntry['better'] | null }> {
  const known = statisticLabels[statistic] ?? (metricCatalogue as Readonly<Record<string, MetricEntry>>)[statistic];
  return known ?? { name: spelled(statistic), better: null };
}
