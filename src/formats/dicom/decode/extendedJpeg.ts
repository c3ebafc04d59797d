import { resolve } from 'node:path';

import type { FrameRequest } from './messages.ts';

/**
 * Decodes an instance of 12-bit JPEG Extended, which only ITK reads here (stack.md §5). ITK applies the rescale pair;
 * it is taken back, so that all syntaxes give stored values.
 *
 * @returns stored values, rows × columns, in row order, as 16-bit little-endian bytes
 * @throws whatever ITK throws, bare numbers among it; the caller wraps it
 */
export async function decodeExtendedJpeg(path: string, { slope, intercept }: FrameRequest['rescale']): Promise<Uint8Array> {
  const { readImageDicomFileSeriesNode } = await loadItk();
  // a relative path makes ITK throw a bare number
  const { outputImage } = await readImageDicomFileSeriesNode({ inputImages: [resolve(path)], singleSortedSeries: true });
  const values = outputImage.data as ArrayLike<number>;
  const bytes = Buffer.alloc(2 * values.length);
  for (let index = 0; index < values.length; index++) {
    bytes.writeUInt16LE(Math.round((values[index]! - intercept) / slope) & 0xffff, 2 * index);
  }
  return bytes;
}

/** On demand: the module takes longer to start than most scans take to read. */
export function loadItk(): Promise<typeof import('@itk-wasm/dicom')> {
  return import('@itk-wasm/dicom');
}
