import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';

import { frameWordsOf } from '../../../src/formats/dicom/framePixels.ts';
import { dicomBytes, sliceElements, writeSeries } from '../../support/dicomBytes.ts';
import { deriveSeries } from '../../support/derivedSeries.ts';
import { scratchFolder } from '../../support/scratch.ts';

vi.mock('../../../src/formats/dicom/framePixels.ts', async (original) => {
  const actual = await original<{ frameWordsOf: (...given: unknown[]) => unknown }>();
  return { ...actual, frameWordsOf: vi.fn(actual.frameWordsOf) };
});

it('a series that is read and written is decoded once a slice: decoding is what compressed series cost most', async () => {
  const source = await writeSeries(join(await scratchFolder(), 'in'), [0, 1, 2].map((k) => dicomBytes(sliceElements(k))));
  const { folder, instances } = await deriveSeries(source, { change: (value) => value + 3 });
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  expect(vi.mocked(frameWordsOf)).toHaveBeenCalledTimes(3);
  expect(await Promise.all(instances.map((path) => readFile(path).then(({ length }) => length > 0)))).toEqual([true, true, true]);
});
