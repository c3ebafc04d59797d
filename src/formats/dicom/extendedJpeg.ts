import { resolve } from 'node:path';

import type { InstanceHeader } from './instanceHeader.ts';

/**
 * Decodes an instance of 12-bit JPEG Extended, which only ITK reads here (stack.md §5). ITK applies the rescale pair;
 * it is taken back, so that all syntaxes give stored values.
 *
 * @returns stored values, rows × columns, in row order
 * @throws whatever ITK throws, bare numbers among it; the caller wraps it
 */
export async function decodeExtendedJpeg(instance: InstanceHeader): Promise<Int32Array> {
  // loaded on demand: the module takes longer to start than most scans take to read
  const { readImageDicomFileSeriesNode } = await import('@itk-wasm/dicom');
  // a relative path makes ITK throw a bare number
  const { outputImage } = await readImageDicomFileSeriesNode({
    inputImages: [resolve(instance.path)],
    singleSortedSeries: true,
  });
  const values = outputImage.data as ArrayLike<number>;
  const slope = instance.rescaleSlope ?? 1;
  const intercept = instance.rescaleIntercept ?? 0;
  // the data may lie in shared memory, which must not be kept: this is a copy
  return Int32Array.from({ length: values.length }, (_, index) => Math.round((values[index]! - intercept) / slope));
}
