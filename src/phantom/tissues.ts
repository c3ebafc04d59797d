/** Every voxel of a simulated head is a mixture of two of these; the index is the label. */
export const tissueNames = [
  'air', 'skin', 'fat', 'muscle', 'cortical bone', 'marrow', 'cerebrospinal fluid', 'cortical grey', 'white matter',
  'striatum', 'pallidum', 'thalamus', 'cerebellar grey', 'brainstem', 'vitreous', 'mucosa',
] as const;

export type TissueName = (typeof tissueNames)[number];
export type FieldStrength = 1.5 | 3;

/** Times in ms; protonDensity relative to water. */
export type Relaxation = Readonly<{ t1: number; t2: number; t2Star: number; protonDensity: number }>;

export const AIR = 0;
export const SKIN = 1;
export const FAT = 2;
export const MUSCLE = 3;
export const CORTICAL_BONE = 4;
export const MARROW = 5;
export const FLUID = 6;
export const CORTICAL_GREY = 7;
export const WHITE = 8;
export const STRIATUM = 9;
export const PALLIDUM = 10;
export const THALAMUS = 11;
export const CEREBELLAR_GREY = 12;
export const BRAINSTEM = 13;
export const VITREOUS = 14;
export const MUCOSA = 15;

/** Brain parenchyma: what "brain volume" counts. */
export const parenchyma: readonly number[] = [
  CORTICAL_GREY, WHITE, STRIATUM, PALLIDUM, THALAMUS, CEREBELLAR_GREY, BRAINSTEM,
];

/**
 * Rounded literature values; where sources differ, a value between them.
 * T1, T2 of white matter, grey matter and muscle: Stanisz et al. 2005 (MRM 54:507), Wansapura et al. 1999 (JMRI 9:531).
 * T1 over field strength, deep nuclei: Rooney et al. 2007 (MRM 57:308). T2*: Peters et al. 2007 (MRI 25:748).
 * Fat and marrow: de Bazelaire et al. 2004 (Radiology 230:652). Bone is nearly without signal at these echo times.
 * Fat's density is the part that is seen: many small spectral peaks dephase, and whole-head images show it so.
 * Rows: tissue → [PD, T1, T2, T2* at 1.5 T, T1, T2, T2* at 3 T], ms.
 */
const measured: Readonly<Record<TissueName, readonly [number, number, number, number, number, number, number]>> = {
  'air': [0, 1000, 50, 20, 1000, 50, 20],
  'skin': [0.7, 900, 35, 20, 1100, 32, 15],
  'fat': [0.6, 300, 75, 40, 375, 70, 30],
  'muscle': [0.78, 1000, 44, 30, 1400, 42, 25],
  'cortical bone': [0.12, 250, 0.5, 0.5, 300, 0.5, 0.5],
  'marrow': [0.6, 480, 50, 12, 540, 48, 8],
  'cerebrospinal fluid': [1, 3900, 2000, 1000, 4200, 1900, 800],
  'cortical grey': [0.82, 1080, 100, 84, 1390, 96, 66],
  'white matter': [0.7, 640, 75, 66, 850, 70, 53],
  'striatum': [0.82, 1000, 88, 62, 1270, 82, 46],
  'pallidum': [0.75, 780, 68, 40, 1000, 60, 26],
  'thalamus': [0.79, 880, 82, 62, 1120, 76, 48],
  'cerebellar grey': [0.81, 1040, 96, 78, 1330, 92, 60],
  'brainstem': [0.74, 730, 80, 66, 960, 75, 54],
  'vitreous': [1, 3600, 1400, 800, 3900, 1300, 600],
  'mucosa': [0.88, 900, 60, 20, 1150, 55, 14],
};

/** Relaxation of every tissue at one field strength, in the order of `tissueNames`. */
export function relaxationAt(field: FieldStrength): Relaxation[] {
  return tissueNames.map((name) => {
    const [protonDensity, t1Low, t2Low, t2StarLow, t1High, t2High, t2StarHigh] = measured[name];
    return field === 1.5
      ? { protonDensity, t1: t1Low, t2: t2Low, t2Star: t2StarLow }
      : { protonDensity, t1: t1High, t2: t2High, t2Star: t2StarHigh };
  });
}
