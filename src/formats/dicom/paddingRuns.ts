import { storedValueOf } from './framePixels.ts';
import type { FrameWords } from './framePixels.ts';
import type { PixelForm } from './instanceHeader.ts';

/**
 * Where a slice holds padding and which: triples (first, end, stored value) of neighbouring voxels of one value, row by row as
 * stored, in rising order. Empty where the form has no padding. All that writing a slice back needs of the source's pixels.
 */
export type PaddingRuns = Int32Array;

const NONE: PaddingRuns = new Int32Array();

export function paddingRunsOf(words: FrameWords, form: PixelForm): PaddingRuns {
  if (form.padding === undefined) return NONE;
  const [low, high] = form.padding;
  const valueOf = storedValueOf(form);
  const runs: number[] = [];
  for (let n = 0; n < words.length; n++) {
    const value = valueOf(words[n]!);
    if (value < low || value > high) continue;
    const first = n;
    while (n + 1 < words.length && valueOf(words[n + 1]!) === value) n++;
    runs.push(first, n + 1, value);
  }
  return runs.length === 0 ? NONE : Int32Array.from(runs);
}
