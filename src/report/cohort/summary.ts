import type { CohortRecord, Estimate } from '../../core/cohortRecord.ts';
import { citations } from '../citations.ts';
import { html, type Html } from '../html.ts';
import { formatPercent, quantity } from '../quantity.ts';

export function renderCohortOpening({ counts, issues }: CohortRecord): Html {
  const { matched, subjects, reference, referenceSubjects } = counts;
  return html`<p class="lede">${counted(matched, 'scan')} of ${counted(subjects, 'subject')}, before and after harmonization, against ${counted(reference, 'reference scan')} of ${counted(referenceSubjects, 'subject')}.</p>
${issues.length > 0 && html`<div class="notice"><h3>${counted(issues.length, 'scan')} could not be used</h3><p>They are listed under <a href="#errors">Errors</a>; all numbers are of the rest.</p></div>`}`;
}

/** The numbers to know first: removal of the site's look and what is left of the error, never merged into one. */
export function renderCohortSummary({ distances, paired, scans, warnings }: CohortRecord): Html {
  const brain = distances.find(({ feature, measure }) => feature === 'brainIntensity' && measure === 'wasserstein1');
  const head = distances.find(({ feature, measure }) => feature === 'headIntensity' && measure === 'wasserstein1');
  const error = paired.find(({ region, measure }) => region === 'brain' && measure === 'mae');
  const gradient = scans.flatMap(({ values }) => (typeof values['gradientCorrelation'] === 'number' ? [values['gradientCorrelation']] : []));
  return html`<div class="keys">
${brain !== undefined && movedCard('Brain: distance to the reference', brain.before, brain.after, html`Wasserstein-1; lower is better. ${gainNote(brain.gain)}`)}
${head !== undefined && movedCard('Head: distance to the reference', head.before, head.after, html`Wasserstein-1; lower is better. ${gainNote(head.gain)}`)}
${error !== undefined && movedCard('Brain: error to the truth', error.before, error.after, html`Mean absolute error, brain scale. ${'value' in error.gapClosed && html`${quantity(error.gapClosed.value, formatPercent)} of the gap closed.`}`)}
<div><div class="label">Anatomy kept, worst scan</div><div class="figure">${quantity(gradient.length === 0 ? null : Math.min(...gradient), (r) => r.toFixed(3))}</div><div class="note">Gradient correlation before and after, native grid.</div></div>
</div>
<h3>Before you read on</h3><ul class="plain">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`;
}

function movedCard(label: string, before: Estimate, after: Estimate, note: Html): Html {
  return html`<div><div class="label">${label}</div><div class="figure"><span class="from">${numberOf(before)} → </span>${numberOf(after)}</div><div class="note">${note}</div></div>`;
}

function numberOf(estimate: Estimate): Html {
  return quantity('value' in estimate ? estimate.value : null, (value) => value.toFixed(4));
}

function gainNote(gain: Estimate): Html | null {
  if ('unavailable' in gain) return gain.unavailable === 'BEFORE_AT_FLOOR' ? html`It was at the floor already.` : null;
  return gain.value < 0 ? html`Farther from the floor than before: harm.` : html`${quantity(gain.value, formatPercent)} of the way to the floor.`;
}

export function renderCohortMethods({ concordVersion, statistics }: CohortRecord): Html {
  const { resamples, permutations, confidence, seed } = statistics;
  return html`<p>Scans were compared with concord ${concordVersion}. Each was reoriented, resampled to 2 mm in a head-centred frame and scaled by the 90th percentile of the brain; no bias
field was removed. Intensities of the brain and of the whole head, and the local standard deviation in 3 × 3 × 3 voxels, were binned on common bins; scans were pooled with equal weights. Distances are Wasserstein-1 [1],
Kolmogorov–Smirnov [2] and Jensen–Shannon divergence [3]. The floor is the mean distance between 200 random halves of the reference’s subjects; the normalized gain is 1 − (after − floor)/(before − floor).
Intervals are ${100 * confidence} % BCa bootstrap intervals [4] with ${resamples} resamples of subjects; p values are one-sided, from ${permutations} permutations of subjects, with the +1 correction [5] (seed ${seed}).
Fidelity between before and after was measured on the native grid by the correlation of gradient magnitudes and by least-squares displacement [6], and at 2 mm by structural similarity [7] and normalized mutual information [8].</p>
<ol class="references">${(['vallender1974', 'smirnov1948', 'lin1991', 'efron1987', 'phipson2010', 'lucas1981', 'wang2004', 'studholme1999'] as const).map((id) => html`<li>${citations[id]}</li>`)}</ol>`;
}

function counted(count: number, noun: string): Html {
  return html`<data value="${count}">${count}</data> ${count === 1 ? noun : `${noun}s`}`;
}
