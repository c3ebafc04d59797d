import type { CohortRecord } from '../../core/cohortRecord.ts';
import type { CtPicture } from '../../core/ctRecord.ts';
import type { Volume } from '../../core/volume.ts';
import { greyRamp, signedRamp } from '../colorRamp.ts';
import { html, trusted, type Html } from '../html.ts';
import { LOWEST_SLICE_ABOVE_EYES, stackedMosaics, stackedPieces } from '../image.ts';
import { changeWindow, difference, softWindow } from '../scan/ctFigures.ts';
import { quantity } from '../quantity.ts';
import { labelOf } from './items.ts';
import { modalityTexts } from './modalityTexts.ts';
import type { WorstScan } from './worstScans.ts';

/** One of the worst scans: which metric chose it, and its picture as PNG bytes. */
export type WorstPicture = WorstScan & Readonly<{ png: Uint8Array }>;

/** Axial slices above the eyes: a face is never drawn (operations.md P-33), and this page is the one that is passed on. */
const shownSlices: readonly number[] = [LOWEST_SLICE_ABOVE_EYES, 60, 70, 80];

/** Before, after and their difference in one picture, at the windows of every report. */
export async function drawWorst(before: Volume<'model'>, after: Volume<'model'>): Promise<Uint8Array> {
  const difference: Volume<'model'> = { ...before, samples: after.samples.map((value, voxel) => value - before.samples[voxel]!) };
  return stackedMosaics([
    { volume: before, slices: shownSlices, shading: { window: [0, 0.9], ramp: greyRamp } },
    { volume: after, slices: shownSlices, shading: { window: [0, 0.9], ramp: greyRamp } },
    { volume: difference, slices: shownSlices, shading: { window: [-0.2, 0.2], ramp: signedRamp } },
  ]);
}

/** The same of three slices of a CT, pieces of one grid. */
export function drawWorstCt(before: readonly CtPicture[], after: readonly CtPicture[]): Promise<Uint8Array> {
  return stackedPieces([{ pieces: before, shading: softWindow }, { pieces: after, shading: softWindow }, { pieces: difference(after, before), shading: changeWindow }]);
}

export function renderGallery(pictures: readonly WorstPicture[], record: CohortRecord): Html {
  if (pictures.length === 0) return html`<h3>The worst scans</h3><p>Absent: no picture was kept with this evaluation.</p>`;
  const { gallery } = modalityTexts[record.modality];
  const { name } = labelOf(pictures[0]!.metric.split('.')[0]!);
  return html`<h3>The ${pictures.length} worst of ${record.counts.matched} by ${name}</h3>
<p class="caption">Chosen by that number alone. ${gallery.caption}</p>
<div class="gallery">${pictures.map((picture) => html`<figure>${pictureTag(picture, gallery.alt)}<figcaption><b>${picture.scan}</b> ${quantity(picture.value)}</figcaption></figure>`)}</div>`;
}

function pictureTag({ scan, png }: WorstPicture, alt: string): Html {
  return html`<img src="${trusted(`data:image/png;base64,${Buffer.from(png).toString('base64')}`)}" alt="${scan}: ${alt}">`;
}
