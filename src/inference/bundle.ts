import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadManifest } from '../config/manifest.ts';
import type { CtManifest, Manifest, MrManifest, NetworkEntry, SharedNetworks } from '../config/manifest.ts';
import { ConcordError } from '../core/errors.ts';
import { resolveDevice } from './device.ts';
import type { Device } from './device.ts';
import { checkNetwork } from './networkCheck.ts';
import { createSession, defaultThreads, GRAPH_OPTIMIZATION, onnxruntimeVersion } from './onnxRuntime.ts';
import type { NetworkSession, Provider, Tensor } from './onnxRuntime.ts';

/** What the denoiser of a tone field is told besides the noisy fields: one scan's, the same for every draw. Flat, C order. */
export type DenoiserContext = Readonly<{
  /** Statistics of the STARTED source, [knots, Z, Y, X]. */
  statistics: Float32Array;
  /** The reference's look, [knots, Z, Y, X]. */
  styleMap: Float32Array;
  /** The same of the UNSTARTED source's code: between the two maps lies the difference of the styles, free of anyone's anatomy. */
  sourceMap: Float32Array;
  referenceCode: Float32Array;
  /** Code of the UNSTARTED source. */
  sourceCode: Float32Array;
  /** s(knot) − knot of the start, [knots]. */
  startShift: Float32Array;
}>;

/** A batch for the denoiser: `draws` noisy fields one after another, at one timestep. */
export type DenoiserBatch = DenoiserContext & Readonly<{ noisyField: Float32Array; timestep: number; draws: number }>;

/** What the denoiser of a gain field is told; [channels, Z, Y, X] on the scan's own grid of cells. */
export type GainContext = Readonly<{
  /** Statistics of the STARTED source, [52, Z, Y, X]. */
  statistics: Float32Array;
  /** [Z, Y, X] cells. */
  cells: readonly [number, number, number];
  /** The reference's look by class and band, [48]: it has no place. */
  styleMap: Float32Array;
  referenceCode: Float32Array;
  /** Code of the UNSTARTED source. */
  sourceCode: Float32Array;
  /** log of the start's gains, [12]. */
  startLogGain: Float32Array;
  /** Log powers of the patches of each, [48], divided by 4; zeros where there are none. */
  sourceSpectra: Float32Array;
  referenceSpectra: Float32Array;
}>;

export type GainBatch = GainContext & Readonly<{ noisyField: Float32Array; timestep: number; draws: number }>;

/** One tile for the detail stage: `image` [3, height, width], `noisyDetail` [height, width], edges in multiples of 8; `condition` [26]. */
export type DetailTile = Readonly<{ image: Float32Array; noisyDetail: Float32Array; condition: Float32Array; timestep: number; height: number; width: number }>;

type SharedBundle = Readonly<{
  provider: Provider;
  runtime: Readonly<{ onnxruntime: string; provider: Provider; threads: number; graphOptimization: string }>;
  close: () => Promise<void>;
}>;

/** The four networks of a bundle for head MR, checked against their manifest and ready to run. */
export type MrBundle = SharedBundle & Readonly<{
  modality: 'MR';
  manifest: MrManifest;
  /** Statistics of `scans` scans one after another → their codes one after another. */
  encodeStyle: (statistics: Float32Array, scans?: number) => Promise<Float32Array>;
  /** One code → the local statistics an average head has under that style. */
  decodeStyle: (code: ArrayLike<number>) => Promise<Float32Array>;
  predictV: (batch: DenoiserBatch) => Promise<Float32Array>;
  /** An equalised scan on the working grid (field/equalise.ts) → share of each brain tissue in each voxel, [4, voxels] (field/tissueLook.ts). */
  findTissue: (scan: Float32Array) => Promise<Float32Array>;
}>;

/** The same for CT: grids differ from scan to scan. */
export type CtBundle = SharedBundle & Readonly<{
  modality: 'CT';
  manifest: CtManifest;
  /** Statistics [52, Z, Y, X] on a grid of [Z, Y, X] cells → the code. */
  encodeStyle: (statistics: Float32Array, cells: readonly [number, number, number]) => Promise<Float32Array>;
  /** One code → mean statistics by class and band, [48]. */
  decodeStyle: (code: ArrayLike<number>) => Promise<Float32Array>;
  predictV: (batch: GainBatch) => Promise<Float32Array>;
  /** Looks of source and reference, [63] each (field/kernelLook.ts) → log gains of bands 1 … 12. */
  readKernels: (source: Float32Array, reference: Float32Array) => Promise<Float32Array>;
  /** v of one tile's noisy detail; null for a bundle without a detail stage. */
  predictDetail: ((tile: DetailTile) => Promise<Float32Array>) | null;
}>;

