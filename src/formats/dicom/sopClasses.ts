/** Data table: which SOP classes hold the images concord reads, and which hold none (dicom.md §1). */
export const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
export const MR_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.4';

/** The index of an export: media storage directory. */
export const DICOMDIR = '1.2.840.10008.1.3.10';

const ENHANCED = [
  '1.2.840.10008.5.1.4.1.1.2.1', // Enhanced CT
  '1.2.840.10008.5.1.4.1.1.2.2', // Legacy Converted Enhanced CT
  '1.2.840.10008.5.1.4.1.1.4.1', // Enhanced MR
  '1.2.840.10008.5.1.4.1.1.4.3', // Enhanced MR Color
  '1.2.840.10008.5.1.4.1.1.4.4', // Legacy Converted Enhanced MR
];

/** Images, though of radiotherapy: the rest of its classes are doses, plans, structures and records. */
const RT_IMAGE = '1.2.840.10008.5.1.4.1.1.481.1';

const NOT_IMAGE_PREFIXES = [
  DICOMDIR,
  '1.2.840.10008.5.1.4.1.1.4.2', // MR Spectroscopy
  '1.2.840.10008.5.1.4.1.1.9', // waveforms, and the retired curves
  '1.2.840.10008.5.1.4.1.1.11', // presentation states
  '1.2.840.10008.5.1.4.1.1.66', // raw data, registrations, fiducials, segmentations
  '1.2.840.10008.5.1.4.1.1.67', // real world value mapping
  '1.2.840.10008.5.1.4.1.1.88', // structured reports and key objects
  '1.2.840.10008.5.1.4.1.1.104', // encapsulated documents
  '1.2.840.10008.5.1.4.1.1.200', // performed procedures and protocols
  '1.2.840.10008.5.1.4.1.1.481', // radiotherapy
];

export type SopClassKind = 'classic' | 'enhanced' | 'not-image' | 'other';

export function kindOfSopClass(uid: string): SopClassKind {
  if (uid === CT_IMAGE_STORAGE || uid === MR_IMAGE_STORAGE) return 'classic';
  if (ENHANCED.includes(uid)) return 'enhanced';
  const isBelow = (prefix: string): boolean => uid === prefix || uid.startsWith(`${prefix}.`);
  return uid !== RT_IMAGE && NOT_IMAGE_PREFIXES.some(isBelow) ? 'not-image' : 'other';
}
