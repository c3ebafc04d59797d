/**
 * The name under which concord writes files (dicom.md D-39). PS3.5 B.2 would have an implementation UID come from a
 * registered root rather than from 2.25; concord has none, and a UID that is surely nobody else's is the next best.
 */
export const IMPLEMENTATION_CLASS_UID = '2.25.194383372049187553846015571208246637411';
export const IMPLEMENTATION_NAME = 'CONCORD';

/** concord's own codes, of the private scheme 99CONCORD. */
export const CODING_SCHEME = '99CONCORD';
export const CODING_SCHEME_NAME = 'concord image harmonization';

/** Marks harmonized images: value 4 of ImageType. */
export const HARMONIZED = 'HARMONIZED';
