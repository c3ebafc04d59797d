import type { CohortRecord } from '../../core/cohortRecord.ts';
import type { ValidationRecord } from '../../core/validationRecord.ts';
import { numberedCitations, type Cite } from '../citations.ts';
import { html, type Html } from '../html.ts';
import { evaluatedArm } from './finding.ts';
import { modalityTexts } from './modalityTexts.ts';

/** The methods paragraph, as prose to copy into a manuscript, with its references numbered in order of use. */
export function renderCohortMethods(record: CohortRecord): Html {
  const { cite, list } = numberedCitations();
  const paragraphs = [distanceText(record, cite), ...(record.validation === null ? [] : siteTexts(record.validation, modalityTexts[record.modality].methods, cite))];
  return html`${paragraphs.map((text) => html`<p>${text}</p>`)}${list()}`;
}

function distanceText({ modality, concordVersion, statistics }: CohortRecord, cite: Cite): string {
  const { preparation, features, fidelity } = modalityTexts[modality].methods;
  const { resamples, permutations, confidence, seed } = statistics;
  return [
    `Scans were compared with concord ${concordVersion}. ${preparation}`,
    ` ${features} were binned on common bins; scans were pooled with equal weights.`,
    ` Distances are Wasserstein-1 ${cite('vallender1974')}, Kolmogorov–Smirnov ${cite('smirnov1948')} and Jensen–Shannon divergence ${cite('lin1991')}.`,
    ` The floor is the mean distance between 200 random halves of the reference’s subjects; the normalized gain is 1 − (after − floor)/(before − floor).`,
    ` Intervals are ${100 * confidence} % BCa bootstrap intervals ${cite('efron1987')} with ${resamples} resamples of subjects; p values are one-sided, from ${permutations} permutations of subjects, with the +1 correction ${cite('phipson2010')} (seed ${seed}).`,
    ' No interval is given for fewer than three subjects, nor where resampling people moved a statistic so far that the interval would not hold it.',
    ` Fidelity between before and after was measured ${fidelity(cite)}`,
  ].join('');
}

function siteTexts(validation: ValidationRecord, { region, people }: Readonly<{ region: string; people: string }>, cite: Cite): string[] {
  const { methods, sites, arms } = validation;
  const counts = Object.entries(methods.features).map(([family, count]) => `${count} of ${family}`).join(', ');
  const comparators = arms.filter(({ kind }) => kind === 'comparator' || kind === 'control').map(({ name }) => name);
  return [
    [
      `Site effects between ${sites.length} sites (${sites.join(', ')}; reference ${methods.referenceSite}) were measured on ${Object.values(methods.features).reduce((sum, count) => sum + count, 0)} features a scan (${counts}),`,
      ` texture after the Image Biomarker Standardisation Initiative ${cite('zwanenburg2020')}. Means were compared by Cohen’s d and Hedges’ g ${cite('hedges1981')} on covariate residuals, spreads by the log variance ratio and Brown–Forsythe’s test ${cite('brown1974')},`,
      ` features together by Mahalanobis and Frobenius distances, the unbiased maximum mean discrepancy ${cite('gretton2012')} with a median-heuristic bandwidth fixed on the scans before, and the kernel inception distance ${cite('binkowski2018')}.`,
      ` q values are Benjamini and Hochberg’s ${cite('benjamini1995')} across features; equivalence was tested by two one-sided tests ${cite('schuirmann1987')} with a margin of ${methods.margins.equivalenceSd} SD.${people}`,
    ].join(''),
    [
      `Site probes (logistic regression and random forest ${cite('breiman2001')}) were trained with ${methods.folds}-fold cross-validation over subjects and ${methods.probeSeeds.length} ${methods.probeSeeds.length === 1 ? 'seed' : 'seeds'}: frozen on raw scans, retrained on outputs, on histograms, on outlines, on covariates alone, and on shuffled labels.`,
      ` Image excess is the balanced accuracy of the output-trained probe in the ${region} less that of the outline; intensity excess that of the histogram probe less that of shuffled labels.`,
      comparators.length === 0 ? '' : ` ${evaluatedArm(validation)?.name ?? 'The method'} was compared with ${comparators.join(', ')}.`,
      ` The interval of batch removal is from ${methods.halfSamples} random halves of each site’s people ${cite('shao1989')}: distances grow where people are drawn twice. That of preservation moves every part to both ends of its own interval at once and is wider than one bootstrap of all would be.`,
      ` Intervals of areas under held-out curves are DeLong’s ${cite('delong1988')}, widened to what areas under shuffled labels scatter.`,
      ` Batch removal and preservation are reported as two scores with weights fixed before the run and never merged; both are withheld where more than ${Math.round(100 * methods.margins.leftOut)} % of one site’s scans were left out.`,
    ].join(''),
  ];
}
