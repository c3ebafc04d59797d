import { issue } from '../../core/issues.ts';
import type { Issue, IssueCode } from '../../core/issues.ts';
import type { InstanceHeader } from './instanceHeader.ts';
import { kindOfSopClass, MR_IMAGE_STORAGE } from './sopClasses.ts';
import { transferSyntaxOf } from './transferSyntax.ts';

/** What is refused unless the caller asks for it: series computed from others, and concord's own outputs. */
export type InstanceAllowance = 'derived' | 'harmonized';

/** One fault of one instance, or nothing. */
type InstanceCheck = (instance: InstanceHeader, allow: readonly InstanceAllowance[]) => Issue | undefined;

const QUANTITATIVE_TYPES = new Set([
  'ADC', 'EADC', 'FA', 'TRACEW', 'T1 MAP', 'T2 MAP', 'T2_STAR MAP', 'T2* MAP', 'R2 MAP', 'R2_STAR MAP', 'T1MAP', 'T2MAP',
  'PERFUSION', 'CBF', 'CBV', 'RELCBF', 'RELCBV', 'RELMTT', 'RELTTP', 'MTT', 'TMAX', 'TTP', 'VELOCITY', 'PHASE', 'PHASE MAP',
  'PHASE_MAP', 'B0', 'B0 MAP', 'B1', 'B1 MAP', 'FIELDMAP', 'FIELD_MAP', 'QSM', 'SWI_PHASE', 'MSI', 'FLIP ANGLE MAP',
]);
/** Value 3 or later of ImageType, by which vendors name a component of a complex image. */
const COMPLEX_TYPES = new Set(['P', 'R', 'I', 'REAL', 'IMAGINARY']);
/** Siemens names its field-mapping sequences so; their magnitude images are calibration, not anatomy. */
const FIELD_MAPPING_SEQUENCE = /^\*?fm[23]d/i;
const LARGEST_SIDE = 32_768;

/** In this order: the first fault found is the one reported. */
export const instanceChecks: readonly InstanceCheck[] = [
  mustBeClassicImage,
  mustHaveKnownSyntax,
  mustBeGreyScale,
  mustHaveValidPixelForm,
  mustNotBeLocalizer,
  mustNotBeMosaic,
  mustNotBeHarmonized,
  mustBeMagnitude,
  mustNotBeQuantitative,
  mustNotBeDiffusion,
  mustNotBeBurnedIn,
  mustBeOriginal,
  mustBeInHounsfieldUnits,
  mustHaveGeometry,
];

function mustBeClassicImage({ sopClassUid }: InstanceHeader): Issue | undefined {
  const codes: Record<ReturnType<typeof kindOfSopClass>, IssueCode | undefined> = {
    classic: undefined,
    enhanced: 'UNSUPPORTED_SOP_CLASS_ENHANCED',
    'not-image': 'NOT_IMAGE',
    other: 'UNSUPPORTED_SOP_CLASS',
  };
  const code = codes[kindOfSopClass(sopClassUid)];
  return code && issue(code, 'a classic CT or MR image was expected');
}

function mustBeGreyScale({ samplesPerPixel, photometric }: InstanceHeader): Issue | undefined {
  if (samplesPerPixel === 1 && /^MONOCHROME[12]$/.test(photometric)) return undefined;
  if (photometric === '') return issue('MALFORMED', 'PhotometricInterpretation is missing');
  return issue('COLOR', `${samplesPerPixel} samples per pixel, or not MONOCHROME1 or 2`);
}

function mustHaveValidPixelForm({ pixels, numberOfFrames }: InstanceHeader): Issue | undefined {
  const { rows, columns, bitsAllocated, bitsStored, highBit } = pixels;
  const isSide = (length: number): boolean => length >= 1 && length <= LARGEST_SIDE;
  if (!isSide(rows) || !isSide(columns)) return issue('MALFORMED', `${columns} columns by ${rows} rows`);
  if (numberOfFrames !== 1) return issue('MALFORMED', 'a classic instance has one frame');
  const isBitsValid =
    (bitsAllocated === 8 || bitsAllocated === 16) &&
    bitsStored >= 1 &&
    highBit >= bitsStored - 1 &&
    highBit < bitsAllocated;
  if (isBitsValid) return undefined;
  return issue('MALFORMED', `${bitsStored} bits stored of ${bitsAllocated}, highest bit ${highBit}`);
}

function mustHaveKnownSyntax({ transferSyntax }: InstanceHeader): Issue | undefined {
  // the meta group is read before anything is known: only digits and dots of it are repeated
  const uid = /^[0-9.]{1,64}$/.test(transferSyntax.uid) ? transferSyntax.uid : 'of an invalid form';
  return transferSyntaxOf(transferSyntax.uid) ? undefined : issue('UNSUPPORTED_TS', `transfer syntax ${uid} is not read`);
}

