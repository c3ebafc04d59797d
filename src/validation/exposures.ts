import { isInner } from '../core/featureTable.ts';
import type { ExcessRow, ProbeRow, ValidationRow } from '../core/validationRecord.ts';
import { valueOf } from './findings.ts';
import { margins } from './plan.ts';
import { numberOf } from './preservationRows.ts';

/** Limits below which an arm has done a named harm; our starting values, as validation.md's †. */
const limits = { edges: 0.95, order: 0.7, identity: 0.8, effect: 1 - 2 * margins.effectRetained, fooled: 0.15 } as const;

/** What an arm does wrong, as its numbers show: a strong score beside a harm is a strong but wrong method. */
export function exposuresOf(rows: readonly ValidationRow[], probes: readonly ProbeRow[], excesses: readonly ExcessRow[], arm: string): string[] {
  const value = (item: ValidationRow['item'], statistic: string): number => numberOf(rows, item, statistic, arm);
  const effects = rows.filter((row) => row.arm === arm && row.statistic === 'effectRetained').map(({ finding }) => valueOf(finding));
  const ownProbe = (probe: ProbeRow['probe'], model: ProbeRow['model']): ProbeRow | undefined => probes.find((row) => row.probe === probe && row.arm === arm && isInner(row.scope) && row.model === model);
  const accuracy = (probe: ProbeRow['probe'], model: ProbeRow['model'] = 'logistic'): number => valueOf(ownProbe(probe, model)?.balancedAccuracy ?? { unavailable: '' });
  // where outlines are told worse than by chance, a probe of outputs may lie above that floor and tell nothing
  const tells = (model: ProbeRow['model']): boolean => accuracy('output-trained', model) > (ownProbe('output-trained', model)?.chance ?? 0);
  const isAbove = (excess: ExcessRow['excess']): boolean =>
    excesses.some(({ excess: own, arm: of, model, finding }) => own === excess && of === arm && 'low' in finding && (finding.low ?? 0) > 0 && (own !== 'image' || tells(model)));
  const harms: Readonly<Record<string, boolean>> = {
    STRUCTURE_LOST: value('V-30', 'gradientCorrelation') < limits.edges,
    ORDER_LOST: value('V-36', 'orderKept') < limits.order,
    SPREAD_LOST: value('V-36', 'spreadRatio') < margins.spreadRatio,
    IDENTITY_LOST: value('V-36', 'identifiability') < limits.identity,
    EFFECT_LOST: effects.some((effect) => effect < limits.effect),
    SITE_LEFT: isAbove('image'),
    INTENSITY_LEFT: isAbove('intensity'),
    FROZEN_FOOLED: accuracy('output-trained') - accuracy('frozen') > limits.fooled,
    HARM: value('V-21', 'normalizedGain') < 0,
  };
  return Object.entries(harms).flatMap(([name, holds]) => (holds ? [name] : []));
}
