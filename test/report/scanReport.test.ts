import { describe, expect, it } from 'vitest';

import { RESEARCH_USE } from '../../src/core/scanRecord.ts';
import { renderScanReport } from '../../src/report/scanReport.ts';
import { scanSections } from '../../src/report/sections.ts';
import { sampleImages, sampleRecord } from '../support/sampleScan.ts';

/** Numbers as a machine reads them from the page. */
function machineNumbers(page: string): number[] {
  return [...page.matchAll(/<data value="([^"]*)"/g)].map(([, value]) => Number(value));
}

describe('scan report', () => {
  it('holds every metric and gate value of the record, exactly', async () => {
    const record = sampleRecord();
    const numbers = machineNumbers(await renderScanReport(record, sampleImages()));
    for (const metric of record.metrics) if ('value' in metric) expect(numbers).toContain(metric.value);
    for (const gate of record.gates) expect(numbers).toEqual(expect.arrayContaining([gate.value, gate.limit]));
  });

  it('has the sections of its table of contents in order, and the research sentence in header and footer', async () => {
    const page = await renderScanReport(sampleRecord(), null);
    const ids = [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(scanSections.map(({ id }) => id));
    expect(ids).toEqual(['summary', 'visual', 'metrics', 'gates', 'warnings', 'provenance', 'reproduce', 'methods', 'checklist', 'errors']);
    expect(page.split(RESEARCH_USE).length - 1).toBe(2);
  });

  it('shows an absent metric as absent with its reason, never as a number', async () => {
    const page = await renderScanReport(sampleRecord({ metrics: [{ id: 'fber.source', unavailable: 'NO_BACKGROUND' }] }), null);
    expect(page).toContain('absent: no background');
  });

  it('says why a scan was refused, and the remedy', async () => {
    const page = await renderScanReport(
      sampleRecord({
        status: 'refused', toneCurve: null, metrics: [], gates: [], outputs: [],
        issues: [{ code: 'NO_HEAD', severity: 'refuse', detail: 'No slice shows 15 cm² of tissue.', remedy: 'Give a scan that shows the upper head.' }],
      }),
      null,
    );
    expect(page).toContain('Refused: no image was written');
    expect(page).toContain('No slice shows 15 cm² of tissue.');
    expect(page).toContain('Give a scan that shows the upper head.');
  });

  it('escapes a hostile header field, wherever the record carries it', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;
    const record = sampleRecord();
    const page = await renderScanReport(
      sampleRecord({
        scan: hostile,
        source: { ...record.source, acquisition: { manufacturer: hostile, sequence: hostile } },
        reference: { ...record.reference, styleId: hostile, acquisition: { model: hostile } },
        conform: { [hostile]: hostile },
        protocol: { id: hostile },
        issues: [{ code: 'MALFORMED', severity: 'flag', detail: hostile, remedy: hostile }],
        gates: [{ gate: hostile, verdict: 'flag', value: 1, limit: 1, detail: hostile }],
      }),
      sampleImages(),
    );
    expect(page).not.toMatch(/<script|<img src=x/);
    expect(page).toContain('&lt;script&gt;');
  });

  it('allows exactly its own style sheet and embedded pictures', async () => {
    const page = await renderScanReport(sampleRecord(), sampleImages());
    expect(page).toMatch(/content="default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-/);
    expect(page).not.toMatch(/ style="| on[a-z]+="|https?:\/\/(?!www\.w3\.org)/);
  });

  it('is the same bytes for the same record and images', async () => {
    expect(await renderScanReport(sampleRecord(), sampleImages())).toBe(await renderScanReport(sampleRecord(), sampleImages()));
  });
});
