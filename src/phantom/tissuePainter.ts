import type { Person } from './person.ts';
import type { RowReader } from './rowReader.ts';
import {
  AIR, BRAINSTEM, CEREBELLAR_GREY, CORTICAL_BONE, CORTICAL_GREY, FAT, FLUID, MARROW, MUCOSA, MUSCLE, PALLIDUM, SKIN,
  STRIATUM, THALAMUS, VITREOUS, WHITE,
} from './tissues.ts';

/** `share` (0–1) of tissue `first`, the rest of `second`. */
export type Mixture = { first: number; second: number; share: number };

const SKIN_MM = 1.8;
const FOLIUM_MM = 4.6;

/**
 * The tissue of one voxel, painted from outside in; each layer covers what lies under it as far as its surface
 * reaches into the voxel. Returns false where there is only air.
 */
export function paintVoxel(out: Mixture, row: RowReader, i: number, person: Person, spacing: number): boolean {
  const skin = row.at(row.lines.skin, i);
  if (skin > spacing / 2) return false;
  out.first = AIR;
  out.second = AIR;
  out.share = 1;
  const vault = row.at(row.lines.vault, i);
  if (vault > -spacing) paintOuterHead(out, row, i, person, spacing, skin, vault);
  if (vault < spacing / 2) paintBrain(out, row, i, person, spacing, vault);
  else cover(out, BRAINSTEM, row.at(row.lines.stem, i), spacing);
  return true;
}

/** Scalp, face, bone, orbits and air spaces. */
function paintOuterHead(out: Mixture, row: RowReader, i: number, person: Person, spacing: number, skin: number, vault: number): void {
  const bone = row.at(row.lines.bone, i);
  const marbling = row.at(row.lines.marbling, i);
  const fatMm = person.scalpFatMm * (1 + 0.15 * marbling);
  cover(out, SKIN, skin, spacing);
  cover(out, FAT, skin + SKIN_MM, spacing);
  cover(out, MUSCLE, skin + SKIN_MM + fatMm, spacing);
  // Fat between the muscles: thin sheets along the marbling's zero set, wide pads where it is large
  if (skin < -SKIN_MM - fatMm) cover(out, FAT, Math.min(Math.abs(marbling) * 6 - 0.6, (1.7 - marbling) * 6), spacing);
  cover(out, CORTICAL_BONE, bone, spacing);
  cover(out, MARROW, Math.max(bone + 1.9, 1.9 - vault), spacing);
  if (row.at(row.lines.mastoid, i) < 0) cover(out, AIR, (0.4 - Math.abs(marbling)) * 6, spacing);
  cover(out, FLUID, row.at(row.lines.canal, i), spacing);
  const air = row.at(row.lines.air, i);
  cover(out, MUCOSA, air - 1.4, spacing);
  cover(out, AIR, air, spacing);
  const eye = row.at(row.lines.eye, i);
  cover(out, FAT, Math.max(row.at(row.lines.orbit, i), skin + SKIN_MM + 1), spacing);
  cover(out, MUSCLE, eye - 0.8, spacing);
  cover(out, VITREOUS, eye + 0.5, spacing);
  cover(out, MUSCLE, row.at(row.lines.orbitSoft, i), spacing);
}

/** Everything inside the skull: fluid, then the folded sheets, then the nuclei and tracts. */
function paintBrain(out: Mixture, row: RowReader, i: number, person: Person, spacing: number, vault: number): void {
  cover(out, FLUID, vault, spacing);
  const hull = row.at(row.lines.cerebrum, i);
  if (hull < spacing / 2) paintCerebrum(out, row, i, person, spacing, hull);
  const lobe = row.at(row.lines.cerebellum, i);
  if (lobe < spacing / 2) paintCerebellum(out, row, i, person, spacing, lobe);
  cover(out, WHITE, Math.max(row.at(row.lines.tracts, i), Math.min(hull, lobe) - 4), spacing);
  cover(out, CORTICAL_GREY, row.at(row.lines.hippocampus, i), spacing);
  cover(out, BRAINSTEM, row.at(row.lines.stem, i), spacing);
  cover(out, THALAMUS, row.at(row.lines.thalamus, i), spacing);
  cover(out, STRIATUM, row.at(row.lines.striatum, i), spacing);
  cover(out, PALLIDUM, row.at(row.lines.pallidum, i), spacing);
  cover(out, FLUID, row.at(row.lines.ventricles, i), spacing);
  vary(out, row.at(row.lines.texture, i));
}

