import type { CohortRecord } from '../../core/cohortRecord.ts';
import { html, type Html } from '../html.ts';
import { evaluatedArm } from './finding.ts';
import { modalityTexts } from './modalityTexts.ts';
import { scanCount } from '../quantity.ts';

type Line = Readonly<{ topic: string; known: string; yours: string }>;

/** Topics of CLAIM and METRICS that an evaluation touches, in our words: what is known here, what the authors add. */
export function renderChecklist(record: CohortRecord): Html {
  return html`<div class="scroll"><table class="checklist"><thead><tr><th scope="col">Topic</th><th scope="col">From this evaluation</th><th scope="col">For you to add</th></tr></thead>
<tbody>${linesOf(record).map(({ topic, known, yours }) => html`<tr><th scope="row">${topic}</th><td>${known}</td><td class="meaning">${yours}</td></tr>`)}</tbody></table></div>
<p class="caption">Arranged after the topics of CLAIM (Mongan et al. 2020) and METRICS (Kocak et al. 2024) that concern preprocessing, partition, confounding, uncertainty and failure. The wording is concord’s own; no consensus checklist for image harmonization is known.</p>`;
}

function linesOf({ modality, concordVersion, counts, statistics, issues, validation }: CohortRecord): Line[] {
  const arms = validation?.arms ?? [];
  const methods = validation?.methods ?? null;
  const identifiable = validation?.design.identifiable ?? null;
  return [
    { topic: 'Data sources', known: `${counts.matched} scans of ${counts.subjects} subjects; reference: ${counts.reference} scans of ${counts.referenceSubjects}.${methods === null ? '' : ` Sites: ${validation?.sites.join(', ')} (${siteWords[methods.sitesFrom]}).`}`, yours: 'Where and when the scans were made, by whose leave, and how people were chosen.' },
    { topic: 'Eligibility and flow', known: `${scanCount(issues.length)} left out, listed with code and reason.`, yours: 'Exclusions before the scans came here.' },
    { topic: 'De-identification', known: 'None is done here; no field that names a person is printed.', yours: 'How scans were de-identified, and whether faces were removed.' },
    { topic: 'Preprocessing', ...modalityTexts[modality].preprocessing },
    { topic: 'Model', known: `Evaluated with concord ${concordVersion}.${arms.length === 0 ? '' : ` Evaluated arm: ${validation === null ? '' : (evaluatedArm(validation)?.name ?? '–')}.`}`, yours: 'Name and version of the harmonizer, its training data, its settings and seed (see each scan’s report).' },
    { topic: 'Partition', known: methods === null ? 'No classifier was trained here.' : `Probes: ${methods.folds}-fold cross-validation, split by subject, never by slice.`, yours: 'Whether the harmonizer, or the reference style, saw any of these subjects.' },
    { topic: 'Confounding', known: identifiable === null ? 'Not examined: no covariates are known.' : identifiable ? 'Examined; site and covariates can be told apart (V-03).' : 'Examined; site and covariates can not be told apart (V-03), so nothing is claimed of preservation.', yours: 'Covariates that were not recorded.' },
    { topic: 'Comparators', known: arms.length <= 2 ? 'None.' : arms.filter(({ kind }) => kind === 'comparator' || kind === 'control').map(({ name }) => name).join(', '), yours: 'Why these, and how they were tuned.' },
    { topic: 'Uncertainty', known: `${100 * statistics.confidence} % BCa intervals from ${statistics.resamples} resamples of subjects; p from ${statistics.permutations} permutations of subjects, never below ${(1 / (statistics.permutations + 1)).toPrecision(1)}.`, yours: 'What difference would matter in your study.' },
    { topic: 'Multiple tests', known: validation === null ? 'p values are not corrected for the number of rows.' : 'q: Benjamini–Hochberg across features, Holm across headline tests.', yours: 'Tests made outside this page.' },
    { topic: 'Failures', known: 'The ten worst scans by a stated metric, not by hand; refusals by code and site.', yours: 'What you saw in the pictures.' },
    { topic: 'Availability', known: 'Every number of this page in a table and in JSON; seed and command stated.', yours: 'Where scans, outputs and code can be had.' },
    { topic: 'Intended use', known: 'Research only. Harmonized images are synthetic in intensity; sources are kept.', yours: 'What the harmonized scans will be used for, and what they must not be used for.' },
  ];
}

const siteWords = { column: 'from the site column', folders: 'from folders', roles: 'before and reference, one site each' } as const;
