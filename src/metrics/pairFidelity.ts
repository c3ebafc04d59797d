import type { Volume } from '../core/volume.ts';
import type { MetricId } from './catalogue.ts';
import { edgeAgreementTo } from './edgeAgreement.ts';
import { tissueMasks } from './features/tissueMasks.ts';
import { gradientCorrelation } from './gradientCorrelation.ts';
import { localNcc } from './localNcc.ts';
import { mae } from './mae.ts';
import { similarityTo } from './msSsim.ts';
import { nmi } from './nmi.ts';
import { psnr } from './psnr.ts';
import { sliceConsistency } from './sliceConsistency.ts';
import { tissueCorrelationTo } from './tissueCorrelation.ts';

/** Metrics of a pair on the working grid. */
export const pairMetricIds = [
  'gradientCorrelation', 'ssim', 'msSsim', 'nmi', 'localNcc', 'edgeF1', 'edgeAssd', 'tissuePearson', 'tissueSpearman', 'sliceConsistency', 'mae', 'psnr',
] as const satisfies readonly MetricId[];
export type PairMetricId = (typeof pairMetricIds)[number];

export type PairFidelity = Readonly<Record<PairMetricId, number | null>>;

/**
 * What an output kept of its source (V-30), both on the working grid and the brain scale; null where a pair has no such
 * value. Masks and tissues are the source's own, the same for every arm.
 */
export function pairFidelity(source: Volume<'model'>, output: Volume<'model'>, masks: Masks): PairFidelity {
  return fidelityTo(source, masks)(output);
}

type Masks = Readonly<{ brain: Uint8Array; head: Uint8Array }>;

/** The same of many outputs of one source, which is looked at once. */
export function fidelityTo(source: Volume<'model'>, { brain, head }: Masks): (output: Volume<'model'>) => PairFidelity {
  const [edgesTo, similar] = [edgeAgreementTo(source, brain), similarityTo(source, brain)];
  const tissues = tissueMasks(source, brain);
  const correlations = (tissues === null ? [] : [tissues.middle, tissues.bright]).map((tissue) => tissueCorrelationTo(source, tissue));
  return (output) => {
    const edges = edgesTo(output);
    const within = correlations.map((correlation) => correlation(output));
    const average = (of: 'pearson' | 'spearman'): number => within.reduce((sum, one) => sum + one[of], 0) / within.length;
    const values: Record<PairMetricId, number> = {
      gradientCorrelation: gradientCorrelation(source, output, head),
      ...similar(output),
      nmi: nmi(source, output, brain),
      localNcc: localNcc(source, output, brain),
      edgeF1: edges?.f1 ?? NaN,
      edgeAssd: edges?.assdMm ?? NaN,
      tissuePearson: average('pearson'),
      tissueSpearman: average('spearman'),
      sliceConsistency: sliceConsistency(source, output, brain),
      mae: mae(source, output, brain),
      psnr: psnr(source, output, brain),
    };
    return Object.fromEntries(pairMetricIds.map((id) => [id, Number.isFinite(values[id]) ? values[id] : null])) as Record<PairMetricId, number | null>;
  };
}
