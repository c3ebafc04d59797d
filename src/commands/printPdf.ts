import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ConcordError } from '../core/errors.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';

/** What the browsers that can print headlessly are called on a PATH, and where they are installed without one. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge', 'msedge'];
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** A report of 200 scans prints in seconds; a browser that takes longer than this hangs. */
const LIMIT_MS = 120_000;

/**
 * Prints a page as PDF with the user's own Chromium, Chrome or Edge. The browser gets a profile of its own, no network
 * and nothing but the file.
 *
 * @param browser a program to use instead of what is found
 * @throws CONCORD_BROWSER where there is none, or it does not print; CONCORD_OUTPUT_NOT_WRITABLE, CONCORD_NO_SPACE
 */
export async function printPdf(pagePath: string, pdfPath: string, browser: string | undefined, signal: AbortSignal): Promise<void> {
  const program = browser === undefined ? await findBrowser() : resolve(browser);
  const folder = await mkdtemp(join(tmpdir(), 'concord-print-'));
  try {
    const printed = join(folder, 'page.pdf');
    await runBrowser(program, [
      '--headless', '--disable-gpu', '--no-first-run', '--disable-extensions', '--disable-background-networking', '--proxy-server=127.0.0.1:9', `--user-data-dir=${join(folder, 'profile')}`,
      // Chromium has no sandbox for root; the page has no script and asks for nothing
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--no-pdf-header-footer', `--print-to-pdf=${printed}`, pathToFileURL(resolve(pagePath)).href,
    ], signal);
    const pdf = await readFile(printed).catch((cause: unknown) => { throw new ConcordError('CONCORD_BROWSER', 'The browser ended without printing.', { cause }); });
    await writeFileAtomic(pdfPath, pdf);
  } finally {
    // a browser's last helper may still be writing its profile
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** The first of the known browsers that may be run. @throws CONCORD_BROWSER */
async function findBrowser(): Promise<string> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const onPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name + suffix)));
  for (const program of [...onPath, ...places]) {
    if (await access(program, constants.X_OK).then(() => true, () => false)) return program;
  }
  throw new ConcordError('CONCORD_BROWSER', 'No Chromium, Chrome or Edge was found to print the PDF with.');
}

function runBrowser(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    // not spawn's own timeout: its timer outlives a program that never started
    const child = spawn(program, args, { stdio: 'ignore', signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]) });
    child.on('error', (cause) => {
      fail(new ConcordError('CONCORD_BROWSER', cause.name === 'AbortError' ? 'The browser was ended before it had printed.' : 'The browser could not be started.', { cause }));
    });
    child.on('exit', (code, killedBy) => {
      if (code === 0) done();
      else fail(new ConcordError('CONCORD_BROWSER', `The browser ended with ${killedBy ?? `status ${code}`} and printed nothing.`));
    });
  });
}
