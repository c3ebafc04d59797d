import type { IssueCode } from '../core/issues.ts';
import type { GateVerdict } from '../core/scanRecord.ts';

/** What was measured of one harmonized scan, before anything is written. `null`: the bundle has no calibration for it. */
export type GateFacts = Readonly<{
  /** Mean cosine between the gradients of source and harmonized in the head, native resolution (edgeAgreement.ts). */
  edgeAgreement: number;
  /** Slopes of the tone curves that were applied. */
  slopes: Readonly<{ min: number; max: number }>;
  /** Share of head voxels that a positive source left for 0 or less. */
  clippedFraction: number;
  /** Background voxels (0 or less in the source) whose value changed. */
  changedBackground: number;
  /** Distance of a style to the training styles' mean, as a share of their 99.5th percentile. */
  styleRarity: Readonly<{ source: number; reference: number }> | null;
  /** Error of redrawing the source from its own code, as a share of the training scans' 99.5th percentile. */
  redrawRatio: number | null;
  /** Mean SD over draws in the brain, model scale. */
  uncertainty: number;
  /** Connected changes in the brain that no monotone map of the whole explains. */
  isolatedChanges: number;
}>;

/** From the protocol, but for `calibratedUncertainty`, the bundle's own. */
export type GateLimits = Readonly<{
  edgeAgreement: number;
  minSlope: number;
  maxSlope: number;
  clippedFraction: number;
  unknownStyle: number;
  unknownAnatomy: number;
  uncertainty: number;
  calibratedUncertainty: number | null;
}>;

type Gate = (facts: GateFacts, limits: GateLimits) => GateVerdict;

/** The bounded slopes are stored in float32. */
const SLOPE_TOLERANCE = 1e-3;

/** Every gate, in the order of the report (operations.md S-02, S-10, S-12, S-14, S-15; method.md §5). */
export const gates: readonly Gate[] = [
  ({ edgeAgreement }, limits) =>
    atLeast('edge-agreement', edgeAgreement, limits.edgeAgreement, 'edges keep their place and direction'),
  ({ slopes }, { minSlope }) =>
    atLeast('slope-min', slopes.min, minSlope, 'no contrast is flattened beyond the bound', SLOPE_TOLERANCE),
  ({ slopes }, { maxSlope }) =>
    atMost('slope-max', slopes.max, maxSlope, 'no contrast is amplified beyond the bound', SLOPE_TOLERANCE),
  ({ clippedFraction }, limits) =>
    atMost('clipped-fraction', clippedFraction, limits.clippedFraction, 'share of head voxels cut off at 0'),
  ({ changedBackground }) => atMost('background', changedBackground, 0, 'background voxels that changed'),
  ({ styleRarity }, limits) =>
    rarity('source-style', styleRarity?.source, limits.unknownStyle, 'OOD_STYLE', 'distance to the known styles'),
  ({ styleRarity }, limits) =>
    rarity('reference-style', styleRarity?.reference, limits.unknownStyle, 'OOD_STYLE', 'distance to the known styles'),
  ({ redrawRatio }, limits) =>
    rarity('anatomy', redrawRatio ?? undefined, limits.unknownAnatomy, 'OOD_ANATOMY', 'error of redrawing the scan from its style'),
  uncertaintyGate,
  ({ isolatedChanges }) => ({
    gate: 'isolated-changes', value: isolatedChanges, limit: 0, detail: 'regions changed unlike the rest of the brain',
    ...(isolatedChanges === 0 ? { verdict: 'pass' } : { verdict: 'flag', issue: 'QC_FAIL' }),
  }),
];

export function checkGates(facts: GateFacts, limits: GateLimits): readonly GateVerdict[] {
  return gates.map((gate) => gate(facts, limits));
}

export function isHardRefusal({ verdict }: GateVerdict): boolean {
  return verdict === 'refuse';
}

/** Flags above the limit that was calibrated on unseen scans; refuses above the protocol's. */
function uncertaintyGate({ uncertainty }: GateFacts, limits: GateLimits): GateVerdict {
  return uncertaintyVerdict(uncertainty, limits.uncertainty, limits.calibratedUncertainty, 'mean SD over the draws in the brain');
}

export function uncertaintyVerdict(uncertainty: number, limit: number, calibrated: number | null, detail: string): GateVerdict {
  const verdict = atMost('uncertainty', uncertainty, limit, detail, 0, 'UNCERTAIN');
  if (verdict.verdict === 'refuse' || calibrated === null || uncertainty <= calibrated) return verdict;
  return { ...verdict, verdict: 'flag', limit: calibrated, issue: 'UNCERTAIN' };
}

export function atLeast(gate: string, value: number, limit: number, detail: string, tolerance = 0): GateVerdict {
  return bounded({ gate, value, limit, detail }, value >= limit - tolerance, 'QC_FAIL');
}

export function atMost(gate: string, value: number, limit: number, detail: string, tolerance = 0, issue: IssueCode = 'QC_FAIL'): GateVerdict {
  return bounded({ gate, value, limit, detail }, value <= limit + tolerance, issue);
}

/** NaN fails every comparison, so a value that could not be computed is refused, not passed. */
function bounded(fact: Omit<GateVerdict, 'verdict' | 'issue'>, isInside: boolean, issue: IssueCode): GateVerdict {
  if (isInside) return { ...fact, verdict: 'pass' };
  return { ...fact, value: Number.isFinite(fact.value) ? fact.value : null, verdict: 'refuse', issue };
}

/** A ratio to the 99.5th percentile of training: flagged above 1, refused above the limit, flagged when not calibrated. */
export function rarity(gate: string, value: number | undefined, limit: number, issue: IssueCode, detail: string): GateVerdict {
  if (value === undefined) return { gate, verdict: 'flag', value: null, limit: null, issue, detail: `${detail}: the bundle is not calibrated` };
  const verdict = bounded({ gate, value, limit, detail }, value <= limit, issue);
  return verdict.verdict === 'pass' && value > 1 ? { ...verdict, verdict: 'flag', limit: 1, issue } : verdict;
}
