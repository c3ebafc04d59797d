import { ConcordError } from './errors.ts';

/** The issue table: a scan's own fault, collected and reported, never a reason to end a cohort (dicom.md §2). */
export const issueTable = {
  NOT_IMAGE: { severity: 'skip', remedy: 'Nothing to do: the object holds no image.' },
  UNSUPPORTED_FORMAT: { severity: 'refuse', remedy: 'Convert the file to NIfTI or export classic DICOM.' },
  UNSUPPORTED_SOP_CLASS: { severity: 'skip', remedy: 'Export classic CT or MR images.' },
  UNSUPPORTED_SOP_CLASS_ENHANCED: { severity: 'refuse', remedy: 'Convert with dcm2niix, or export classic (single-frame) DICOM.' },
  MALFORMED: { severity: 'refuse', remedy: 'Export the scan again; the file contradicts its own header.' },
  TRUNCATED: { severity: 'refuse', remedy: 'Copy the file again; it ends early.' },
  CORRUPT_GZIP: { severity: 'refuse', remedy: 'Copy the file again; its compressed data are damaged.' },
  DECOMPRESSION_BOMB: { severity: 'refuse', remedy: 'Do not use this file: it expands far beyond what its header declares.' },
  NOT_3D: { severity: 'refuse', remedy: 'Split the series and give one 3-D volume.' },
  COLOR: { severity: 'refuse', remedy: 'Give the grey-scale scan; colour images are screenshots or maps.' },
  TOO_FEW_SLICES: { severity: 'refuse', remedy: 'Give a volume with at least three slices.' },
  TOO_LARGE: { severity: 'refuse', remedy: 'Crop or resample the scan: it needs more memory than one scan may take.' },
  NON_FINITE: { severity: 'flag', remedy: 'Check the export: some voxels are NaN or infinite and were read as 0.' },
  CONSTANT: { severity: 'refuse', remedy: 'Check the export: every voxel has the same value.' },
  QFORM_SFORM_DIFFER: { severity: 'flag', remedy: 'Check the orientation: qform and sform disagree; sform was used.' },
  NO_ORIENTATION: { severity: 'flag', remedy: 'Check left and right: the file names no orientation, so its axes were read as right, anterior, superior.' },
  SIDECAR_UNREADABLE: { severity: 'flag', remedy: 'Repair the JSON file beside the scan; its acquisition facts were left out.' },
  UNREADABLE: { severity: 'refuse', remedy: 'Check the permissions of the file, and that no link leads out of the input folder.' },
  WRONG_MODALITY: { severity: 'refuse', remedy: 'Choose the protocol made for this modality.' },
  NO_HEAD: { severity: 'refuse', remedy: 'Give a scan that shows the upper head.' },
  NO_BODY: { severity: 'refuse', remedy: 'Give a CT that shows a part of a body.' },
  LOCALIZER: { severity: 'skip', remedy: 'Nothing to do: localizers are not harmonized.' },
  DERIVED_INPUT: { severity: 'refuse', remedy: 'Give the original series, not one computed from it.' },
  ALREADY_HARMONIZED: { severity: 'refuse', remedy: 'Give the original series: harmonizing twice is refused.' },
  QUANTITATIVE_MAP: { severity: 'refuse', remedy: 'Leave quantitative maps as they are; their values are measurements.' },
  DWI_RAW: { severity: 'refuse', remedy: 'Use a diffusion harmonization tool.' },
  COMPLEX_COMPONENT: { severity: 'refuse', remedy: 'Give the magnitude series.' },
  MOSAIC: { severity: 'refuse', remedy: 'Convert the mosaic with dcm2niix first.' },
  MIXED_SERIES: { severity: 'refuse', remedy: 'Split the series by echo, phase or orientation.' },
  DUP_POSITION: { severity: 'refuse', remedy: 'Split the series: two slices share one position.' },
  DUP_SOP: { severity: 'refuse', remedy: 'Remove one of the two instances that share a UID.' },
  MISSING_SLICES: { severity: 'refuse', remedy: 'Export the series again; slices are missing.' },
  VARIABLE_SPACING: { severity: 'refuse', remedy: 'Split the series where the slice spacing changes.' },
  GANTRY_TILT: { severity: 'flag', remedy: 'Nothing to do: the sheared grid was kept.' },
  NOT_HU: { severity: 'refuse', remedy: 'Give CT in Hounsfield units.' },
  METAL: { severity: 'flag', remedy: 'Nothing to do: metal stays as it is; texture beside it may carry streaks.' },
  TRUNCATED_FOV: { severity: 'flag', remedy: 'Nothing to do: the body reaches the edge of the field of view; measurements near it are cut off.' },
  UNCHANGED: { severity: 'flag', remedy: 'Nothing to do where the scan already looked like the reference; otherwise give a reference that differs more.' },
  FEW_PATCHES: { severity: 'flag', remedy: 'Give scans that show more tissue: without six patches of 12 mm inside the body a kernel is unknown. Then the scan stays as it is or, where it is the cohort that shows too little, speaks for itself.' },
  MIXED_KERNELS: { severity: 'flag', remedy: 'Give scans of one scanner and kernel as reference or as cohort: what is read from several kernels together is none of them.' },
  UNLIKE_COHORT: { severity: 'flag', remedy: 'Check which scanner and kernel the scan is of, and give each of them a run of its own: this scan was harmonized by itself.' },
  BURNED_IN: { severity: 'refuse', remedy: 'Remove the burned-in text upstream.' },
  PIXEL_LENGTH: { severity: 'refuse', remedy: 'Export the scan again; pixel data and header disagree.' },
  UNSUPPORTED_TS: { severity: 'refuse', remedy: 'Convert to an uncompressed transfer syntax.' },
  VALUE_MAP: { severity: 'flag', remedy: 'The map to real-world values holds for the source alone; a harmonized series is written without it.' },
  LOSSY_SOURCE: { severity: 'flag', remedy: 'Prefer the lossless original, if there is one.' },
  TIMEOUT: { severity: 'fail', remedy: 'Raise --time-limit.' },
  WORKER_CRASH: { severity: 'fail', remedy: 'Run the scan alone; if it fails again, report it.' },
  OOD_ANATOMY: { severity: 'refuse', remedy: 'The anatomy is unlike anything the model knows; keep the source.' },
  OOD_STYLE: { severity: 'refuse', remedy: 'The style is unlike anything the model knows; choose another reference or keep the source.' },
  UNCERTAIN: { severity: 'refuse', remedy: 'The draws disagree too much; add reference scans or keep the source.' },
  QC_FAIL: { severity: 'refuse', remedy: 'Keep the source; the output left its bounds.' },
  NO_PARTNER: { severity: 'skip', remedy: 'Name the scans of both folders alike; an added _desc-… entity may differ.' },
  OTHER_GRID: { severity: 'flag', remedy: 'Bring the truth to the grid of its scan; until then no error is measured for it.' },
  DATATYPE_WIDENED: { severity: 'flag', remedy: 'Nothing to do: the output is float32, as the source type could not hold it.' },
} as const satisfies Record<string, { severity: 'skip' | 'refuse' | 'flag' | 'fail'; remedy: string }>;

export type IssueCode = keyof typeof issueTable;
export type IssueSeverity = (typeof issueTable)[IssueCode]['severity'];

/** One fault of one scan. `detail` holds measured facts only, nothing a patient could be known by. */
export type Issue = Readonly<{ code: IssueCode; severity: IssueSeverity; detail: string; remedy: string }>;

export function issue(code: IssueCode, detail: string): Issue {
  return { code, severity: issueTable[code].severity, detail, remedy: issueTable[code].remedy };
}

/** Code and what was measured, for a line of text. */
export function issueText({ code, detail }: Issue): string {
  return `${code} (${detail})`;
}

/** Carries an issue that ends this scan, and only this scan, up to whoever collects issues. */
export class ScanRefusal extends ConcordError {
  readonly issue: Issue;

  constructor(code: IssueCode, detail: string, cause?: unknown) {
    super('CONCORD_INPUT_UNREADABLE', `${code}: ${detail}`, { cause, issueCode: code });
    this.issue = issue(code, detail);
  }
}
