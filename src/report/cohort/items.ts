import type { ItemId, ValidationRecord, ValidationRow } from '../../core/validationRecord.ts';
import { metricCatalogue, type MetricEntry } from '../../metrics/catalogue.ts';
import { html, type Html } from '../html.ts';
import { directionMark, quantity } from '../quantity.ts';
import { evaluatedArm, findingCell, spelled } from './finding.ts';
import type { ItemEntry } from './itemCatalogue.ts';
import { sampleSizeNote } from './sampleSize.ts';
import { statisticLabels } from './statisticLabels.ts';

/** More rows than this are folded away on the screen; they are printed. */
const SHOWN_ROWS = 12;

/**
 * Every item of one half of the validation, before and after, in the order of the catalogue. What the record does not
 * hold is listed as absent with its reason, so that a reader sees what was not looked at.
 */
export function renderItems(validation: ValidationRecord, items: Readonly<Partial<Record<ItemId, ItemEntry>>>): Html {
  const entries = Object.entries(items) as [ItemId, ItemEntry][];
  const groups = entries.map(([item, entry]) => ({ item, entry, rows: linesOf(validation, item) }));
  const absent = groups.filter(({ rows }) => rows.length === 0);
  return html`${groups.filter(({ rows }) => rows.length > 0).map((group) => itemTable(validation, group))}
${absent.length > 0 && html`<h3>Not looked at</h3><ul class="plain">${absent.map(({ item, entry }) => html`<li><span class="item">${item}</span> ${entry.title}: ${absenceText(validation, item, entry)}</li>`)}</ul>`}`;
}

function absenceText(validation: ValidationRecord, item: ItemId, { absence, reading }: ItemEntry): string {
  const isElsewhere = (item === 'V-17' && validation.probes.length > 0) || (item === 'V-19' && validation.drawings.umap.length > 0);
  return isElsewhere ? reading : `absent: ${absence}.`;
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

function itemTable(validation: ValidationRecord, { item, entry, rows }: Readonly<{ item: ItemId; entry: ItemEntry; rows: readonly Line[] }>): Html {
  const head = html`<thead><tr><th scope="col">Statistic</th><th scope="col">Of</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th><th scope="col" class="number">n</th></tr></thead>`;
  const note = sampleSizeNote(item, validation);
  const shown = html`<div class="scroll"><table class="wide items"><caption><span class="item">${item}</span> ${entry.title} <span class="unit">${entry.reading}</span></caption>
${head}<tbody>${rows.slice(0, SHOWN_ROWS).map((line) => lineRow(validation, line))}</tbody></table></div>${note !== null && html`<p class="note">${note}</p>`}`;
  const rest = rows.slice(SHOWN_ROWS);
  return rest.length === 0 ? shown : html`${shown}<details><summary>${rest.length} more rows of ${item}</summary><div class="scroll"><table class="wide items">${head}<tbody>${rest.map((line) => lineRow(validation, line))}</tbody></table></div></details>`;
}

function lineRow({ sites: all }: ValidationRecord, { statistic, sites, scope, before, after }: Line): Html {
  const { name, better } = labelOf(statistic);
  const place = [scope === 'all' ? 'all features' : spelled(scope), all.length > 2 && sites !== 'all' && spelled(sites)].filter((part) => part !== false).join('; ');
  return html`<tr><th scope="row">${name} ${better !== null && directionMark(better)}</th><td class="meaning">${place}</td>
<td class="number">${findingCell(before?.finding)}</td><td class="number">${findingCell(after?.finding)}</td><td class="number">${quantity(after?.n ?? before?.n)}</td></tr>`;
}

export function labelOf(statistic: string): Readonly<{ name: string; better: MetricEntry['better'] | null }> {
  const known = statisticLabels[statistic] ?? (metricCatalogue as Readonly<Record<string, MetricEntry>>)[statistic];
  return known ?? { name: spelled(statistic), better: null };
}
