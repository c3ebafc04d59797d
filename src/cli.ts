#!/usr/bin/env node
import { commandModules } from './commands/commandModules.ts';
import { runCommandLine } from './commands/runCommandLine.ts';

// a reader that closes early (`concord … | head`) is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), commandModules);
