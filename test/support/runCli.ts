import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/packageRoot.ts';

export const cliPath = join(packageRoot, 'dist', 'cli.js');
export const tinyBundle = join(packageRoot, 'test', 'support', 'tinyBundle');

export type CliResult = Readonly<{ status: number | null; stdout: string; stderr: string }>;

/** Runs the built command line as a process. `npm test` builds it; a bare vitest run uses what was built last. */
export function runCli(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<CliResult> {
  return resultOf(startCli(args, options));
}

export function startCli(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): ChildProcess {
  if (!existsSync(cliPath)) throw new Error('dist/cli.js is missing: run "npm test", or "node scripts/setup.mjs" first.');
  return spawn(process.execPath, [cliPath, ...args], {
    cwd: options.cwd ?? packageRoot, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function resultOf(child: ChildProcess): Promise<CliResult> {
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout!.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr!.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') });
    });
  });
}