/** Grey matter lines every surface: the hull, the fissures, and the sulci as deep as they reach. */
function paintCerebrum(out: Mixture, row: RowReader, i: number, person: Person, spacing: number, hull: number): void {
  const cleftMm = 0.35 + 1.1 * person.atrophy;
  const parted = Math.max(Math.abs(row.at(row.lines.midline, i)) - 0.8 - cleftMm * 0.6, row.at(row.lines.parted, i));
  const surface = Math.min(-hull, parted, row.at(row.lines.fissure, i));
  const intoWall = Math.max(0, Math.abs(row.at(row.lines.fold, i)) - cleftMm);
  // Sulci start from the hull and, half as deep, from the hemispheres' inner faces; none starts in the insula
  const fromOutside = Math.min(-hull, 2 * Math.max(parted, 2 * row.at(row.lines.parted, i)));
  const belowFundus = Math.max(0, fromOutside - row.at(row.lines.foldDepth, i));
  const sulcus = Math.sqrt(intoWall * intoWall + belowFundus * belowFundus);
  const depth = Math.min(surface, sulcus > 0 ? sulcus : Math.abs(row.at(row.lines.fold, i)) - cleftMm);
  const greyMm = 3 - 0.5 * person.atrophy + 0.25 * row.at(row.lines.texture, i);
  cover(out, CORTICAL_GREY, -depth, spacing);
  cover(out, WHITE, greyMm - depth, spacing);
}

function paintCerebellum(out: Mixture, row: RowReader, i: number, person: Person, spacing: number, lobe: number): void {
  const phase = row.at(row.lines.folia, i) / FOLIUM_MM;
  const toSheet = Math.abs(phase - Math.round(phase)) * FOLIUM_MM;
  const cleft = Math.max(toSheet - 0.3 - 0.5 * person.atrophy, -lobe - 7);
  const leaf = Math.min(-lobe, cleft);
  cover(out, CEREBELLAR_GREY, -leaf, spacing);
  // Each folium has a thin white core from 4 mm inwards, the arbor vitae
  const core = Math.max(1.75 - toSheet, lobe + 4);
  cover(out, WHITE, Math.min(core, lobe + 15), spacing);
}

/**
 * Paints `tissue` over the mixture where `distance` (mm) says that its surface reaches; a third tissue in one voxel is
 * dropped for the larger of the two below.
 */
function cover(out: Mixture, tissue: number, distance: number, spacing: number): void {
  const reach = 0.5 - distance / spacing;
  if (reach <= 0) return;
  if (reach >= 1) {
    out.first = tissue;
    out.second = tissue;
    out.share = 1;
    return;
  }
  if (out.share < 0.5) out.first = out.second;
  out.second = out.first;
  out.first = tissue;
  out.share = reach;
}

/** Tissue is not of one piece: up to an eighth of white matter counts as grey, and of grey as white. */
function vary(out: Mixture, texture: number): void {
  if (out.share < 1) return;
  const amount = Math.max(0, Math.min(0.14, 0.06 + 0.03 * texture));
  if (out.first === WHITE || out.first === BRAINSTEM) out.second = CORTICAL_GREY;
  else if (out.first === CORTICAL_GREY || out.first === THALAMUS || out.first === STRIATUM) out.second = WHITE;
  else return;
  out.share = 1 - amount;
}
