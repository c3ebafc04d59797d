import type { CohortRecord, Estimate } from '../../core/cohortRecord.ts';
import type { ValidationRecord } from '../../core/validationRecord.ts';
import { html, type Html } from '../html.ts';
import { formatPercent, quantity } from '../quantity.ts';
import type { CohortContent } from './content.ts';
import { exposureText } from './exposures.ts';
import { evaluatedArm } from './finding.ts';
import { renderHeadlineParts, renderHeadlines } from './headlines.ts';
import { modalityTexts } from './modalityTexts.ts';

export function renderCohortOpening({ counts, issues }: CohortRecord): Html {
  const { matched, subjects, reference, referenceSubjects } = counts;
  return html`<p class="lede">${counted(matched, 'scan')} of ${counted(subjects, 'subject')}, before and after harmonization, against ${counted(reference, 'reference scan')} of ${counted(referenceSubjects, 'subject')}.</p>
${issues.length > 0 && html`<div class="notice"><p><b>${counted(issues.length, 'scan')} could not be used.</b></p><p>Code and reason stand under <a href="#failures">Failures</a>; all numbers are of the rest.</p></div>`}`;
}

/** The numbers to know first: removal of the site's look and what is left of the error, never merged into one. */
export function renderCohortSummary({ record }: CohortContent): Html {
  const { distances, paired, scans, validation } = record;
  const warnings = [...new Set([...record.warnings, ...(validation?.warnings ?? [])])];
  const texts = modalityTexts[record.modality];
  const cards = texts.cards.flatMap(({ feature, title }) => distances.filter((row) => row.feature === feature && row.measure === 'wasserstein1').map(({ before, after, gain }) => movedCard(title, [before, after], texts.digits, html`Wasserstein-1; lower is better. ${gainNote(gain)}`)));
  const error = paired.find(({ region, measure }) => region === texts.error.region && measure === 'mae');
  const gradient = scans.flatMap(({ values }) => (typeof values['gradientCorrelation'] === 'number' ? [values['gradientCorrelation']] : []));
  return html`${validation !== null && html`${renderHeadlines(validation)}${renderHeadlineParts(validation)}${verdicts(validation)}`}
<div class="keys">
${cards}
${error !== undefined && movedCard(texts.error.title, [error.before, error.after], texts.digits, html`Mean absolute error, ${texts.unit}. ${'value' in error.gapClosed && html`${quantity(error.gapClosed.value, formatPercent)} of the gap closed.`}`)}
<div><div class="label">Anatomy kept, worst scan</div><div class="figure">${quantity(gradient.length === 0 ? null : Math.min(...gradient), (r) => r.toFixed(3))}</div><div class="note">${texts.anatomyKept}</div></div>
</div>
<h3>Before you read on</h3><ul class="plain">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`;
}

/** What limits or contradicts the scores, in a sentence each. */
function verdicts(validation: ValidationRecord): Html {
  const { design } = validation;
  const arm = evaluatedArm(validation);
  const exposed = arm?.exposed ?? [];
  return html`<ul class="plain verdicts"><li><b>${design.identifiable === null ? 'Not known whether site and people can be told apart.' : design.identifiable ? 'Site and people can be told apart.' : 'Site and people cannot be told apart.'}</b> ${design.verdict}</li>
${exposed.map((code) => html`<li><b>${arm?.name}</b>: ${exposureText(code)}</li>`)}</ul>`;
}

function movedCard(label: string, [before, after]: readonly [Estimate, Estimate], digits: number, note: Html): Html {
  return html`<div><div class="label">${label}</div><div class="figure"><span class="from">${numberOf(before, digits)} → </span>${numberOf(after, digits)}</div><div class="note">${note}</div></div>`;
}

function numberOf(estimate: Estimate, digits: number): Html {
  return quantity('value' in estimate ? estimate.value : null, (value) => value.toFixed(digits));
}

function gainNote(gain: Estimate): Html | null {
  if ('unavailable' in gain) return gain.unavailable === 'BEFORE_AT_FLOOR' ? html`It was at the floor already.` : null;
  return gain.value < 0 ? html`Farther from the floor than before: harm.` : html`${quantity(gain.value, formatPercent)} of the way to the floor.`;
}

function counted(count: number, noun: string): Html {
  return html`<data value="${count}">${count}</data> ${count === 1 ? noun : `${noun}s`}`;
}