export type ModelBundle = MrBundle | CtBundle;

/** @throws CONCORD_MODEL_SHAPE when the bundle is for the other modality */
export function bundleOf<Modality extends 'MR' | 'CT'>(bundle: ModelBundle, modality: Modality): Extract<ModelBundle, { modality: Modality }> {
  if (bundle.modality !== modality) throw new ConcordError('CONCORD_MODEL_SHAPE', `Expected a bundle for ${modality}, got ${bundle.manifest.id} for ${bundle.modality}.`);
  return bundle as Extract<ModelBundle, { modality: Modality }>;
}

type Sessions = Record<keyof SharedNetworks, NetworkSession> & { kernel_reader?: NetworkSession; detail?: NetworkSession; tissue?: NetworkSession };

/**
 * Loading is checking: every file's hash, every tensor's name, dtype and shape, and a tiny forward pass.
 *
 * @throws CONCORD_MODEL_MISSING, CONCORD_MODEL_HASH, CONCORD_MODEL_SHAPE, CONCORD_DEVICE
 */
export async function loadBundle(directory: string, device: Device, options: { threads?: number } = {}): Promise<ModelBundle> {
  const manifest = await loadManifest(directory);
  const files = await readCheckedFiles(directory, manifest);
  const provider = await resolveDevice(device);
  const threads = options.threads ?? defaultThreads();
  const sessions = {} as Sessions;
  const claims = Object.entries(manifest.networks) as [keyof Sessions, NetworkEntry][];
  try {
    for (const [name, claim] of claims) {
      const model = files.get(claim.path);
      if (model === undefined) throw new ConcordError('CONCORD_MODEL_HASH', `The manifest lists no sha256 for ${claim.path}.`);
      const session = await createSession(model, { provider, threads });
      sessions[name] = session;
      await checkNetwork(name, session, claim);
    }
  } catch (error) {
    await closeAll(sessions);
    throw error;
  }
  const runtime = { onnxruntime: onnxruntimeVersion, provider, threads, graphOptimization: GRAPH_OPTIMIZATION };
  const shared = { provider, runtime, close: () => closeAll(sessions) };
  return manifest.modality === 'CT'
    ? { ...shared, modality: 'CT', manifest, ...gainOperations(manifest, sessions) }
    : { ...shared, modality: 'MR', manifest, ...operations(manifest, sessions) };
}

function gainOperations(
  { style: { codeLength } }: CtManifest, { detail, kernel_reader, ...sessions }: Sessions,
): Pick<CtBundle, 'encodeStyle' | 'decodeStyle' | 'predictV' | 'readKernels' | 'predictDetail'> {
  return {
    encodeStyle: (statistics, cells) => onlyOutput(sessions.style_encoder, { statistics: onCells(statistics, 1, cells) }),
    decodeStyle: (code) =>
      onlyOutput(sessions.style_decoder, { style_code: { shape: [1, codeLength], samples: Float32Array.from(code) } }),
    predictV: ({ draws, cells, ...batch }) => {
      const each = (samples: Float32Array): Tensor => ({ shape: [draws, samples.length], samples: repeated(samples, draws) });
      return onlyOutput(sessions.denoiser, {
        statistics: onCells(repeated(batch.statistics, draws), draws, cells),
        style_map: each(batch.styleMap),
        noisy_field: onCells(batch.noisyField, draws, cells),
        timestep: { shape: [draws], samples: new Float32Array(draws).fill(batch.timestep) },
        reference_code: each(batch.referenceCode),
        source_code: each(batch.sourceCode),
        start_log_gain: each(batch.startLogGain),
        source_spectra: each(batch.sourceSpectra),
        reference_spectra: each(batch.referenceSpectra),
      });
    },
    readKernels: (source, reference) => onlyOutput(kernel_reader!, { source_look: { shape: [1, source.length], samples: source }, reference_look: { shape: [1, reference.length], samples: reference } }),
    predictDetail: detail === undefined ? null : ({ image, noisyDetail, condition, timestep, height, width }) => onlyOutput(detail, {
      image: { shape: [1, image.length / (height * width), height, width], samples: image },
      noisy_detail: { shape: [1, 1, height, width], samples: noisyDetail },
      condition: { shape: [1, condition.length], samples: condition },
      timestep: { shape: [1], samples: Float32Array.of(timestep) },
    }),
  };
}

