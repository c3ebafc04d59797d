import { issue } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';
import type { InstanceHeader, SettingKeyword } from './instanceHeader.ts';
import { isSamePlane, isThreePlanes, SAME_POSITION_MM, tiltDegrees } from './sliceOrder.ts';
import type { PlacedInstance } from './sliceOrder.ts';
import { MR_IMAGE_STORAGE } from './sopClasses.ts';

/** One fault of a whole series, or nothing. Instances are sorted by position. */
type SeriesCheck = (slices: readonly PlacedInstance[]) => Issue | undefined;

const SPACING_TOLERANCE = 0.01;
const SPACING_TOLERANCE_MM = 0.01;
const TILT_DEGREES = 0.1;
const FEWEST_SLICES = 3;
/** A setting that changes from slice to slice of one volume in sound series; it matters where positions repeat. */
const SLICE_SETTINGS: readonly SettingKeyword[] = ['AcquisitionNumber', 'TriggerTime'];
const VOLUME_SETTINGS: readonly SettingKeyword[] = [
  'EchoTime', 'EchoNumbers', 'TemporalPositionIdentifier', 'ConvolutionKernel',
];

/** In this order: the first fault found is the one reported. */
export const seriesRefusals: readonly SeriesCheck[] = [
  mustNotBeThreePlanes,
  mustHaveOneOrientation,
  mustHaveOneImageForm,
  mustHaveOneSetting,
  mustHaveDistinctPositions,
  mustHaveThreeSlices,
  mustHaveOneSpacingForMr,
];

/** Facts worth reporting about a series that is read. */
export const seriesFlags: readonly SeriesCheck[] = [flagSpacing, flagTilt, flagLossy, flagValueMap];

function mustNotBeThreePlanes(slices: readonly PlacedInstance[]): Issue | undefined {
  return isThreePlanes(slices) ? issue('LOCALIZER', 'three orthogonal planes in one series') : undefined;
}

function mustHaveOneOrientation(slices: readonly PlacedInstance[]): Issue | undefined {
  const isMixed = slices.some((slice) => !isSamePlane(slice, slices[0]!));
  return isMixed ? issue('MIXED_SERIES', 'more than one orientation') : undefined;
}

function mustHaveOneImageForm(slices: readonly PlacedInstance[]): Issue | undefined {
  const forms: Readonly<Record<string, (slice: PlacedInstance) => string>> = {
    'SOP class': ({ sopClassUid }) => sopClassUid,
    matrix: ({ pixels }) => `${pixels.columns}×${pixels.rows}`,
    'pixel spacing': ({ pixelSpacing }) => pixelSpacing.map((value) => value.toFixed(4)).join('×'),
    photometric: ({ photometric }) => photometric,
    // values 4 and later are the vendor's own and change between slices of one CT
    ImageType: ({ imageType }) => imageType.slice(0, 3).join('\\'),
    'b-value': ({ bValue }) => String(bValue),
    'contrast agent': ({ hasContrastAgent }) => String(hasContrastAgent),
    // Philips MR rescales each slice on its own; CT does not
    'rescale pair': ({ sopClassUid, rescaleSlope, rescaleIntercept }) =>
      sopClassUid === MR_IMAGE_STORAGE ? '' : `${rescaleSlope}, ${rescaleIntercept}`,
  };
  for (const [name, form] of Object.entries(forms)) {
    const count = distinct(slices, form);
    if (count > 1) return issue('MIXED_SERIES', `${count} values of ${name}`);
  }
  return undefined;
}

function mustHaveOneSetting(slices: readonly PlacedInstance[]): Issue | undefined {
  const mixed = VOLUME_SETTINGS.find((keyword) => distinct(slices, ({ settings }) => settings[keyword]) > 1);
  return mixed && issue('MIXED_SERIES', `more than one ${mixed}`);
}

