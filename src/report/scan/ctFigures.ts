import type { CtPicture } from '../../core/ctRecord.ts';
import { greyRamp, signedRamp } from '../colorRamp.ts';
import { html, type Html } from '../html.ts';
import { renderPieces, type Shading } from '../image.ts';
import { scaleBar, type ScanFigures } from './figures.ts';

/** Pieces of the same slices before and after; of the reference, other slices of another scan. HU. */
export type CtImages = Readonly<{
  source: readonly CtPicture[];
  harmonized: readonly CtPicture[];
  reference: readonly CtPicture[] | null;
}>;

/** The windows of a radiologist's workstation, equal in every report. */
export const softWindow: Shading = { window: [-160, 240], ramp: greyRamp };
const lungWindow: Shading = { window: [-1350, 150], ramp: greyRamp };
export const changeWindow: Shading = { window: [-100, 100], ramp: signedRamp };

type Strip = Readonly<{ name: string; note: string; pieces: readonly CtPicture[] }>;

/** Draws all pictures of one CT. What is read is never modified. */
export async function drawCtFigures({ source, harmonized, reference }: CtImages): Promise<ScanFigures> {
  const change: Strip = { name: 'Difference', note: 'harmonized − source', pieces: difference(harmonized, source) };
  const strips: Strip[] = [
    { name: 'Source', note: 'as reconstructed', pieces: source },
    { name: 'Harmonized', note: 'same window', pieces: harmonized },
    ...(reference === null ? [] : [{ name: 'Reference', note: 'another scan, same window', pieces: reference }]),
  ];
  const details = await Promise.all([
    ...strips.map((strip) => drawStrip(strip, 'detail', softWindow)), drawStrip(change, 'detail', changeWindow),
  ]);
  const lungs = await Promise.all(strips.map((strip) => drawStrip(strip, 'detail', lungWindow)));
  const whole = await Promise.all(strips.map((strip) => drawStrip(strip, 'overview', softWindow)));
  return { mosaics: html`<figure><h3>Texture, soft-tissue window</h3>${details}
${scaleBar(softWindow, 'black −160 HU', 'white 240 HU')}
${scaleBar(changeWindow, 'darker −100 HU', '+100 HU brighter; grey is unchanged')}
<figcaption>Pieces of three slices at their own resolution. The harmonized grain should be as coarse or fine as the reference’s, and every vessel and
edge where the source has it. The difference should be grain and the rims of edges; a patch, a block or a shape that is no edge means that something went wrong.</figcaption></figure>
<figure><h3>The same, lung window</h3>${lungs}
${scaleBar(lungWindow, 'black −1350 HU', 'white 150 HU')}</figure>
<figure><h3>Whole slices, averaged down</h3>${whole}
<figcaption>Here nothing should differ to the eye but the reference’s anatomy: averaging takes the grain away, and with it what was changed.</figcaption></figure>`, histograms: html`` };
}

async function drawStrip({ name, note, pieces }: Strip, kind: CtPicture['kind'], shading: Shading): Promise<Html> {
  const shown = pieces.filter((piece) => piece.kind === kind);
  if (shown.length === 0) return html``;
  const alt = `${name} (${note}): ${shown.length} ${kind === 'detail' ? 'pieces of axial slices' : 'axial slices'}.`;
  return html`<div class="strip"><div class="what"><b>${name}</b><span>${note}</span></div>${await renderPieces(shown, shading, kind === 'detail' ? 2 : 1, alt)}</div>`;
}

/** Pieces of the same slices. */
export function difference(after: readonly CtPicture[], before: readonly CtPicture[]): CtPicture[] {
  return after.map((piece, p) => ({ ...piece, hu: piece.hu.map((value, n) => value - before[p]!.hu[n]!) }));
}
