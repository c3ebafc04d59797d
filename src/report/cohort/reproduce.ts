import type { CohortRecord } from '../../core/cohortRecord.ts';
import { html, type Html } from '../html.ts';

/** The command that gives these numbers again. Paths may name people and are not kept: words in bold stand for them. */
export function renderReproduce({ statistics, counts, request }: CohortRecord): Html {
  const { seed, resamples, permutations } = statistics;
  return html`<pre>concord evaluate --before <b>BEFORE</b> --after <b>AFTER</b> \\
  --reference <b>REFERENCE</b>${counts.truth > 0 && html` --truth <b>TRUTH</b>`} --output <b>DIR</b>${request !== null && asked(request)} \\
  --seed ${seed} --resamples ${resamples} --permutations ${permutations}</pre>
${request === null && html`<p>Arms, participants and site column were not kept with this evaluation.</p>`}`;
}

function asked({ arms, participants, siteColumn, probePermutations, mostLeftOut }: NonNullable<CohortRecord['request']>): Html {
  return html`${(participants !== null || siteColumn !== null) && ' \\\n '}${participants !== null && ` --participants ${participants}`}${siteColumn !== null && ` --site-column ${siteColumn}`}${arms.length > 0 && ` \\\n  --arms ${arms.join(',')}`} \\
  --probe-permutations ${probePermutations} --max-left-out ${Math.round(1e4 * mostLeftOut) / 100}`;
}
