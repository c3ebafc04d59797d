import type { Vector3 } from '../../core/affine.ts';
import { issue } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';
import type { InstanceHeader, SettingKeyword } from './instanceHeader.ts';
import { cross, dot, tiltDegrees } from './sliceOrder.ts';
import type { PlacedInstance } from './sliceOrder.ts';
import { MR_IMAGE_STORAGE } from './sopClasses.ts';

/** One fault of a whole series, or nothing. Instances are sorted by position. */
type SeriesCheck = (slices: readonly PlacedInstance[]) => Issue | undefined;

/** Directions that differ by less, as the length of their difference, are one orientation. */
const SAME_DIRECTION = 1e-3;
const SAME_POSITION_MM = 1e-3;
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
  mustHaveOneSpacing,
];

/** Facts worth reporting about a series that is read. */
export const seriesFlags: readonly SeriesCheck[] = [flagTilt, flagLossy];

function mustNotBeThreePlanes(slices: readonly PlacedInstance[]): Issue | undefined {
  const normals: Vector3[] = [];
  for (const slice of slices) {
    const normal = cross(slice.rowDirection, slice.columnDirection);
    if (!normals.some((known) => Math.abs(dot(known, normal)) > 0.5)) normals.push(normal);
  }
  return normals.length >= 3 ? issue('LOCALIZER', 'three orthogonal planes in one series') : undefined;
}

function mustHaveOneOrientation(slices: readonly PlacedInstance[]): Issue | undefined {
  const first = slices[0]!;
  const differs = (a: Vector3, b: Vector3): boolean =>
    Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) > SAME_DIRECTION;
  const isMixed = slices.some(
    (slice) =>
      differs(slice.rowDirection, first.rowDirection) || differs(slice.columnDirection, first.columnDirection),
  );
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

function mustHaveOneSpacing(slices: readonly PlacedInstance[]): Issue | undefined {
  const gaps = gapsOf(slices);
  const sorted = [...gaps].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const tolerance = Math.max(SPACING_TOLERANCE * median, SPACING_TOLERANCE_MM);
  const odd = gaps.filter((gap) => Math.abs(gap - median) > tolerance);
  if (odd.length === 0) return undefined;
  const isMultiple = (gap: number): boolean => {
    const times = Math.round(gap / median);
    return times >= 2 && Math.abs(gap - times * median) <= tolerance * times;
  };
  const range = `gaps from ${sorted[0]!.toFixed(2)} to ${sorted.at(-1)!.toFixed(2)} mm, median ${median.toFixed(2)}`;
  return issue(odd.every(isMultiple) ? 'MISSING_SLICES' : 'VARIABLE_SPACING', range);
}

function flagTilt(slices: readonly PlacedInstance[]): Issue | undefined {
  // (0018,1120) is not used: it has read 0 at a true tilt of 6.8 degrees (dcm2niix #253)
  const degrees = tiltDegrees(slices);
  return degrees > TILT_DEGREES ? issue('GANTRY_TILT', `${degrees.toFixed(2)} degrees`) : undefined;
}

function flagLossy(slices: readonly InstanceHeader[]): Issue | undefined {
  const count = slices.filter(({ isLossy }) => isLossy).length;
  return count > 0 ? issue('LOSSY_SOURCE', `${count} of ${slices.length} slices`) : undefined;
}

function gapsOf(slices: readonly PlacedInstance[]): number[] {
  return slices.slice(1).map((slice, index) => slice.height - slices[index]!.height);
}

function distinct(slices: readonly PlacedInstance[], key: (slice: PlacedInstance) => string): number {
  return new Set(slices.map(key)).size;
}
