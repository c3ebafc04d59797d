import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { packageRoot } from '../../src/config/packageRoot.ts';
import { RESEARCH_USE } from '../../src/core/scanRecord.ts';
import { parseNiftiHeader } from '../../src/formats/nifti/header.ts';
import { viewerImages } from '../../src/pipeline/evaluation/viewerImages.ts';
import { writeViewer } from '../../src/pipeline/writeViewer.ts';
import { phantomScan, writeInt16 } from '../support/phantomScan.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const launch = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

let folder: string;
let paths: { before: string; after: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'concord-viewer-'));
  paths = { before: join(folder, 'before'), after: join(folder, 'after') };
  const scan = phantomScan('sub-01', 'a');
  const top = scan.samples.reduce((most, value) => Math.max(most, value), 0);
  await mkdir(join(folder, 'evaluation'));
  await writeInt16(join(paths.before, 'sub-01_T1w.nii'), scan);
  await writeInt16(join(paths.after, 'sub-01_desc-harmonized_T1w.nii'), scan, (value) => (value > 0 ? top * (value / top) ** 1.6 : value));
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('viewerImages', () => {
  it('holds the slices above the eyes and nothing below them', async () => {
    const { scan, before, after } = await viewerImages('01', paths);
    expect(scan).toBe('sub-01_T1w');
    expect(parseNiftiHeader(before).shape).toEqual([96, 120, 96 - 52]);
    expect(before.length).toBe(352 + 2 * 96 * 120 * 44);
    expect(Buffer.compare(before, after)).not.toBe(0);
  }, 60_000);

  it('says which subject has no pair', async () => {
    await expect(viewerImages('sub-07', paths)).rejects.toMatchObject({ code: 'CONCORD_USAGE' });
  });
});

describe('writeViewer', () => {
  it('says how to get the viewer where it was not built', async () => {
    await expect(writeViewer(folder, 'sub-01', paths, '0.1.0', join(folder, 'none.js'))).rejects.toMatchObject({ code: 'CONCORD_VIEWER', remedy: expect.stringContaining('npm run setup') as string });
    expect(existsSync(join(folder, 'viewer.html'))).toBe(false);
  });

  it('carries the licences of everything that is bundled', async () => {
    const bundle = await readFile(join(packageRoot, 'dist', 'viewer', 'page.js'), 'utf8');
    const notice = bundle.slice(0, bundle.indexOf('*/'));
    for (const words of ['@niivue/niivue 0.69.0', 'Copyright (c) 2021, Niivue', 'gl-matrix', 'fflate', 'nifti-reader-js']) expect(notice).toContain(words);
  });
});

function inChromium(): void {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    const path = await writeViewer(join(folder, 'evaluation'), 'sub-01', paths, '0.1.0');
    browser = await chromium.launch({ executablePath: executablePath!, args: launch });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('console', (message) => { if (message.type() === 'error' || /Content Security Policy|Refused/.test(message.text())) complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    // compiling shaders without a GPU keeps a page from loading for seconds
    await page.goto(pathToFileURL(path).href, { waitUntil: 'commit' });
    await page.waitForSelector('body[data-state]', { timeout: 60_000 });
  }, 120_000);

  afterAll(async () => {
    await browser.close();
  });

  /** Share of a canvas that is brighter than black, by what is really on the screen. */
  async function brightShare(id: string): Promise<number> {
    const shot = (await page.locator(`#${id}`).screenshot()).toString('base64');
    return page.evaluate(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${shot}';
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      let bright = 0;
      for (let n = 0; n < data.length; n += 4) if (data[n] > 60) bright++;
      return (4 * bright) / data.length;
    })()`);
  }

  it('paints both heads, asks for nothing and complains of nothing', async () => {
    expect(complaints).toEqual([]);
    expect(await page.getAttribute('body', 'data-state')).toBe('shown');
    expect(await brightShare('before')).toBeGreaterThan(0.05);
    expect(await brightShare('after')).toBeGreaterThan(0.05);
    expect(requests.filter((url) => !url.startsWith('data:') && !url.startsWith('blob:'))).toHaveLength(1);
    expect(await page.textContent('header')).toContain(RESEARCH_USE);
  }, 60_000);

  it('moves both pictures when one is clicked, and tells the values there', async () => {
    const told = await page.textContent('#values');
    const other = (await page.locator('#after').screenshot()).toString('base64');
    const box = (await page.locator('#before').boundingBox())!;
    await page.mouse.click(box.x + 0.2 * box.width, box.y + 0.2 * box.height);
    await page.waitForTimeout(500);
    expect(await page.textContent('#values')).toMatch(/^before -?[\d.]+, after -?[\d.]+$/);
    expect(await page.textContent('#values')).not.toBe(told);
    expect((await page.locator('#after').screenshot()).toString('base64')).not.toBe(other);
  }, 60_000);

  it('lets no other script and no request through', async () => {
    const policy = await page.getAttribute('meta[http-equiv]', 'content');
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data: blob:; connect-src 'none';/);
    expect(await page.evaluate('fetch("https://example.org/").then(() => "sent", () => "refused")')).toBe('refused');
  });
}

if (executablePath !== undefined) describe('the viewer in Chromium', inChromium);
else if (process.env['CONCORD_REQUIRE_SERVICES'] === '1') {
  describe('the viewer in Chromium', (): void => {
    throw new Error('CONCORD_REQUIRE_SERVICES=1, but Chromium is not installed.');
  });
} else describe.skip('the viewer in Chromium (skipped: Chromium is not installed)', inChromium);
