import type { MrManifest } from '../config/manifest.ts';
import type { MrProtocol } from '../config/protocol.ts';
import type { MetricValue } from '../core/scanRecord.ts';
import type { Volume } from '../core/volume.ts';
import { slopeRange } from '../field/toneField.ts';
import type { ToneField } from '../field/toneField.ts';
import { redrawError } from '../style/styleCode.ts';
import type { EncodedStyle } from '../style/styleCode.ts';
import { styleRarity } from '../style/styleDistance.ts';
import type { ReferenceStyle } from '../style/referenceStyle.ts';
import type { GateFacts, GateLimits } from './gates.ts';
import { edgeAgreement } from './edgeAgreement.ts';
import { countIsolatedChanges } from './isolatedChanges.ts';

/** What the gates look at. `native`, `restyled`: one native grid; the other volumes: the working grid. */
export type GateEvidence = Readonly<{
  manifest: MrManifest;
  source: EncodedStyle;
  /** The source's statistics as the decoder draws them from its code. */
  redrawn: Float32Array;
  reference: ReferenceStyle;
  field: ToneField;
  native: Volume<'model'>;
  restyled: Volume<'model'>;
  working: Volume<'model'>;
  harmonized: Volume<'model'>;
  brain: Uint8Array;
  uncertainty: Volume<'model'>;
  metrics: readonly MetricValue[];
}>;

export function measureGateFacts(evidence: GateEvidence): GateFacts {
  const { codeSpread, redrawError: redrawCalibration } = evidence.manifest.calibration;
  return {
    edgeAgreement: edgeAgreement(evidence.native, evidence.restyled),
    slopes: slopeRange(evidence.field),
    clippedFraction: metricValue(evidence.metrics, 'clippedFraction'),
    changedBackground: countChangedBackground(evidence.native.samples, evidence.restyled.samples),
    styleRarity: codeSpread === undefined ? null : {
      source: styleRarity(evidence.source.code, codeSpread),
      reference: styleRarity(evidence.reference.code, codeSpread),
    },
    redrawRatio: redrawCalibration === undefined
      ? null
      : redrawError(evidence.redrawn, evidence.source.statistics.samples) / redrawCalibration.p995,
    uncertainty: meanWithin(evidence.uncertainty.samples, evidence.brain),
    isolatedChanges: countIsolatedChanges(evidence.working, evidence.harmonized, evidence.brain),
  };
}

export function gateLimits({ gates, tone }: MrProtocol, { calibration }: MrManifest): GateLimits {
  return { ...gates, minSlope: tone.minSlope, maxSlope: tone.maxSlope, calibratedUncertainty: calibration.uncertainty?.limit ?? null };
}

/** Voxels of the native grid that hold 0 or less and changed all the same. */
function countChangedBackground(source: Float32Array, restyled: Float32Array): number {
  let changed = 0;
  for (let n = 0; n < source.length; n++) if (!(source[n]! > 0) && restyled[n] !== source[n]) changed++;
  return changed;
}

/** NaN when the metric is unavailable: no gate lets that pass. */
function metricValue(metrics: readonly MetricValue[], id: string): number {
  const metric = metrics.find((entry) => entry.id === id);
  return metric !== undefined && 'value' in metric ? metric.value : NaN;
}

function meanWithin(samples: Float32Array, mask: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let n = 0; n < samples.length; n++) {
    if (mask[n] === 0) continue;
    sum += samples[n]!;
    count++;
  }
  return sum / count;
}
