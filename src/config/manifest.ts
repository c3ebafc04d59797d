import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ConcordError } from '../core/errors.ts';
import type { JsonValue } from '../core/scanRecord.ts';
import { modalityClaimed, parseChecked } from './schemaCheck.ts';

/** A tensor of a network; a dimension that may vary is a word. */
export type TensorClaim = Readonly<{ name: string; dtype: 'float32'; shape: readonly (number | string)[] }>;
export type NetworkEntry = Readonly<{ path: string; inputs: readonly TensorClaim[]; outputs: readonly TensorClaim[] }>;

/** What every bundle holds. */
export type SharedNetworks = Readonly<Record<'style_encoder' | 'style_decoder' | 'denoiser', NetworkEntry>>;

type SharedManifest<Noise, Calibration> = Readonly<{
  schemaVersion: 1;
  id: string;
  version: string;
  changelog: Readonly<Record<string, string>>;
  task: string;
  description: string;
  license: string;
  intended_use: string;
  not_for: string;
  references: readonly string[];
  trained_on: readonly string[];
  framework_versions: Readonly<Record<string, string>>;
  style: Readonly<{ codeLength: number }>;
  /** The denoised field is the residual in model units (CT: log gain) times `scale`. */
  field: Readonly<{ scale: number }>;
  sampler: Readonly<{
    prediction_type: 'v_prediction';
    num_train_timesteps: number;
    beta_schedule: 'cosine';
    timesteps: readonly number[];
    noise: Noise;
  }>;
  networks: SharedNetworks;
  /** Largest absolute difference between PyTorch and ONNX, model units. */
  parity: Readonly<{ limit: number; maxAbsDifference: Readonly<Record<string, number>> }>;
  calibration: Calibration;
  files: readonly Readonly<{ path: string; sha256: string; bytes: number }>[];
  eval_metrics: Readonly<Record<string, JsonValue>>;
}>;

/** Shares of a CT's change to apply. */
type CtShrinkage = Readonly<{ startSize: readonly number[]; lambda: readonly number[] }>;

/** Measured on unseen scans; what is absent is not calibrated. */
type SharedCalibration = Readonly<{
  redrawError?: Readonly<{ p995: number }>;
  codeSpread?: Readonly<{ mean: readonly number[]; precision: readonly (readonly number[])[]; p995: number }>;
  uncertainty?: Readonly<{ limit: number }>;
}>;

/**
 * `personSpread`: how far one person lies from the mean of a scanner's people (RMS, model units): W1 tissue by tissue in the brain, of the histogram in the head
 * outside of it; worth the observation of `people`.
 */
export type HeadCalibration = SharedCalibration & Readonly<{ personSpread?: Readonly<{ brain: number; outside: number; people: number }> }>;

/** A bundle for head MR (models/schema/manifest.schema.json). */
export type MrManifest = SharedManifest<Readonly<{ cellSigma: number; knotSigma: number }>, HeadCalibration> & Readonly<{
  modality?: 'MR';
  conform: Readonly<{
    orientation: 'RAS';
    spacingMm: number;
    frame: readonly [number, number, number];
    intensity: 'brain-p90';
  }>;
  statistics: Readonly<{ cellVoxels: number; knots: number; knotSpacing: number }>;
  /** What of each voxel is which tissue of the brain. */
  networks: Readonly<{ tissue: NetworkEntry }>;
}>;

/** A bundle for CT (models/schema/manifest-ct.schema.json); `residual` is the share of the diffused part that was right. */
export type CtManifest = SharedManifest<
  Readonly<{ cellSigma: number; bandSigma: number; classShare: number }>, SharedCalibration & Readonly<{ shrinkage?: CtShrinkage; residual?: number }>
> & Readonly<{
  modality: 'CT';
  conform: Readonly<{ orientation: 'RAS'; intensity: 'hounsfield' }>;
  statistics: Readonly<{ cellMm: number; bands: number; classes: number }>;
  /** The kernel reader makes the start. The detail stage is optional: the network and its scale come together. */
  networks: Readonly<{ kernel_reader: NetworkEntry; detail?: NetworkEntry }>;
  detail?: Readonly<{ scale: number }>;
}>;

/** A model bundle's own description; without a `modality` it is for MR. */
export type Manifest = MrManifest | CtManifest;

const SCHEMAS = { MR: 'models/schema/manifest.schema.json', CT: 'models/schema/manifest-ct.schema.json' } as const;

/** @throws CONCORD_MODEL_SHAPE with the path, what was expected and what was found */
export function parseManifest(text: string): Manifest {
  const manifest = parseChecked<Manifest>(text, {
    schema: SCHEMAS[modalityClaimed(text)], what: 'The bundle manifest', code: 'CONCORD_MODEL_SHAPE',
  });
  checkTables(manifest);
  if ('detail' in manifest.networks !== 'detail' in manifest) refuse('/detail: expected it together with /networks/detail, got one of them');
  return manifest;
}

/** @throws CONCORD_MODEL_MISSING when there is no manifest; CONCORD_MODEL_SHAPE when it breaks its schema */
export async function loadManifest(directory: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(directory, 'manifest.json'), 'utf8');
  } catch (cause) {
    throw new ConcordError('CONCORD_MODEL_MISSING', 'The bundle folder holds no readable manifest.json.', { cause });
  }
  return parseManifest(text);
}

/** What a schema cannot say: tables whose lengths belong together. */
function checkTables({ calibration, style, networks, files }: Manifest): void {
  const { codeSpread } = calibration;
  const size = style.codeLength;
  if (codeSpread !== undefined && (codeSpread.mean.length !== size || codeSpread.precision.length !== size
    || codeSpread.precision.some((row) => row.length !== size))) {
    refuse(`/calibration/codeSpread: expected ${size} means and a ${size}×${size} precision, got other lengths`);
  }
  if ('shrinkage' in calibration) {
    const { startSize, lambda } = calibration.shrinkage;
    if (startSize.length !== lambda.length || startSize.some((size, i) => i > 0 && size <= startSize[i - 1]!)) {
      refuse('/calibration/shrinkage: expected rising sizes with one lambda each, got another table');
    }
  }
  const listed = new Set(files.map(({ path }) => path));
  for (const [name, { path }] of Object.entries(networks)) {
    if (!listed.has(path)) refuse(`/networks/${name}/path: expected a file listed in /files, got "${path}"`);
  }
}

function refuse(fault: string): never {
  throw new ConcordError('CONCORD_MODEL_SHAPE', `The bundle manifest: ${fault}.`);
}
