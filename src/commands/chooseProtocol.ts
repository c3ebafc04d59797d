import { stat } from 'node:fs/promises';

import { loadManifest } from '../config/manifest.ts';
import { DEFAULT_PROTOCOLS } from '../config/protocol.ts';
import { loadStyleFile } from '../config/styleFile.ts';
import { ScanRefusal } from '../core/issues.ts';
import type { ScanInput } from '../formats/scan.ts';
import { readModality } from '../pipeline/modality.ts';

/** What a command was told; what is not said is looked for in this order: bundle, style file, scans. */
type Told = Readonly<{ protocol: string | undefined; bundle: string | undefined; reference?: string; inputs?: readonly ScanInput[] }>;

/**
 * The protocol by its name where one is given, else the one for the modality at hand: of the bundle, of the reference's
 * style file, of the first scan that can be read. Without any of these it is the one for MR.
 */
export async function chooseProtocol({ protocol, bundle, reference, inputs = [] }: Told): Promise<string> {
  if (protocol !== undefined) return protocol;
  if (bundle !== undefined) return DEFAULT_PROTOCOLS[(await loadManifest(bundle)).modality ?? 'MR'];
  if (reference !== undefined && await isStyleFile(reference)) return DEFAULT_PROTOCOLS[(await loadStyleFile(reference)).modality];
  for (const input of inputs) {
    const modality = await modalityOfInput(input);
    if (modality !== undefined) return DEFAULT_PROTOCOLS[modality];
  }
  return DEFAULT_PROTOCOLS.MR;
}

/** A series says so in its header; NIfTI may say so in its sidecar, and else its values do. */
async function modalityOfInput(input: ScanInput): Promise<'MR' | 'CT' | undefined> {
  const said = input.summary?.modality;
  if (said === 'MR' || said === 'CT') return said;
  try {
    return (await readModality(input)).modality;
  } catch (error) {
    // it is refused with its own reason when its turn comes
    if (error instanceof ScanRefusal) return undefined;
    throw error;
  }
}

async function isStyleFile(path: string): Promise<boolean> {
  return /\.json$/i.test(path) && await stat(path).then((status) => status.isFile(), () => false);
}
