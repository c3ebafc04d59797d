import type { ItemId, ValidationRecord } from '../../core/validationRecord.ts';
import { html, type Html } from '../html.ts';
import { aucHalfWidth, fidUnderNull, kidSpread, mmdPower } from './sampleSizeTables.ts';

/** Subjects of the smallest site. */
export function smallestSite({ design }: ValidationRecord): number {
  return design.table1.length === 0 ? 0 : Math.min(...design.table1.map(({ subjects }) => subjects));
}

/** The row of the simulations that applies here, to be printed beside the number; null where none does. */
export function sampleSizeNote(item: ItemId, validation: ValidationRecord): string | null {
  const n = smallestSite(validation);
  if (item === 'V-15') {
    const at = atMost(mmdPower.sizes, n);
    if (at === null) return `Smallest site: ${n} subjects. Simulations start at 10 per site, where a shift of 0.8 SD in 3 of 10 dimensions is found in 43 % of studies: a large p says nothing here.`;
    return `Smallest site: ${n} subjects. With ${mmdPower.sizes[at]} per site, a shift of 0.5 SD in 3 of 10 dimensions is found in ${share(mmdPower.rows[1].values[at])} of studies, one of 0.8 SD in ${share(mmdPower.rows[2].values[at])}.`;
  }
  if (item === 'V-16') return 'KID without a difference has a mean of 0 and, in 64 dimensions, an SD of 0.048 at 30 scans, 0.027 at 50 and 0.010 at 100. FID is not shown: between equal distributions of 64 dimensions it is 63 at 30 scans.';
  if (item === 'V-17') {
    const at = atMost(aucHalfWidth.sizes, n);
    const width = at === null ? `more than ±${aucHalfWidth.rows[0].values[0]}` : `±${aucHalfWidth.rows[0].values[at]}`;
    return `Smallest site: ${n} subjects. An AUC of 0.5 would have a 95 % interval of ${width}; “near 0.5” means something from 50 subjects a site, and only beside the floors.`;
  }
  return null;
}

/** Index of the largest size that is no larger than n: what is promised of fewer subjects holds for more. */
function atMost(sizes: readonly number[], n: number): number | null {
  const index = sizes.findLastIndex((size) => size <= n);
  return index < 0 ? null : index;
}

function share(value: number | undefined): string {
  return `${Math.round(100 * (value ?? 0))} %`;
}

/** The tables behind the notes. */
export function renderSampleSizes(): Html {
  return html`<div class="scroll"><table class="constants"><caption>AUC: 95 % half width, by subjects per site</caption><thead><tr><th scope="col">True AUC</th>${head(aucHalfWidth.sizes)}</tr></thead>
<tbody>${aucHalfWidth.rows.map(({ auc, values }) => html`<tr><th scope="row">${auc}</th>${cells(values)}</tr>`)}</tbody></table></div>
<div class="scroll"><table class="constants"><caption>MMD permutation test, by subjects per site</caption><thead><tr><th scope="col"></th>${head(mmdPower.sizes)}</tr></thead>
<tbody>${mmdPower.rows.map(({ what, values }) => html`<tr><th scope="row">${what}</th>${cells(values)}</tr>`)}</tbody></table></div>
<div class="scroll"><table class="constants"><caption>FID between samples of one distribution (truth 0), by scans</caption><thead><tr><th scope="col">Dimensions</th>${head(fidUnderNull.sizes)}</tr></thead>
<tbody>${fidUnderNull.rows.map(({ dimensions, values }) => html`<tr><th scope="row">${dimensions}</th>${cells(values)}</tr>`)}</tbody></table></div>
<p>KID without a difference: |mean| at most 0.03; SD ${kidSpread.map(({ dimensions, size, sd }, n) => html`${n > 0 && ', '}${sd} (${dimensions} dimensions, ${size} scans)`)}.</p>`;
}

function head(sizes: readonly number[]): Html {
  return html`${sizes.map((size) => html`<th scope="col" class="number">n = ${size}</th>`)}`;
}

function cells(values: readonly number[]): Html {
  return html`${values.map((value) => html`<td class="number">${value}</td>`)}`;
}
