/** The value representation that PS3.6 gives an attribute; undefined where it knows none. */
export type VrLookup = (tag: number) => string | undefined;

/** dcmjs's words for a VR that another attribute decides, or that has several. */
const AMBIGUOUS: Readonly<Record<string, string>> = { ox: 'OW', lt: 'OW', up: 'UL', xs: 'US' };

/**
 * The data dictionary, for sources in implicit VR. `isSigned` is the instance's PixelRepresentation, which decides
 * between US and SS (PS3.5 A.1).
 */
export async function loadDictionary(isSigned: boolean): Promise<VrLookup> {
  // loaded on demand: explicit sources name their VRs
  const { default: dcmjs } = await import('dcmjs');
  const { dictionary } = dcmjs.data.DicomMetaDictionary;
  return (tag) => {
    const vr = dictionary[dictionaryKey(tag)]?.vr;
    if (vr === 'xs' && isSigned) return 'SS';
    if (vr === undefined || /^[A-Z]{2}$/.test(vr)) return vr;
    return AMBIGUOUS[vr];
  };
}

/** `(0028,0106)`; the repeating groups 50xx and 60xx are listed by their first. */
function dictionaryKey(tag: number): string {
  const group = tag >>> 16;
  const isRepeating = group >>> 8 === 0x50 || group >>> 8 === 0x60;
  const hex = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0');
  return `(${hex(isRepeating ? group & 0xff00 : group)},${hex(tag & 0xffff)})`;
}
