import type { Element, Elements } from './element.ts';
import type { DisplayWindow } from './displayWindow.ts';
import type { DicomOptions, Provenance } from './provenance.ts';
import type { Keyword } from './tags.ts';

/** One instance while it is written: what its rules may look at. */
export type InstanceFacts = Readonly<{
  source: Elements;
  sourceSopClassUid: string;
  sourceSopInstanceUid: string;
  sopInstanceUid: string;
  isMr: boolean;
  /** PixelRepresentation of the source, which decides between VR US and SS. */
  isSigned: boolean;
  bitsAllocated: number;
  pixels: Buffer;
  smallest: number;
  largest: number;
  series: SeriesFacts;
}>;

/** What all instances of a series share. */
export type SeriesFacts = Readonly<{
  seriesInstanceUid: string;
  /** Empty where the source has none. */
  sourceSeriesInstanceUid: string;
  seriesNumber: number;
  /** Of MR; CT keeps its own. */
  window: DisplayWindow | undefined;
  keepsRescale: boolean;
  /** What the signal was multiplied by to be stored. */
  factor: number;
  smallest: number;
  largest: number;
  provenance: Provenance;
  options: DicomOptions;
}>;

/**
 * One row of dicom.md §4. A KEEP names what stays as it is in the file and needs no code; a DROP takes its attributes
 * away; SET and RECOMPUTE replace them by what `write` returns, and by nothing else.
 */
export type Rule = Readonly<{
  id: `D-${string}`;
  action: 'SET' | 'KEEP' | 'DROP' | 'RECOMPUTE';
  attributes: readonly Keyword[];
  /** What is done, as the conformance statement says it. */
  says: string;
  /** Where the rule depends on the instance; always, by default. */
  appliesTo?: (facts: InstanceFacts) => boolean;
  write?: (facts: InstanceFacts) => readonly Element[];
}>;
