import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe } from 'vitest';

import type { JsonValue } from '../../src/core/scanRecord.ts';

const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The interpreter of the oracle environment (test/oracle/requirements.txt), or undefined. */
export function oraclePython(): string | undefined {
  const candidates = [process.env['CONCORD_ORACLE_PYTHON'], `${repositoryRoot}.venv-oracle/bin/python`];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/** The same of the environment of DiagnoseHarmonisation alone (test/oracle/requirements-dharm.txt). */
export function dharmPython(): string | undefined {
  const candidates = [process.env['CONCORD_DHARM_PYTHON'], `${repositoryRoot}.venv-dharm/bin/python`];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/**
 * Runs a Python script and returns what it prints as one JSON value.
 * `script` is a path relative to test/oracle (ending in .py), or Python source text.
 */
export async function runOracle(script: string, args: readonly string[] = [], python = oraclePython()): Promise<JsonValue> {
  if (python === undefined) throw new Error('No oracle interpreter: set CONCORD_ORACLE_PYTHON.');
  const isFile = /^[\w./-]+\.py$/.test(script);
  const program = isFile ? [`${repositoryRoot}test/oracle/${script}`] : ['-c', script];
  return JSON.parse(await outputOf(python, [...program, ...args])) as JsonValue;
}

/** A suite that compares with Python packages: skipped with its reason, failing when CONCORD_REQUIRE_ORACLES=1. */
export function describeWithOracle(name: string, modules: readonly string[], suite: () => void, python = oraclePython()): void {
  const missing = python === undefined ? 'no oracle interpreter' : firstMissingModule(python, modules);
  declareSuite(name, missing, suite);
}

/** The same for a command-line program found on PATH, such as dcm2niix. */
export function describeWithProgram(name: string, programs: readonly string[], suite: () => void): void {
  const missing = programs.find((program) => spawnSync('which', [program]).status !== 0);
  declareSuite(name, missing === undefined ? undefined : `${missing} is not on PATH`, suite);
}

function declareSuite(name: string, missing: string | undefined, suite: () => void): void {
  if (missing === undefined) {
    describe(name, suite);
  } else if (process.env['CONCORD_REQUIRE_ORACLES'] === '1') {
    describe(name, (): void => {
      throw new Error(`CONCORD_REQUIRE_ORACLES=1, but ${missing}.`);
    });
  } else {
    describe.skip(`${name} (skipped: ${missing})`, suite);
  }
}

function firstMissingModule(python: string, modules: readonly string[]): string | undefined {
  const probe = 'import importlib.util as u, sys; print(next((m for m in sys.argv[1:] if not u.find_spec(m)), ""))';
  const missing = spawnSync(python, ['-c', probe, ...modules], { encoding: 'utf8' }).stdout.trim();
  return missing === '' ? undefined : `Python module ${missing} is not installed`;
}

function outputOf(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(Buffer.concat(out).toString('utf8'));
      else reject(new Error(`The oracle ended with ${String(status)}: ${Buffer.concat(err).toString('utf8').slice(-2000)}`));
    });
  });
}
