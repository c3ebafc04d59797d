import sharp from 'sharp';

import { ConcordError } from '../core/errors.ts';
import type { Volume } from '../core/volume.ts';
import { rampColor, type Rgb } from './colorRamp.ts';
import { html, type Html } from './html.ts';

/** Lowest axial slice of the working grid that a report may show: below it lies the face (operations.md P-33). */
export const LOWEST_SHOWN_SLICE = 40;

export type Shading = Readonly<{
  /** Model-scale values at the two ends of the ramp. */
  window: readonly [low: number, high: number];
  ramp: readonly Rgb[];
}>;

export type Mosaic = Readonly<{ volume: Volume<'model'>; slices: readonly number[]; shading: Shading; alt: string }>;

/** Each voxel is drawn as 2 × 2 pixels, enough for a sharp print of a 2 mm grid. */
const ZOOM = 2;

/**
 * Axial slices side by side, as an `<img>` with an embedded PNG. Neurological view: the person's left is on the
 * left, the forehead is up. Colours mean `shading`, equal in every report.
 *
 * @throws CONCORD_INTERNAL when a slice lies below the shown part of the head, or outside the volume
 */
export async function renderMosaic(mosaic: Mosaic): Promise<Html> {
  const [columns, rows, depth] = mosaic.volume.shape;
  if (mosaic.slices.some((k) => k < LOWEST_SHOWN_SLICE || k >= depth)) {
    throw new ConcordError('CONCORD_INTERNAL', `Slices ${LOWEST_SHOWN_SLICE} to ${depth - 1} may be shown, got ${mosaic.slices.join(', ')}.`);
  }
  const width = columns * mosaic.slices.length;
  const png = await sharp(paint(mosaic, width), { raw: { width, height: rows, channels: 3 } })
    .resize(width * ZOOM, rows * ZOOM, { kernel: 'cubic' })
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toBuffer();
  const address = `data:image/png;base64,${png.toString('base64')}`;
  return html`<img src="${address}" width="${width * ZOOM}" height="${rows * ZOOM}" alt="${mosaic.alt}">`;
}

/** The pixels, three bytes each, row by row from the forehead down. */
function paint({ volume, slices, shading }: Mosaic, width: number): Uint8Array {
  const [columns, rows] = volume.shape;
  const [low, high] = shading.window;
  const palette = Array.from({ length: 256 }, (_, level) => rampColor(shading.ramp, level / 255));
  const pixels = new Uint8Array(width * rows * 3);
  slices.forEach((k, column) => {
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) {
        const value = volume.samples[i + columns * (j + rows * k)]!;
        const level = Math.min(Math.max(Math.round((255 * (value - low)) / (high - low)), 0), 255);
        pixels.set(palette[level]!, 3 * (column * columns + i + (rows - 1 - j) * width));
      }
    }
  });
  return pixels;
}
