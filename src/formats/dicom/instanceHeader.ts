import type { Vector3 } from '../../core/affine.ts';
import type { Acquisition } from '../../core/scanRecord.ts';
import { acquisitionOf } from '../acquisition.ts';
import type { AttributeKeyword } from './attributes.ts';
import type { DataSet } from './dataSet.ts';
import type { TransferSyntax } from './transferSyntax.ts';

/** How one instance stores its pixels. */
export type PixelForm = Readonly<{
  rows: number;
  columns: number;
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  isSigned: boolean;
  /** Stored values that mean "no measurement", inclusive; undefined when none are declared. */
  padding: readonly [number, number] | undefined;
}>;

/** One instance without its pixels and without anything a patient could be known by. LPS mm, as DICOM gives it. */
export type InstanceHeader = Readonly<{
  path: string;
  transferSyntax: TransferSyntax;
  sopClassUid: string;
  sopInstanceUid: string;
  /** NaN where the instance has none. */
  instanceNumber: number;
  manufacturer: string;
  imageType: readonly string[];
  frameType: readonly string[];
  modality: string;
  samplesPerPixel: number;
  photometric: string;
  numberOfFrames: number;
  /** NaN or 0 where the header does not say: the checks refuse it. */
  pixels: PixelForm;
  position: Vector3 | undefined;
  rowDirection: Vector3 | undefined;
  columnDirection: Vector3 | undefined;
  /** Between rows, between columns. */
  pixelSpacing: readonly [number, number] | undefined;
  rescaleSlope: number | undefined;
  rescaleIntercept: number | undefined;
  rescaleType: string | undefined;
  acquisition: Acquisition;
  /** Values that tell apart what a series may mix, as text: equal text, equal setting. */
  settings: Readonly<Record<SettingKeyword, string>>;
  bValue: number;
  /** Isotropic, as Philips mixes trace images and ADC maps into diffusion series. */
  isIsotropic: boolean;
  /** GE's word for a series of three planes. */
  isThreePlane: boolean;
  complexComponent: string;
  unitCodes: readonly string[];
  isBurnedIn: boolean;
  isLossy: boolean;
  /** A map from stored to real-world values, which a new style would make untrue (dicom.md D-21). */
  hasValueMap: boolean;
  isMultiEnergy: boolean;
  /** A contrast agent is named; its name is free text and is not kept. */
  hasContrastAgent: boolean;
}>;

/** Of (0019,1017): 2, 4, 8 are axial, sagittal and coronal, 16 is oblique. */
const GE_THREE_PLANES = 256;
/** GE adds this to a b-value that its scheme scales. */
const GE_B_VALUE_MARK = 100_000;

const settingKeywords = [
  'EchoTime', 'EchoNumbers', 'TemporalPositionIdentifier', 'ConvolutionKernel', 'AcquisitionNumber', 'TriggerTime',
] as const satisfies AttributeKeyword[];
export type SettingKeyword = (typeof settingKeywords)[number];

export function parseInstanceHeader(
  source: Readonly<{ path: string; transferSyntax: TransferSyntax }>,
  dataSet: DataSet,
): InstanceHeader {
  const { text, texts, decimals } = dataSet;
  const manufacturer = text('Manufacturer') ?? '';
  const orientation = decimals('ImageOrientationPatient');
  return {
    ...source,
    sopClassUid: text('SOPClassUID') ?? text('MediaStorageSOPClassUID') ?? '',
    sopInstanceUid: text('SOPInstanceUID') ?? text('MediaStorageSOPInstanceUID') ?? '',
    instanceNumber: decimals('InstanceNumber')[0] ?? Number.NaN,
    manufacturer,
    imageType: texts('ImageType').map((value) => value.toUpperCase()),
    frameType: texts('FrameType').map((value) => value.toUpperCase()),
    modality: text('Modality') ?? '',
    samplesPerPixel: dataSet.unsigned('SamplesPerPixel') ?? 1,
    photometric: text('PhotometricInterpretation') ?? '',
    numberOfFrames: decimals('NumberOfFrames')[0] ?? 1,
    pixels: parsePixelForm(dataSet),
    position: vectorOf(decimals('ImagePositionPatient'), 3),
    rowDirection: vectorOf(orientation, 6),
    columnDirection: vectorOf(orientation.slice(3), 3),
    pixelSpacing: spacingOf(decimals('PixelSpacing')),
    rescaleSlope: decimals('RescaleSlope')[0],
    rescaleIntercept: decimals('RescaleIntercept')[0],
    rescaleType: text('RescaleType'),
    acquisition: parseAcquisition(dataSet),
    settings: parseSettings(dataSet),
    bValue: parseBValue(dataSet, manufacturer),
    isIsotropic: text('DiffusionDirectionality') === 'ISOTROPIC',
    isThreePlane: /^ge/i.test(manufacturer) && dataSet.anyNumber('GeSeriesPlane') === GE_THREE_PLANES,
    complexComponent: parseComplexComponent(dataSet, manufacturer),
    unitCodes: parseUnitCodes(dataSet),
    isBurnedIn: text('BurnedInAnnotation') === 'YES',
    isLossy: text('LossyImageCompression') === '01',
    hasValueMap: dataSet.items('RealWorldValueMappingSequence').length > 0,
    isMultiEnergy: text('MultienergyCTAcquisition') === 'YES',
    hasContrastAgent: (text('ContrastBolusAgent') ?? '') !== '',
  };
}

