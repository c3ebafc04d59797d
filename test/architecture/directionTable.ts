// A data table: which folder of src may import which, and which file alone imports a package.

/** Folder (or file directly in src) → what it may import besides itself. */
export const directions: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  formats: ['core'],
  metrics: ['core'],
  field: ['core'],
  phantom: ['core'],
  // what needs no voxels: from numbers of scans to the validation record
  validation: ['core', 'metrics'],
  preprocess: ['core', 'config'],
  diffusion: ['core', 'config'],
  // a diffusion in image space on top of a gain field
  detail: ['core', 'diffusion', 'field'],
  inference: ['core', 'config'],
  // field too: a style is what the encoder makes of a scan's local statistics, and its brain quantiles; metrics: how far its people lie apart
  style: ['core', 'config', 'inference', 'field', 'metrics'],
  report: ['core', 'metrics'],
  pipeline: ['core', 'config', 'formats', 'preprocess', 'inference', 'style', 'diffusion', 'field', 'detail', 'metrics', 'validation', 'report'],
  // formats and inference too: a worker loads a bundle once and is then sent one found scan after another
  cohort: ['core', 'config', 'formats', 'inference', 'pipeline'],
  commands: [
    'core', 'config', 'formats', 'preprocess', 'inference', 'style', 'diffusion', 'field', 'metrics', 'report', 'pipeline',
    'cohort', 'phantom',
  ],
  'cli.ts': ['core', 'commands'],
};

/** Third-party package → the one file that imports it. */
export const packageOwners: Readonly<Record<string, string>> = {
  '@cornerstonejs/dicom-codec': 'formats/dicom/decode/frameCodec.ts',
  '@itk-wasm/dicom': 'formats/dicom/decode/extendedJpeg.ts',
  '@observablehq/plot': 'report/chart.ts',
  ajv: 'config/schemaCheck.ts',
  'cli-progress': 'commands/progress.ts',
  commander: 'commands/commandLine.ts',
  'dcmjs-codecs': 'formats/dicom/decode/jpegXl.ts',
  'dicom-character-set': 'formats/dicom/characterSet.ts',
  dcmjs: 'formats/dicom/write/dictionary.ts',
  'dicom-parser': 'formats/dicom/dataSet.ts',
  linkedom: 'report/chart.ts',
  'fft.js': 'field/fourier.ts',
  'ml-matrix': 'metrics/cohort/matrix.ts',
  'nifti-reader-js': 'formats/nifti/storedFields.ts',
  'onnxruntime-node': 'inference/onnxRuntime.ts',
  pino: 'commands/runLog.ts',
  sharp: 'report/image.ts',
  'umap-js': 'validation/umapDrawings.ts',
};

/** Folders that only compute: the same numbers in give the same numbers out, whatever the machine. */
export const withoutNode: readonly string[] = ['core', 'preprocess', 'style', 'diffusion', 'field', 'detail', 'metrics', 'validation'];
