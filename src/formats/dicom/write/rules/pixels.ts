import { shortElement } from '../element.ts';
import type { Element } from '../element.ts';
import type { InstanceFacts, Rule } from '../rule.ts';
import { tags } from '../tags.ts';
import type { Keyword } from '../tags.ts';

/** Data table: stored values, their form and their meaning. */
export const pixelRules: readonly Rule[] = [
  {
    id: 'D-08', action: 'KEEP',
    attributes: [
      'InstanceNumber', 'ImagePositionPatient', 'ImageOrientationPatient', 'PixelSpacing', 'SliceThickness', 'SpacingBetweenSlices',
      'SliceLocation', 'Rows', 'Columns', 'PatientPosition',
    ],
    says: 'Geometry stays byte for byte, numbers written as text included.',
  },
  {
    id: 'D-22', action: 'KEEP',
    attributes: ['BitsAllocated', 'BitsStored', 'HighBit', 'PixelRepresentation', 'PhotometricInterpretation'],
    says: 'The pixel form stays. Values are rounded and clipped to it; more than 0.1 % clipped refuses the scan.',
  },
  {
    id: 'D-22', action: 'SET', attributes: ['PixelData'], says: 'Harmonized values, uncompressed; where the source has padding, its padding.',
    write: ({ pixels, bitsAllocated }) => [{ tag: tags.PixelData, vr: bitsAllocated > 8 ? 'OW' : 'OB', value: pixels }],
  },
  {
    id: 'D-19', action: 'KEEP', attributes: ['RescaleSlope', 'RescaleIntercept', 'RescaleType'],
    says: 'CT: values go back through the source\'s pair. MR with a pair: the same, where the reference\'s scale fits the pixel form (D-20).',
    appliesTo: ({ series }) => series.keepsRescale,
  },
  {
    id: 'D-20', action: 'DROP', attributes: ['RescaleSlope', 'RescaleIntercept', 'RescaleType'],
    says: 'MR whose pair cannot hold the reference\'s scale: the pair goes, and the stored values are the signal, times a power of ten that DerivationDescription names.',
    appliesTo: ({ series }) => !series.keepsRescale,
  },
  {
    id: 'D-21', action: 'DROP', attributes: ['RealWorldValueMappingSequence'],
    says: 'MR: stored values no longer stand in this relation. Philips\' private scales go with all private attributes.',
    appliesTo: ({ isMr }) => isMr,
  },
  {
    id: 'D-23', action: 'RECOMPUTE',
    attributes: ['SmallestImagePixelValue', 'LargestImagePixelValue', 'SmallestPixelValueInSeries', 'LargestPixelValueInSeries'],
    says: 'Where the source has them: the extremes of what was written, padding left out.',
    write: extremes,
  },
  {
    id: 'D-25', action: 'KEEP', attributes: ['PixelPaddingValue', 'PixelPaddingRangeLimit'],
    says: 'Padding is copied; no other voxel may become padding, it is moved out of the range.',
  },
  {
    id: 'D-26', action: 'KEEP', attributes: ['LossyImageCompression', 'LossyImageCompressionRatio', 'LossyImageCompressionMethod'],
    says: 'What was once lossy stays so. Output is uncompressed.',
  },
  { id: 'D-27', action: 'KEEP', attributes: ['BurnedInAnnotation'], says: 'YES never comes here: such a scan is refused.' },
];

function extremes({ source, smallest, largest, isSigned, series }: InstanceFacts): Element[] {
  const values: Partial<Record<Keyword, number>> = {
    SmallestImagePixelValue: smallest, LargestImagePixelValue: largest,
    SmallestPixelValueInSeries: series.smallest, LargestPixelValueInSeries: series.largest,
  };
  return Object.entries(values).flatMap(([keyword, value]) => {
    const tag = tags[keyword as Keyword];
    // a slice of padding alone has no extremes
    return source.has(tag) && Number.isFinite(value) ? [shortElement(tag, value, isSigned)] : [];
  });
}
