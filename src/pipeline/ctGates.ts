import type { CtManifest } from '../config/manifest.ts';
import type { CtProtocol } from '../config/protocol.ts';
import type { GateVerdict } from '../core/scanRecord.ts';
import { gainRange } from '../field/gainField.ts';
import type { GainField } from '../field/gainField.ts';
import type { CtChange } from './ctMeter.ts';
import { atLeast, atMost, rarity, uncertaintyVerdict } from './gates.ts';

/** `null`: the bundle has no calibration for it. */
export type CtGateFacts = CtChange & Readonly<{
  field: GainField;
  styleRarity: Readonly<{ source: number; reference: number }> | null;
  redrawRatio: number | null;
  /** Mean SD over the draws where there is tissue, log gain. */
  uncertainty: number;
}>;

/** Gains are stored in float32. */
const TOLERANCE = 1e-3;
/** A voxel of 99 % soft tissue takes 1 % of its change without the cap. */
const CAP_TOLERANCE = 0.1;

/** Every gate of a CT, in the order of the report (dicom.md §5, method.md §5, operations.md S-10, S-14, S-15). */
export function checkCtGates(facts: CtGateFacts, { gates: limits, field }: CtProtocol, { calibration }: CtManifest): readonly GateVerdict[] {
  const { min, max } = gainRange(facts.field);
  return [
    ...facts.anchors.map(({ id, shift, limit }) =>
      atMost(`hu-${id}`, Math.abs(shift), limit, id === 'bone' || id === 'blood' ? `shift of the mean of 10 mm squares that hold ${id}, HU` : `shift of the mean of ${id}, HU`)),
    ...(facts.regions === undefined ? [] : [
      atMost('hu-regions', facts.regions.worstClass, limits.regionShiftHu, 'mean shift of homogeneous 10 mm regions of one tissue (lung, bone: a third of it), HU'),
    ]),
    atMost('soft-change', facts.softChange, field.softCapHu, 'largest change of a voxel of soft tissue, HU', CAP_TOLERANCE * field.softCapHu),
    atMost('outside', facts.changedOutside, 0, 'voxels outside the body, in padding or in metal that changed'),
    atLeast('gain-min', min, field.minGain, 'no band is damped beyond the bound', TOLERANCE),
    atMost('gain-max', max, field.maxGain, 'no band is amplified beyond the bound', TOLERANCE),
    atMost('clipped-fraction', facts.clippedFraction, limits.clippedFraction, 'share of body voxels stopped at an end of the HU range'),
    rarity('source-style', facts.styleRarity?.source, limits.unknownStyle, 'OOD_STYLE', 'distance to the known styles'),
    rarity('reference-style', facts.styleRarity?.reference, limits.unknownStyle, 'OOD_STYLE', 'distance to the known styles'),
    rarity('anatomy', facts.redrawRatio ?? undefined, limits.unknownAnatomy, 'OOD_ANATOMY', 'error of redrawing the scan from its style'),
    uncertaintyVerdict(facts.uncertainty, limits.uncertainty, calibration.uncertainty?.limit ?? null, 'mean SD over the draws, log gain'),
  ];
}
