import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe } from 'vitest';

const dataRoot = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Absolute path of a shared development scan, or undefined where this checkout has none. */
export function sharedData(relativePath: string): string | undefined {
  const path = dataRoot + relativePath;
  if (existsSync(path)) return path;
  if (isDataRequired()) {
    throw new Error(`CONCORD_REQUIRE_DATA=1, but ../shared/data/${relativePath} is missing.`);
  }
  return undefined;
}

/**
 * A suite that reads real scans. Where one is missing the suite is skipped with the reason in its name;
 * with CONCORD_REQUIRE_DATA=1 it fails instead.
 */
export function describeWithData<const Paths extends readonly string[]>(
  name: string,
  relativePaths: Paths,
  suite: (paths: { [Index in keyof Paths]: string }) => void,
): void {
  const paths = relativePaths.map((path) => dataRoot + path) as { [Index in keyof Paths]: string };
  const missing = relativePaths.filter((path) => !existsSync(dataRoot + path));
  if (missing.length === 0) {
    describe(name, () => {
      suite(paths);
    });
    return;
  }
  const reason = `../shared/data/${missing[0]!} is missing`;
  if (isDataRequired()) {
    describe(name, (): void => {
      throw new Error(`CONCORD_REQUIRE_DATA=1, but ${reason}.`);
    });
    return;
  }
  describe.skip(`${name} (skipped: ${reason})`, () => {
    suite(paths);
  });
}

function isDataRequired(): boolean {
  return process.env['CONCORD_REQUIRE_DATA'] === '1';
}
