import type { ScanRecord } from '../core/scanRecord.ts';
import { renderPage } from './page.ts';
import { drawCtFigures, type CtImages } from './scan/ctFigures.ts';
import { drawHeadFigures, type HeadImages } from './scan/figures.ts';
import { renderOpening } from './scan/summary.ts';
import { scanSections } from './sections.ts';

/** What a report's pictures are drawn from: a head on its working grid, or pieces of CT slices. */
export type ReportImages = HeadImages | CtImages;

/**
 * The report of one scan: one HTML file without scripts or network. It prints the record and computes nothing of it;
 * equal records and images give equal bytes. `images` is null for a scan that was refused before it was conformed.
 */
export async function renderScanReport(record: ScanRecord, images: ReportImages | null): Promise<string> {
  const figures = images === null ? null : 'brain' in images ? await drawHeadFigures(images) : await drawCtFigures(images);
  return renderPage({
    kind: 'Scan report',
    title: record.scan,
    concordVersion: record.concordVersion,
    opening: renderOpening(record),
    sections: scanSections,
    content: { record, figures },
  });
}
