import { axisCodes } from '../core/axes.ts';
import { spacingOf } from '../core/affine.ts';
import type { Grid } from '../core/planes.ts';
import { RESEARCH_USE } from '../core/scanRecord.ts';
import type { JsonValue, ScanRecord } from '../core/scanRecord.ts';
import type { Protocol } from '../config/protocol.ts';
import type { Scan } from '../formats/scan.ts';
import type { ModelBundle } from '../inference/bundle.ts';
import type { ReferenceStyle } from '../style/referenceStyle.ts';
import { canonicalJson } from './canonicalJson.ts';

/** What shaped a run, as far as the record repeats it. */
export type RunSettings = Readonly<{ reference: ReferenceStyle; sourceStyle?: ReferenceStyle; seed: number; draws: number; concordVersion: string }>;

/**
 * The record of a scan that was read and nothing more: refused, until the chain comes to its end. Each later stage adds its
 * part by spreading, so a scan that stops half-way leaves a record that says how far it came.
 */
export function openRecord(scan: Scan<Grid>, settings: RunSettings, protocol: Protocol, bundle: ModelBundle): ScanRecord {
  const { manifest, runtime } = bundle;
  return {
    schemaVersion: 1,
    researchUse: RESEARCH_USE,
    concordVersion: settings.concordVersion,
    status: 'refused',
    scan: scan.input.name,
    source: {
      format: scan.input.format,
      sha256: scan.sha256,
      shape: scan.volume.shape,
      spacingMm: spacingOf(scan.volume.affine),
      axisCodes: axisCodes(scan.volume.affine),
      datatype: scan.datatype,
      modality: scan.modality,
      acquisition: scan.acquisition,
    },
    reference: {
      styleId: settings.reference.id,
      scans: settings.reference.scans,
      acquisition: settings.reference.acquisition,
      codeDistance: null,
    },
    ...(settings.sourceStyle && { sourceStyle: { styleId: settings.sourceStyle.id, scans: settings.sourceStyle.scans } }),
    protocol: plainJson(protocol),
    bundle: { id: manifest.id, version: manifest.version, files: manifest.files.map(({ path, sha256 }) => ({ path, sha256 })) },
    seed: settings.seed,
    draws: settings.draws,
    runtime: { node: process.version, ...runtime },
    conform: null,
    toneCurve: null,
    gates: [],
    metrics: [],
    issues: scan.issues,
    outputs: [],
  };
}

/** A value as its canonical JSON reads back: typed arrays become lists, and nothing that JSON cannot hold gets in. */
export function plainJson(value: unknown): JsonValue {
  return JSON.parse(canonicalJson(value)) as JsonValue;
}
