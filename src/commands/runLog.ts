import pino from 'pino';

import { ConcordError } from '../core/errors.ts';
import type { RunLog } from './command.ts';

const SILENT: RunLog = { info: () => undefined, warn: () => undefined, close: () => Promise.resolve() };

/**
 * The operational log: JSON lines to a file, to standard error, to both or to nowhere. Without host name or process
 * id; what is logged holds no paths and no header text (operations.md P-30).
 *
 * @throws CONCORD_OUTPUT_NOT_WRITABLE when the file cannot be opened
 */
export function openLog(options: Readonly<{ file: string | undefined; isVerbose: boolean }>): RunLog {
  const streams = [
    ...(options.file === undefined ? [] : [{ stream: openFile(options.file) }]),
    ...(options.isVerbose ? [{ stream: pino.destination({ dest: 2, sync: true }) }] : []),
  ];
  if (streams.length === 0) return SILENT;
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.multistream(streams));
  return {
    info: (fields, message) => { logger.info(fields, message); },
    warn: (fields, message) => { logger.warn(fields, message); },
    close: () => new Promise((resolve) => { logger.flush(() => { resolve(); }); }),
  };
}

function openFile(path: string): ReturnType<typeof pino.destination> {
  try {
    return pino.destination({ dest: path, sync: true });
  } catch (cause) {
    throw new ConcordError('CONCORD_OUTPUT_NOT_WRITABLE', 'The log file cannot be opened for writing.', { cause });
  }
}