function mustBeOriginal({ imageType }: InstanceHeader, allow: readonly InstanceAllowance[]): Issue | undefined {
  const isAllowed = allow.includes('derived') || (allow.includes('harmonized') && imageType.includes('HARMONIZED'));
  return imageType[0] === 'DERIVED' && !isAllowed ? issue('DERIVED_INPUT', 'ImageType begins with DERIVED') : undefined;
}

function mustNotBeLocalizer({ imageType, isThreePlane }: InstanceHeader): Issue | undefined {
  if (isThreePlane) return issue('LOCALIZER', 'the vendor names a series of three planes');
  const isLocalizer = imageType.some((value) => /^(LOCALIZER|SCOUT)/.test(value));
  return isLocalizer ? issue('LOCALIZER', 'ImageType says so') : undefined;
}

function mustNotBeMosaic({ imageType }: InstanceHeader): Issue | undefined {
  return imageType.includes('MOSAIC') ? issue('MOSAIC', 'ImageType says so') : undefined;
}

function mustNotBeHarmonized({ imageType }: InstanceHeader, allow: readonly InstanceAllowance[]): Issue | undefined {
  return imageType.includes('HARMONIZED') && !allow.includes('harmonized') ? issue('ALREADY_HARMONIZED', 'ImageType says so') : undefined;
}

function mustBeMagnitude({ imageType, complexComponent, sopClassUid }: InstanceHeader): Issue | undefined {
  if (sopClassUid !== MR_IMAGE_STORAGE) return undefined;
  const isComponent = imageType.slice(2).some((value) => COMPLEX_TYPES.has(value));
  if (!isComponent && complexComponent === 'MAGNITUDE') return undefined;
  return issue('COMPLEX_COMPONENT', 'a magnitude image was expected');
}

function mustNotBeDiffusion({ bValue, imageType }: InstanceHeader): Issue | undefined {
  if (bValue > 0) return issue('DWI_RAW', `b-value ${bValue} s/mm²`);
  return imageType.includes('DIFFUSION') ? issue('DWI_RAW', 'ImageType says so') : undefined;
}

function mustNotBeQuantitative(instance: InstanceHeader): Issue | undefined {
  const { imageType, frameType, sopClassUid, rescaleType, unitCodes, acquisition } = instance;
  const types = [...imageType, ...frameType];
  if (types.some((value) => QUANTITATIVE_TYPES.has(value))) return issue('QUANTITATIVE_MAP', 'ImageType or FrameType says so');
  if (sopClassUid !== MR_IMAGE_STORAGE) return undefined;
  if (instance.isIsotropic) return issue('QUANTITATIVE_MAP', 'an isotropic diffusion image is computed from others');
  if (FIELD_MAPPING_SEQUENCE.test(acquisition.sequence ?? '')) {
    return issue('QUANTITATIVE_MAP', 'the sequence maps the magnetic field');
  }
  // Philips classic MR writes "normalized" for plain signal (MRtrix3 #2499)
  if (rescaleType !== undefined && !/^(US|normalized)$/i.test(rescaleType)) {
    return issue('QUANTITATIVE_MAP', 'RescaleType names a unit');
  }
  const hasUnit = unitCodes.some((code) => code !== '1' && code !== 'NONE');
  return hasUnit ? issue('QUANTITATIVE_MAP', 'a real-world value map names a unit') : undefined;
}

function mustNotBeBurnedIn({ isBurnedIn }: InstanceHeader): Issue | undefined {
  return isBurnedIn ? issue('BURNED_IN', 'BurnedInAnnotation is YES') : undefined;
}

function mustBeInHounsfieldUnits(instance: InstanceHeader): Issue | undefined {
  const { sopClassUid, rescaleSlope, rescaleIntercept, rescaleType, isMultiEnergy } = instance;
  if (sopClassUid === MR_IMAGE_STORAGE) {
    const isFinite = [rescaleSlope ?? 1, rescaleIntercept ?? 0].every((value) => Number.isFinite(value));
    return isFinite && rescaleSlope !== 0 ? undefined : issue('MALFORMED', 'the rescale pair must be finite');
  }
  if (!Number.isFinite(rescaleSlope) || !Number.isFinite(rescaleIntercept) || rescaleSlope === 0) {
    return issue('NOT_HU', 'the rescale pair is missing or not finite');
  }
  if (rescaleType !== undefined && rescaleType !== 'HU') return issue('NOT_HU', 'RescaleType is not HU');
  return isMultiEnergy ? issue('NOT_HU', 'a multi-energy image') : undefined;
}

function mustHaveGeometry(instance: InstanceHeader): Issue | undefined {
  const { position, rowDirection, columnDirection, pixelSpacing } = instance;
  if (position && pixelSpacing && rowDirection && columnDirection) {
    const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, axis) => sum + x * b[axis]!, 0);
    const isUnit = (v: readonly number[]): boolean => Math.abs(dot(v, v) - 1) < 0.01;
    if (isUnit(rowDirection) && isUnit(columnDirection) && Math.abs(dot(rowDirection, columnDirection)) < 0.01) {
      return undefined;
    }
  }
  return issue('MALFORMED', 'position, orientation or pixel spacing is missing or invalid');
}
