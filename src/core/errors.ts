/** The error table: every thrown code with its exit status (docs/reference/errors.md) and its remedy. */
export const errorTable = {
  CONCORD_USAGE: { exit: 2, remedy: 'Run the command with --help; it ends with an example that works.' },
  CONCORD_PROTOCOL: { exit: 2, remedy: 'Compare the protocol file with protocols/schema/protocol.schema.json.' },
  CONCORD_DEVICE: { exit: 2, remedy: 'Run "concord doctor" to see which devices are usable, or pass --device cpu.' },
  CONCORD_NO_INPUT: { exit: 3, remedy: 'Point <input> to a NIfTI file, a folder of NIfTI files, or a DICOM series folder.' },
  CONCORD_NO_EVALUATION: { exit: 3, remedy: 'Give the folder that "concord evaluate" wrote, or run "concord evaluate" again.' },
  CONCORD_BROWSER: { exit: 2, remedy: 'Install Chromium or Google Chrome, name it with --browser, or open the HTML in any browser and print it from there.' },
  CONCORD_VIEWER: { exit: 2, remedy: 'Run "npm run setup" in the folder of concord, which builds it without network; the report itself needs no viewer.' },
  CONCORD_INPUT_UNREADABLE: { exit: 5, remedy: 'Check that the file is complete and readable, then convert or export it again.' },
  CONCORD_OUTPUT_NOT_WRITABLE: { exit: 6, remedy: 'Choose an output folder that you may write to and that holds no inputs.' },
  CONCORD_NO_SPACE: { exit: 6, remedy: 'Free disk space, or choose an output folder on another disk.' },
  CONCORD_OUTPUT_LOCKED: { exit: 6, remedy: 'Another concord run uses this output folder: wait for it, or choose another folder.' },
  CONCORD_MODEL_MISSING: { exit: 7, remedy: 'Run "concord models list"; reinstall concord if its models folder is incomplete.' },
  CONCORD_MODEL_HASH: { exit: 7, remedy: 'The model file was changed after it was published: reinstall the bundle.' },
  CONCORD_MODEL_SHAPE: { exit: 7, remedy: 'The bundle contradicts its manifest: reinstall it, and report the bundle id.' },
  CONCORD_REFERENCE: { exit: 7, remedy: 'Give --reference a readable scan, a folder of scans, or a style file made by "concord style create".' },
  CONCORD_GRID_MISMATCH: { exit: 5, remedy: 'Give volumes that share one voxel grid.' },
  CONCORD_SCHEDULE_ORDER: { exit: 1, remedy: 'Report this as a bug, with the scan record.' },
  CONCORD_TIMEOUT: { exit: 8, remedy: 'Raise --time-limit, or run fewer --workers.' },
  CONCORD_WORKER: { exit: 8, remedy: 'Run the scan alone; if it fails again, report it with its scan record.' },
  CONCORD_INTERNAL: { exit: 1, remedy: 'Report this as a bug, with the command and the log.' },
} as const satisfies Record<string, { exit: number; remedy: string }>;

export type ErrorCode = keyof typeof errorTable;

/** A typed failure: `message` says expected and got; the remedy comes from the table. */
export class ConcordError extends Error {
  override readonly name = 'ConcordError';
  readonly code: ErrorCode;
  /** The scan's own fault, when one caused this error (docs/reference/issues.md). */
  readonly issueCode: string | undefined;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; issueCode?: string }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.issueCode = options?.issueCode;
  }

  get exitStatus(): number {
    return errorTable[this.code].exit;
  }

  get remedy(): string {
    return errorTable[this.code].remedy;
  }
}