function mustHaveDistinctPositions(slices: readonly PlacedInstance[]): Issue | undefined {
  const repeats = gapsOf(slices).filter((gap) => gap <= SAME_POSITION_MM).length;
  if (repeats === 0) return undefined;
  const mixed = SLICE_SETTINGS.find((keyword) => distinct(slices, ({ settings }) => settings[keyword]) > 1);
  if (mixed) return issue('MIXED_SERIES', `${repeats} positions repeat, with more than one ${mixed}`);
  if (distinct(slices, ({ imageType }) => imageType.join('\\')) > 1) {
    return issue('MIXED_SERIES', `${repeats} positions repeat, with more than one ImageType`);
  }
  return issue('DUP_POSITION', `${repeats} of ${slices.length} slices`);
}

function mustHaveThreeSlices(slices: readonly PlacedInstance[]): Issue | undefined {
  if (slices.length >= FEWEST_SLICES) return undefined;
  return issue('TOO_FEW_SLICES', `${slices.length}, ${FEWEST_SLICES} are needed`);
}

/** MR goes into three-dimensional models, which know one spacing (dicom.md §2). */
function mustHaveOneSpacingForMr(slices: readonly PlacedInstance[]): Issue | undefined {
  return slices[0]!.sopClassUid === MR_IMAGE_STORAGE ? spacingFault(slices) : undefined;
}

/** CT is harmonized slice by slice, so it is read as it is; its affine then holds the mean spacing. */
function flagSpacing(slices: readonly PlacedInstance[]): Issue | undefined {
  const fault = spacingFault(slices);
  return fault && { ...fault, severity: 'flag' };
}

function spacingFault(slices: readonly PlacedInstance[]): Issue | undefined {
  const gaps = gapsOf(slices).sort((a, b) => a - b);
  const median = gaps[Math.floor(gaps.length / 2)]!;
  const tolerance = Math.max(SPACING_TOLERANCE * median, SPACING_TOLERANCE_MM);
  const odd = gaps.filter((gap) => Math.abs(gap - median) > tolerance);
  if (odd.length === 0) return undefined;
  const isMultiple = (gap: number): boolean => {
    const times = Math.round(gap / median);
    return times >= 2 && Math.abs(gap - times * median) <= tolerance * times;
  };
  return issue(odd.every(isMultiple) ? 'MISSING_SLICES' : 'VARIABLE_SPACING', gapsText(gaps, tolerance));
}

/** `spacings of 4.00 mm (15 times) and 7.00 mm (12 times)`; more than three kinds as their range. */
function gapsText(sorted: readonly number[], tolerance: number): string {
  const kinds: { gap: number; count: number }[] = [];
  for (const gap of sorted) {
    const kind = kinds.at(-1);
    if (kind && gap - kind.gap <= tolerance) kind.count++;
    else kinds.push({ gap, count: 1 });
  }
  if (kinds.length > 3) return `${kinds.length} spacings from ${sorted[0]!.toFixed(2)} to ${sorted.at(-1)!.toFixed(2)} mm`;
  return `spacings of ${kinds.map(({ gap, count }) => `${gap.toFixed(2)} mm (${count} times)`).join(' and ')}`;
}

function flagTilt(slices: readonly PlacedInstance[]): Issue | undefined {
  // (0018,1120) is not used: it has read 0 at a true tilt of 6.8 degrees (dcm2niix #253)
  const degrees = tiltDegrees(slices);
  // equal first and last positions have no direction: their angle is NaN, and no tilt (dcm2niix #590)
  return degrees > TILT_DEGREES ? issue('GANTRY_TILT', `${degrees.toFixed(2)} degrees`) : undefined;
}

function flagLossy(slices: readonly InstanceHeader[]): Issue | undefined {
  const count = slices.filter(({ isLossy, transferSyntax }) => isLossy || transferSyntax.lossy === true).length;
  return count > 0 ? issue('LOSSY_SOURCE', `${count} of ${slices.length} slices`) : undefined;
}

function flagValueMap(slices: readonly InstanceHeader[]): Issue | undefined {
  const count = slices.filter(({ hasValueMap }) => hasValueMap).length;
  return count > 0 ? issue('VALUE_MAP', `${count} of ${slices.length} slices`) : undefined;
}

function gapsOf(slices: readonly PlacedInstance[]): number[] {
  return slices.slice(1).map((slice, index) => slice.height - slices[index]!.height);
}

function distinct(slices: readonly PlacedInstance[], key: (slice: PlacedInstance) => string): number {
  return new Set(slices.map(key)).size;
}
