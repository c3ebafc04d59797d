import { join } from 'node:path';

export type OutputPaths = Readonly<{
  image: string;
  sidecar: string;
  report: string;
  record: string;
  /** Folder of the instances, `<study>/<scan>` (operations.md P-05); of DICOM input only. */
  series?: string;
}>;

/** A BIDS stem: entities `key-value`, the first of them the subject, and a suffix. */
const BIDS_STEM = /^(sub-[A-Za-z0-9]+(?:_[A-Za-z0-9]+-[A-Za-z0-9+]+)*)_([A-Za-z0-9]+)$/;

/**
 * Where one scan's outputs go. BIDS stems get their description before the suffix
 * (`sub-01_desc-harmonized_T1w`, bids-and-reports.md R-11), other stems after it.
 *
 * @param study the folder of a DICOM input's study
 */
export function outputPaths(outputDir: string, name: string, study?: string): OutputPaths {
  const bids = BIDS_STEM.exec(name);
  const stem = bids === null ? `${name}_desc-harmonized` : `${bids[1]!}_desc-harmonized_${bids[2]!}`;
  return {
    image: join(outputDir, `${stem}.nii.gz`),
    sidecar: join(outputDir, `${stem}.json`),
    report: join(outputDir, `${name}.html`),
    record: join(outputDir, `${name}.record.json`),
    ...(study === undefined ? {} : { series: join(outputDir, study, name) }),
  };
}