function parsePixelForm({ unsigned, storedValue }: DataSet): PixelForm {
  const bitsStored = unsigned('BitsStored') ?? 0;
  const isSigned = unsigned('PixelRepresentation') === 1;
  const padding = storedValue('PixelPaddingValue', isSigned);
  const limit = storedValue('PixelPaddingRangeLimit', isSigned) ?? padding;
  return {
    rows: unsigned('Rows') ?? 0,
    columns: unsigned('Columns') ?? 0,
    bitsAllocated: unsigned('BitsAllocated') ?? 0,
    bitsStored,
    highBit: unsigned('HighBit') ?? bitsStored - 1,
    isSigned,
    padding:
      padding === undefined || limit === undefined ? undefined : [Math.min(padding, limit), Math.max(padding, limit)],
  };
}

/** Times are in ms in DICOM, as here. */
function parseAcquisition({ text, texts, decimals }: DataSet): Acquisition {
  return acquisitionOf({
    manufacturer: text('Manufacturer'),
    model: text('ManufacturerModelName'),
    fieldStrengthT: decimals('MagneticFieldStrength')[0],
    sequence: text('SequenceName') ?? text('ScanningSequence')?.replaceAll('\\', '/'),
    echoTimeMs: decimals('EchoTime')[0],
    repetitionTimeMs: decimals('RepetitionTime')[0],
    inversionTimeMs: decimals('InversionTime')[0],
    flipAngleDeg: decimals('FlipAngle')[0],
    sliceThicknessMm: decimals('SliceThickness')[0],
    convolutionKernel: texts('ConvolutionKernel')[0],
  });
}

function parseSettings({ text }: DataSet): InstanceHeader['settings'] {
  const entries = settingKeywords.map((keyword) => {
    const value = text(keyword) ?? '';
    const number = Number(value);
    // 92 and 92.0 are one setting; so are 11.0000001 and 11
    return [keyword, value === '' || Number.isNaN(number) ? value : number.toFixed(3)];
  });
  return Object.fromEntries(entries) as InstanceHeader['settings'];
}

/** s/mm²; 0 where no diffusion weighting is declared. The vendors' private elements as in dicom.md §2. */
function parseBValue(dataSet: DataSet, manufacturer: string): number {
  const declared = dataSet.anyNumber('DiffusionBValue');
  if (declared !== undefined) return declared;
  if (/siemens/i.test(manufacturer)) return dataSet.anyNumber('SiemensBValue') ?? 0;
  if (/philips/i.test(manufacturer)) return dataSet.anyNumber('PhilipsBValue') ?? 0;
  return /^ge/i.test(manufacturer) ? (dataSet.anyNumber('GeBValue') ?? 0) % GE_B_VALUE_MARK : 0;
}

function parseComplexComponent(dataSet: DataSet, manufacturer: string): string {
  const declared = dataSet.text('ComplexImageComponent');
  if (declared !== undefined || !/^ge/i.test(manufacturer)) return declared ?? 'MAGNITUDE';
  const code = dataSet.anyNumber('GeComplexComponent') ?? 0;
  return ['MAGNITUDE', 'PHASE', 'REAL', 'IMAGINARY'][code] ?? 'MAGNITUDE';
}

/** Units of the values: from the PET attribute, and from real-world value maps. */
function parseUnitCodes(dataSet: DataSet): string[] {
  const mapped = dataSet
    .items('RealWorldValueMappingSequence')
    .flatMap((item) => item.items('MeasurementUnitsCodeSequence'))
    .flatMap((item) => item.text('CodeValue') ?? []);
  return [...dataSet.texts('Units'), ...mapped];
}

function vectorOf(values: readonly number[], count: number): Vector3 | undefined {
  const [x, y, z] = values;
  if (values.length !== count || x === undefined || y === undefined || z === undefined) return undefined;
  return values.every((value) => Number.isFinite(value)) ? [x, y, z] : undefined;
}

function spacingOf(values: readonly number[]): readonly [number, number] | undefined {
  const [row, column] = values;
  if (row === undefined || column === undefined || values.length !== 2) return undefined;
  return row > 0 && column > 0 && Number.isFinite(row * column) ? [row, column] : undefined;
}
