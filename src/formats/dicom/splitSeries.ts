import type { InstanceHeader } from './instanceHeader.ts';
import { cross, dot, isSamePlane, isThreePlanes, SAME_POSITION_MM } from './sliceOrder.ts';
import type { Plane } from './sliceOrder.ts';
import { CT_IMAGE_STORAGE } from './sopClasses.ts';

/** One volume of a series. */
export type SeriesPart = Readonly<{
  headers: readonly InstanceHeader[];
  /** Safe in a file name and unique within the series: `echo-2`; empty when the series is one volume. */
  suffix: string;
  /** What sets it apart, for display: `EchoTime 92`; empty when the series is one volume. */
  label: string;
}>;

/** Something that distinguishes volumes: a word for names, one for display, and the value as text. */
type Criterion = Readonly<{ word: string; name: string; valueOf: (header: InstanceHeader) => string }>;

/** A part with fewer is no volume, so a setting that leaves such parts does not tell volumes apart. */
const FEWEST_SLICES = 3;

/** Slices that differ in one of these do not belong to one volume. */
const volumeCriteria: readonly Criterion[] = [
  { word: 'matrix', name: 'matrix', valueOf: ({ pixels }) => `${pixels.columns}x${pixels.rows}` },
  { word: 'spacing', name: 'pixel spacing', valueOf: ({ pixelSpacing }) => (pixelSpacing ?? []).map((mm) => mm.toFixed(4)).join('x') },
  // values 4 and later are the vendor's own and change between slices of one CT
  { word: 'type', name: 'ImageType', valueOf: ({ imageType }) => imageType.slice(0, 3).join('/') },
  { word: 'component', name: 'ComplexImageComponent', valueOf: ({ complexComponent }) => complexComponent },
  { word: 'echo', name: 'EchoTime', valueOf: ({ settings }) => settings.EchoTime },
  { word: 'echo', name: 'EchoNumbers', valueOf: ({ settings }) => settings.EchoNumbers },
  { word: 'time', name: 'TemporalPositionIdentifier', valueOf: ({ settings }) => settings.TemporalPositionIdentifier },
  { word: 'kernel', name: 'ConvolutionKernel', valueOf: ({ settings }) => settings.ConvolutionKernel },
  { word: 'contrast', name: 'contrast agent', valueOf: ({ hasContrastAgent }) => (hasContrastAgent ? 'given' : 'none') },
  // Philips MR rescales each slice of a volume on its own; CT does not
  { word: 'scale', name: 'rescale pair', valueOf: (header) => (header.sopClassUid === CT_IMAGE_STORAGE ? `${header.rescaleSlope}/${header.rescaleIntercept}` : '') },
];

/** These change from slice to slice of sound volumes too, and tell volumes apart only where positions repeat. */
const repeatCriteria: readonly Criterion[] = [
  { word: 'acquisition', name: 'AcquisitionNumber', valueOf: ({ settings }) => settings.AcquisitionNumber },
  { word: 'trigger', name: 'TriggerTime', valueOf: ({ settings }) => settings.TriggerTime },
];

/**
 * The volumes that a series holds: split by orientation, by what volumes differ in, and where positions still repeat by
 * acquisition, trigger time, or the order in which each position was stored (GE multi-echo may give every echo one
 * EchoTime). What cannot be told apart stays together, and is refused when it is read; a localizer stays whole.
 * The same files give the same parts and names, in whichever order they come.
 */
export function splitSeries(headers: readonly InstanceHeader[]): SeriesPart[] {
  const whole: SeriesPart = { headers, suffix: '', label: '' };
  if (headers.some(({ rowDirection, columnDirection, position }) => !rowDirection || !columnDirection || !position)) return [whole];
  const planes = planesOf(headers);
  if (isThreePlanes(planes)) return [whole];
  const plane: Criterion = { word: 'plane', name: 'orientation', valueOf: (header) => String(1 + planes.findIndex((known) => isSamePlane(known, header as Plane))) };
  let parts: readonly SeriesPart[] = [whole];
  for (const criterion of [plane, ...volumeCriteria]) parts = parts.flatMap((part) => splitBy(part, criterion));
  for (const criterion of repeatCriteria) {
    parts = parts.flatMap((part) => {
      const split = hasRepeats(part) ? splitBy(part, criterion) : [part];
      return split.some(hasRepeats) ? [part] : split;
    });
  }
  return parts.flatMap(splitByRepeat);
}

