import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cohortSections, renderCohortReport } from '../../src/report/cohortReport.ts';
import { renderScanReport } from '../../src/report/scanReport.ts';
import { scanSections } from '../../src/report/sections.ts';
import { sampleCohort } from '../support/sampleCohort.ts';
import { sampleImages, sampleRecord } from '../support/sampleScan.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const flags = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

type Seen = Readonly<{ complaints: string[]; requests: string[]; sections: string[]; numbers: number[]; sizes: number[]; missingAlternatives: number; scripts: number; overflow: number; styled: boolean }>;

function suite(): void {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'concord-report-'));
    browser = await chromium.launch({ executablePath: executablePath!, args: flags });
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a report from disk and notes everything that it says and asks for. */
  async function open(html: string, width = 1280): Promise<Seen> {
    const path = join(folder, 'report.html');
    await writeFile(path, html);
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push('a dialog opened');
      void dialog.dismiss();
    });
    page.on('request', (request) => requests.push(request.url().slice(0, 40)));
    await page.goto(pathToFileURL(path).href, { waitUntil: 'load' });
    const all = <Result>(script: string): Promise<Result> => page.evaluate(script);
    const seen: Seen = {
      complaints,
      requests: requests.filter((url) => !url.startsWith('data:') && !url.startsWith('file:')),
      sections: await all('[...document.querySelectorAll("main section")].map((s) => s.id)'),
      numbers: await all('[...document.querySelectorAll("data")].map((d) => Number(d.value))'),
      sizes: await all('[...document.images].map((i) => i.complete ? i.naturalWidth : 0)'),
      missingAlternatives: await all('[...document.images].filter((i) => !i.alt).length + [...document.querySelectorAll(".chart")].filter((c) => !c.getAttribute("aria-label")).length'),
      scripts: await all('document.scripts.length'),
      overflow: await all('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
      styled: await all('getComputedStyle(document.querySelector("h1")).fontSize === "34px"'),
    };
    await page.close();
    return seen;
  }

  it('opens a scan report without a complaint, a request or a script, styled and with its pictures', async () => {
    const record = sampleRecord();
    const seen = await open(await renderScanReport(record, sampleImages()));
    expect(seen).toMatchObject({ complaints: [], requests: [], missingAlternatives: 0, scripts: 0, styled: true });
    expect(seen.sections).toEqual(scanSections.map(({ id }) => id));
    expect(seen.sizes).toEqual([1152, 1152, 1152, 1152, 1152]);
    for (const metric of record.metrics) if ('value' in metric) expect(seen.numbers).toContain(metric.value);
  });

  it('opens a cohort report likewise, and every number is the record’s', async () => {
    const record = sampleCohort();
    const seen = await open(renderCohortReport(record));
    expect(seen).toMatchObject({ complaints: [], requests: [], missingAlternatives: 0, scripts: 0, styled: true });
    expect(seen.sections).toEqual(cohortSections.map(({ id }) => id));
    for (const { before, after } of record.distances) {
      for (const estimate of [before, after]) if ('value' in estimate) expect(seen.numbers).toContain(estimate.value);
    }
  });

  it('fits a telephone’s width without scrolling sideways', async () => {
    expect((await open(await renderScanReport(sampleRecord(), sampleImages()), 390)).overflow).toBe(0);
    expect((await open(renderCohortReport(sampleCohort()), 390)).overflow).toBe(0);
  });

  it('runs nothing that a header field smuggles in', async () => {
    const hostile = `"><script>alert(1)</script><img src="x" onerror="alert(2)"><svg onload="alert(3)">`;
    const { source } = sampleRecord();
    const record = sampleRecord({ scan: hostile, source: { ...source, acquisition: { manufacturer: hostile, sequence: hostile } }, conform: { note: `</pre>${hostile}` } });
    const seen = await open(await renderScanReport(record, sampleImages()));
    expect(seen).toMatchObject({ complaints: [], requests: [], scripts: 0 });
    expect(seen.sizes).toHaveLength(5);
  });
}

if (executablePath !== undefined) describe('reports in Chromium', suite);
else if (process.env['CONCORD_REQUIRE_SERVICES'] === '1') {
  describe('reports in Chromium', (): void => {
    throw new Error('CONCORD_REQUIRE_SERVICES=1, but Chromium is not installed.');
  });
} else describe.skip('reports in Chromium (skipped: Chromium is not installed)', suite);
