import sharp from 'sharp';

import type { CtPicture } from '../core/ctRecord.ts';
import { ConcordError } from '../core/errors.ts';
import type { Volume } from '../core/volume.ts';
import { rampColor, type Rgb } from './colorRamp.ts';
import { html, type Html } from './html.ts';

/** Lowest axial slice of the working grid that a report may show: below it lies the face (operations.md P-33). */
export const LOWEST_SHOWN_SLICE = 40;
/** Lowest axial slice of what is made to be passed on, or can be cut in any direction: above the eyes. */
export const LOWEST_SLICE_ABOVE_EYES = 52;

export type Shading = Readonly<{
  /** Model-scale values at the two ends of the ramp. */
  window: readonly [low: number, high: number];
  ramp: readonly Rgb[];
}>;

export type MosaicRow = Readonly<{ volume: Volume<'model'>; slices: readonly number[]; shading: Shading }>;
export type Mosaic = MosaicRow & Readonly<{ alt: string }>;

/** Each voxel is drawn as 2 × 2 pixels, enough for a sharp print of a 2 mm grid. */
const ZOOM = 2;

/**
 * Axial slices side by side, as an `<img>` with an embedded PNG. Neurological view: the person's left is on the
 * left, the forehead is up. Colours mean `shading`, equal in every report.
 *
 * @throws CONCORD_INTERNAL when a slice lies below the shown part of the head, or outside the volume
 */
export async function renderMosaic(mosaic: Mosaic): Promise<Html> {
  const { width, height } = sizeOf(mosaic);
  const png = await sharp(paint(mosaic, width), { raw: { width, height, channels: 3 } })
    .resize(width * ZOOM, height * ZOOM, { kernel: 'cubic' })
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toBuffer();
  const address = `data:image/png;base64,${png.toString('base64')}`;
  return html`<img src="${address}" width="${width * ZOOM}" height="${height * ZOOM}" alt="${mosaic.alt}">`;
}

/**
 * Rows of equal width above each other, one voxel a pixel, as the bytes of a PNG: small enough to keep ten of them.
 *
 * @throws CONCORD_INTERNAL as renderMosaic
 */
export async function stackedMosaics(rows: readonly MosaicRow[]): Promise<Uint8Array> {
  const sizes = rows.map(sizeOf);
  const width = sizes[0]?.width ?? 0;
  const height = sizes.reduce((sum, size) => sum + size.height, 0);
  const pixels = Buffer.concat(rows.map((row) => paint(row, width)));
  return sharp(pixels, { raw: { width, height, channels: 3 } }).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
}

/** In pixels, before any zoom. */
function sizeOf({ volume: { shape: [columns, rows, depth] }, slices }: MosaicRow): { width: number; height: number } {
  if (slices.some((k) => k < LOWEST_SHOWN_SLICE || k >= depth)) {
    throw new ConcordError('CONCORD_INTERNAL', `Slices ${LOWEST_SHOWN_SLICE} to ${depth - 1} may be shown, got ${slices.join(', ')}.`);
  }
  return { width: columns * slices.length, height: rows };
}

/** Pieces of axial CT slices side by side, HU; each pixel is drawn as `zoom` × `zoom`. The person's left is on the left. */
export async function renderPieces(pieces: readonly CtPicture[], shading: Shading, zoom: number, alt: string): Promise<Html> {
  const { pixels, width, height } = paintPieces(pieces, shading);
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(width * zoom, height * zoom, { kernel: 'nearest' })
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toBuffer();
  return html`<img src="data:image/png;base64,${png.toString('base64')}" width="${width * zoom}" height="${height * zoom}" alt="${alt}">`;
}

/** Rows of pieces above each other, one pixel a pixel, as the bytes of a PNG; every row as wide as the first. */
export async function stackedPieces(rows: readonly Readonly<{ pieces: readonly CtPicture[]; shading: Shading }>[]): Promise<Uint8Array> {
  const painted = rows.map(({ pieces, shading }) => paintPieces(pieces, shading));
  const [width, height] = [painted[0]?.width ?? 0, painted.reduce((sum, row) => sum + row.height, 0)];
  return sharp(Buffer.concat(painted.map(({ pixels }) => pixels)), { raw: { width, height, channels: 3 } }).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
}

/** Three bytes a pixel, from the front of the person back. */
function paintPieces(pieces: readonly CtPicture[], shading: Shading): Readonly<{ pixels: Uint8Array; width: number; height: number }> {
  const height = Math.max(...pieces.map((piece) => piece.height));
  const width = pieces.reduce((sum, piece) => sum + piece.width, 0);
  const pixels = new Uint8Array(3 * width * height);
  const palette = Array.from({ length: 256 }, (_, level) => rampColor(shading.ramp, level / 255));
  const [low, high] = shading.window;
  let left = 0;
  for (const piece of pieces) {
    for (let n = 0; n < piece.hu.length; n++) {
      const level = Math.min(Math.max(Math.round((255 * (piece.hu[n]! - low)) / (high - low)), 0), 255);
      const row = piece.height - 1 - Math.floor(n / piece.width);
      pixels.set(palette[level]!, 3 * (row * width + left + (n % piece.width)));
    }
    left += piece.width;
  }
  return { pixels, width, height };
}

/** The pixels, three bytes each, row by row from the forehead down. */
function paint({ volume, slices, shading }: MosaicRow, width: number): Uint8Array {
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
