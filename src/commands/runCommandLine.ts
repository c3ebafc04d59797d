import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { packageRoot } from '../config/packageRoot.ts';
import { scrubbed } from '../cohort/messages.ts';
import { ConcordError } from '../core/errors.ts';
import type { CommandContext, CommandModule, CommonValues, ExitStatus } from './command.ts';
import { parseCommandLine } from './commandLine.ts';
import { progressBar } from './progress.ts';
import { openLog } from './runLog.ts';

/** Parses, runs and answers; every way a command can end comes out as an exit status. */
export async function runCommandLine(argv: readonly string[], modules: readonly CommandModule[]): Promise<ExitStatus> {
  try {
    const request = parseCommandLine(argv, packageVersion(), modules);
    if (request.kind === 'text') {
      process.stdout.write(request.text);
      return 0;
    }
    return await runCommand(request.command, request.values);
  } catch (error) {
    return reportError(error, argv.includes('--json'));
  }
}

export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}

async function runCommand(module: CommandModule, values: Readonly<Record<string, unknown>>): Promise<ExitStatus> {
  const { json, verbose, logFile } = values as CommonValues;
  const signal = interruption();
  const log = openLog({ file: logFile, isVerbose: verbose });
  const context: CommandContext = {
    version: packageVersion(),
    result: (value, text) => { process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`); },
    say: (line) => { process.stderr.write(`${line}\n`); },
    progress: progressBar,
    log,
    signal,
  };
  log.info({ command: module.name, version: context.version }, 'begin');
  let status: ExitStatus;
  try {
    status = await module.run(values, context);
  } catch (error) {
    // what an interruption breaks is no fault of its own
    status = signal.aborted ? (signal.reason as ExitStatus) : reportError(error, json);
  }
  const ended = signal.aborted ? (signal.reason as 130 | 143) : status;
  log.info({ command: module.name, status: ended }, 'end');
  await log.close();
  return ended;
}

/** The first SIGINT or SIGTERM asks the command to end, the second one ends the process (operations.md T-25). */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const [name, status] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(status);
      process.stderr.write('Ending: unfinished scans are left out. Once more ends at once.\n');
      controller.abort(status);
    });
  }
  return controller.signal;
}

/** Code, message and remedy on standard error, and with --json on standard output too. */
function reportError(error: unknown, isJson: boolean): ExitStatus {
  const known = error instanceof ConcordError ? error : new ConcordError('CONCORD_INTERNAL', scrubbed(error), { cause: error });
  const { code, message, remedy } = known;
  process.stderr.write(`concord: ${code}: ${message}\n  ${remedy}\n`);
  if (known !== error && error instanceof Error && process.env['CONCORD_STACK'] === '1') process.stderr.write(`${error.stack ?? ''}\n`);
  if (isJson) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } }, null, 2)}\n`);
  return known.exitStatus as ExitStatus;
}