function onCells(samples: Float32Array, count: number, cells: readonly [number, number, number]): Tensor {
  return { shape: [count, samples.length / (count * cells[0] * cells[1] * cells[2]), ...cells], samples };
}

function operations(
  manifest: MrManifest, { tissue, ...sessions }: Sessions,
): Pick<MrBundle, 'encodeStyle' | 'decodeStyle' | 'predictV' | 'findTissue'> {
  const grid = gridShape(manifest);
  const { codeLength } = manifest.style;
  const { knots } = manifest.statistics;
  const { frame } = manifest.conform;
  return {
    encodeStyle: (statistics, scans = 1) =>
      onlyOutput(sessions.style_encoder, { statistics: { shape: [scans, ...grid], samples: statistics } }),
    decodeStyle: (code) =>
      onlyOutput(sessions.style_decoder, { style_code: { shape: [1, codeLength], samples: Float32Array.from(code) } }),
    predictV: ({ draws, ...batch }) => {
      const each = (shape: readonly number[], samples: Float32Array): Tensor => ({
        shape: [draws, ...shape], samples: repeated(samples, draws),
      });
      return onlyOutput(sessions.denoiser, {
        statistics: each(grid, batch.statistics),
        style_map: each(grid, batch.styleMap),
        noisy_field: { shape: [draws, ...grid], samples: batch.noisyField },
        timestep: { shape: [draws], samples: new Float32Array(draws).fill(batch.timestep) },
        reference_code: each([codeLength], batch.referenceCode),
        source_code: each([codeLength], batch.sourceCode),
        start_shift: each([knots], batch.startShift),
        source_map: each(grid, batch.sourceMap),
      });
    },
    findTissue: (scan) => onlyOutput(tissue!, { scan: { shape: [1, 1, ...frame.toReversed()], samples: scan } }),
  };
}

/** [knots, Z, Y, X] as the denoiser's own manifest entry has it. */
export function gridShape(manifest: Manifest): readonly [number, number, number, number] {
  const shape = manifest.networks.denoiser.outputs[0]?.shape.slice(1) ?? [];
  const [knots, z, y, x] = shape.map(Number);
  if (shape.length !== 4 || !shape.every((n) => Number.isInteger(Number(n)))) {
    throw new ConcordError('CONCORD_MODEL_SHAPE', `The denoiser must answer [n, knots, Z, Y, X], the manifest says [n, ${shape.join(', ')}].`);
  }
  return [knots!, z!, y!, x!];
}

async function onlyOutput(session: NetworkSession, inputs: Readonly<Record<string, Tensor>>): Promise<Float32Array> {
  const outputs = await session.run(inputs);
  return outputs[session.outputs[0]!.name]!.samples;
}

function repeated(samples: Float32Array, times: number): Float32Array {
  if (times === 1) return samples;
  const all = new Float32Array(samples.length * times);
  for (let n = 0; n < times; n++) all.set(samples, n * samples.length);
  return all;
}

async function closeAll(sessions: Partial<Sessions>): Promise<void> {
  await Promise.all(Object.values(sessions).map((session) => session.close()));
}

async function readBundleFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConcordError('CONCORD_MODEL_MISSING', `The bundle file ${path} cannot be read.`, { cause });
  }
}

/** Every file the manifest lists, read and compared with its sha256. */
async function readCheckedFiles(directory: string, manifest: Manifest): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const { path, sha256 } of manifest.files) {
    const bytes = await readBundleFile(join(directory, path));
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== sha256) {
      throw new ConcordError('CONCORD_MODEL_HASH', `${path}: expected sha256 ${sha256}, got ${found}.`);
    }
    files.set(path, bytes);
  }
  return files;
}