function splitBy(part: SeriesPart, { word, name, valueOf }: Criterion): readonly SeriesPart[] {
  const groups = new Map<string, InstanceHeader[]>();
  for (const header of part.headers) groups.set(valueOf(header), [...(groups.get(valueOf(header)) ?? []), header]);
  const isVolume = (own: readonly InstanceHeader[]): boolean => own.length >= FEWEST_SLICES || own.every(isLocalizer);
  if (groups.size < 2 || ![...groups.values()].every(isVolume)) return [part];
  const sorted = [...groups].sort(([a], [b]) => Number(a) - Number(b) || (a < b ? -1 : 1));
  return sorted.map(([value, own], index) => named(part, own, { word, label: `${name} ${displayed(value)}`, number: index + 1 }));
}

/** Each position's instances in the order of their numbers are its 1st, 2nd, … volume, if every position has as many. */
function splitByRepeat(part: SeriesPart): readonly SeriesPart[] {
  const positions = byPosition(part.headers);
  const repeats = positions[0]?.length ?? 0;
  if (repeats < 2 || positions.length < FEWEST_SLICES || positions.some(({ length }) => length !== repeats)) return [part];
  const inOrder = positions.map((own) => [...own].sort((a, b) => a.instanceNumber - b.instanceNumber || (a.sopInstanceUid < b.sopInstanceUid ? -1 : 1)));
  const filesOf = new Map<string, InstanceHeader[]>();
  for (const header of part.headers) filesOf.set(header.sopInstanceUid, [...(filesOf.get(header.sopInstanceUid) ?? []), header]);
  return Array.from({ length: repeats }, (_, index) =>
    // an instance stored twice stays with itself, as only reading tells whether both are the same
    named(part, inOrder.flatMap((own) => filesOf.get(own[index]!.sopInstanceUid)!), { word: 'repeat', label: `repeat ${index + 1} of each position`, number: index + 1 }));
}

function named(part: SeriesPart, headers: readonly InstanceHeader[], by: { word: string; label: string; number: number }): SeriesPart {
  const suffix = `${by.word}-${by.number}`;
  return {
    headers,
    suffix: part.suffix === '' ? suffix : `${part.suffix}-${suffix}`,
    label: part.label === '' ? by.label : `${part.label}, ${by.label}`,
  };
}

/** Numbers and short coded words; a header value may hold anything else. */
function displayed(value: string): string {
  const short = /^-?\d+\.\d+$/.test(value) ? String(Number(value)) : value;
  return /^[A-Za-z0-9 ./_-]{1,32}$/.test(short) ? short : 'another';
}

function isLocalizer({ imageType }: InstanceHeader): boolean {
  return imageType.some((value) => /^(LOCALIZER|SCOUT)/.test(value));
}

/** Sorted first, so that which orientation represents its like does not depend on the files' order. */
function planesOf(headers: readonly InstanceHeader[]): Plane[] {
  const known: Plane[] = [];
  for (const header of [...headers].sort((a, b) => (a.sopInstanceUid < b.sopInstanceUid ? -1 : 1))) {
    if (!known.some((plane) => isSamePlane(plane, header as Plane))) known.push(header as Plane);
  }
  return known;
}

/** Instances by their place along the slice normal, from one end to the other; one stored twice counts once. */
function byPosition(headers: readonly InstanceHeader[]): InstanceHeader[][] {
  const { rowDirection, columnDirection } = headers[0]!;
  const normal = cross(rowDirection!, columnDirection!);
  const once = [...new Map(headers.map((header) => [header.sopInstanceUid, header])).values()];
  const placed = once.map((header) => ({ header, height: dot(header.position!, normal) })).sort((a, b) => a.height - b.height);
  const positions: InstanceHeader[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { header, height } of placed) {
    if (height - last <= SAME_POSITION_MM) positions.at(-1)!.push(header);
    else positions.push([header]);
    last = height;
  }
  return positions;
}

function hasRepeats({ headers }: SeriesPart): boolean {
  return byPosition(headers).some(({ length }) => length > 1);
}
