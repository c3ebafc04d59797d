import { Presets, SingleBar } from 'cli-progress';

import type { Progress } from './command.ts';

/** A bar on standard error; where that is no terminal, one plain line a step. */
export function progressBar(label: string, total: number): Progress {
  if (!process.stderr.isTTY) {
    let done = 0;
    return {
      step: (note = '') => { process.stderr.write(`${label} ${++done}/${total} ${note}`.trimEnd() + '\n'); },
      finish: () => undefined,
    };
  }
  const format = `${label} {bar} {value}/{total} {note}`;
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.shades_classic);
  bar.start(total, 0, { note: '' });
  return { step: (note = '') => { bar.increment(1, { note }); }, finish: () => { bar.stop(); } };
}
