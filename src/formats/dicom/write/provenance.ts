/** What made the harmonized pixels: the run, in the words that the instances repeat. */
export type Provenance = Readonly<{
  concordVersion: string;
  modelId: string;
  modelSha256: string;
  /** Of everything else that shapes the output. */
  configSha256: string;
  styleId: string;
  seed: number;
  /** Whether a generative model made the change; a closed formula alone does not. */
  isGenerative: boolean;
  /** Milliseconds since 1970: one moment for all instances of a job. */
  createdAt: number;
}>;

export type DicomOptions = Readonly<{
  /** Whose name the instances carry: the scanner's, or concord's. */
  equipment: 'scanner' | 'software';
  keepOverlays: boolean;
  keepPrivate: readonly PrivateAttribute[];
  /** Makes UIDs that cannot be linked to their source without it. */
  uidKey?: string;
  /** One that no series of the study has; without it, the first one that the source's own gives. */
  seriesNumber?: number;
}>;

/** A private attribute by its owner: group, private creator, and the last byte of its element number. */
export type PrivateAttribute = Readonly<{ group: number; creator: string; element: number }>;

export const DEFAULT_DICOM_OPTIONS: DicomOptions = {
  equipment: 'scanner', keepOverlays: false, keepPrivate: [],
};
