import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ConcordError } from '../core/errors.ts';
import { packageRoot } from './packageRoot.ts';
import { modalityClaimed, parseChecked } from './schemaCheck.ts';
import { newestVersion } from './semver.ts';

type SharedProtocol = Readonly<{
  schemaVersion: 1;
  id: string;
  version: string;
  bundle: string;
}>;

type SamplerSettings<Noise> = Readonly<{
  prediction_type: 'v_prediction';
  num_train_timesteps: number;
  beta_schedule: 'cosine';
  timesteps: readonly number[];
  draws: number;
  noise: Noise;
}>;

/** Head MR: a tone field (protocols/schema/protocol.schema.json). */
export type MrProtocol = SharedProtocol & Readonly<{
  modality: 'MR';
  region: 'head';
  conform: Readonly<{
    orientation: 'RAS';
    spacingMm: number;
    /** Working grid [I, J, K], voxels. */
    frame: readonly [number, number, number];
    intensity: 'brain-p90';
    biasField: Readonly<{ enabled: boolean; degree: number; iterations: number }>;
  }>;
  /** `cellVoxels` in working voxels, `knotSpacing` in model units. */
  statistics: Readonly<{ cellVoxels: number; knots: number; knotSpacing: number }>;
  start: Readonly<{ kind: 'brain-quantile-map'; quantiles: number }>;
  sampler: SamplerSettings<Readonly<{ cellSigma: number; knotSigma: number }>>;
  tone: Readonly<{ minSlope: number; maxSlope: number }>;
  gates: Readonly<{
    edgeAgreement: number;
    clippedFraction: number;
    unknownStyle: number;
    unknownAnatomy: number;
    uncertainty: number;
  }>;
}>;

/** CT: a gain field (protocols/schema/protocol-ct.schema.json). Lengths in mm, values in HU. */
export type CtProtocol = SharedProtocol & Readonly<{
  modality: 'CT';
  region: 'body';
  conform: Readonly<{ orientation: 'RAS'; intensity: 'hounsfield' }>;
  statistics: Readonly<{ cellMm: number; bands: number; classes: number }>;
  start: Readonly<{ kind: 'noise-power-ratio' }>;
  sampler: SamplerSettings<Readonly<{ cellSigma: number; bandSigma: number; classShare: number }>>;
  field: Readonly<{ minGain: number; maxGain: number; softCapHu: number }>;
  /** What is left of the noise when kernels agree; absent: off (detail/chooseDose.ts). */
  dose?: Readonly<{ mode: 'auto' | 'off'; leastChange: number; largestShape: number; leastPatches: number; highestEnergy: number }>;
  /** The diffusion in image space; absent: off. `auto` runs it within the three limits (detail/chooseDetail.ts). */
  detail?: Readonly<{ mode: 'auto' | 'on' | 'off'; timesteps: readonly number[]; capHu: number; highestLevel: number; largestShape: number; leastPatches: number }>;
  gates: Readonly<{
    softAnchorHu: number;
    hardAnchorHu: number;
    regionShiftHu: number;
    clippedFraction: number;
    unknownStyle: number;
    unknownAnatomy: number;
    uncertainty: number;
  }>;
}>;

/** Everything that shapes the numbers of a run, apart from the weights. `modality` says which. */
export type Protocol = MrProtocol | CtProtocol;

/** The protocol that a modality is harmonized with unless another is named. */
export const DEFAULT_PROTOCOLS = { MR: 't1w-head', CT: 'ct-kernel' } as const satisfies Record<Protocol['modality'], string>;

const SCHEMAS = { MR: 'protocols/schema/protocol.schema.json', CT: 'protocols/schema/protocol-ct.schema.json' } as const;

const PROTOCOLS = join(packageRoot, 'protocols');

/** @throws CONCORD_PROTOCOL with the path, what was expected and what was found */
export function parseProtocol(text: string): Protocol {
  const protocol = parseChecked<Protocol>(text, { schema: SCHEMAS[modalityClaimed(text)], what: 'The protocol', code: 'CONCORD_PROTOCOL' });
  const { timesteps, num_train_timesteps: trainTimesteps } = protocol.sampler;
  checkTimesteps('/sampler/timesteps', timesteps, trainTimesteps);
  if (protocol.modality === 'CT' && protocol.detail !== undefined) checkTimesteps('/detail/timesteps', protocol.detail.timesteps, trainTimesteps);
  return protocol;
}

/** What a schema cannot say: noisiest first, inside the schedule. */
function checkTimesteps(where: string, timesteps: readonly number[], trainTimesteps: number): void {
  if (timesteps.some((t, i) => t >= (i === 0 ? trainTimesteps : timesteps[i - 1]!))) {
    throw new ConcordError('CONCORD_PROTOCOL', `The protocol: ${where}: expected numbers falling from below ${trainTimesteps}, got [${timesteps.join(', ')}].`);
  }
}

/**
 * A protocol by its id (`t1w-head`: newest version, `t1w-head/1.0.0`: that one) or by the path of its file.
 *
 * @throws CONCORD_PROTOCOL when there is none, or when it breaks its schema
 */
export async function loadProtocol(idOrPath: string): Promise<Protocol> {
  const path = /\.json$/i.test(idOrPath) ? idOrPath : await pathOfId(idOrPath);
  try {
    return parseProtocol(await readFile(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof ConcordError) throw cause;
    throw new ConcordError('CONCORD_PROTOCOL', `The protocol file ${idOrPath} cannot be read.`, { cause });
  }
}

/**
 * A protocol, manifest or style as one of the modality that the caller can work with.
 *
 * @throws CONCORD_PROTOCOL when it is of the other
 */
export function ofModality<Given extends Readonly<{ id: string; modality?: 'MR' | 'CT' }>, Modality extends 'MR' | 'CT'>(
  given: Given, modality: Modality,
): Extract<Given, Readonly<{ modality?: Modality }>> {
  const found = given.modality ?? 'MR';
  if (found !== modality) throw new ConcordError('CONCORD_PROTOCOL', `Expected ${modality}, got ${given.id}, which is for ${found}.`);
  return given as Extract<Given, Readonly<{ modality?: Modality }>>;
}

/** Ids of the protocols that come with concord, sorted. */
export async function listProtocols(): Promise<readonly string[]> {
  const entries = await readdir(PROTOCOLS, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && entry.name !== 'schema').map((entry) => entry.name).sort();
}

async function pathOfId(idOrPath: string): Promise<string> {
  const [, id, version] = /^([a-z0-9-]+)(?:\/(\d+\.\d+\.\d+))?$/.exec(idOrPath) ?? [];
  const known = await listProtocols();
  if (id === undefined || !known.includes(id)) {
    throw new ConcordError('CONCORD_PROTOCOL', `Expected a protocol id (${known.join(', ')}) or a .json file, got "${idOrPath}".`);
  }
  const versions = (await readdir(join(PROTOCOLS, id))).map((name) => name.replace(/\.json$/, ''));
  const chosen = version ?? newestVersion(versions);
  if (chosen === undefined || !versions.includes(chosen)) {
    throw new ConcordError('CONCORD_PROTOCOL', `Protocol ${id} has versions ${versions.join(', ')}, got "${String(chosen)}".`);
  }
  return join(PROTOCOLS, id, `${chosen}.json`);
}
