import type { CtStyle } from '../config/styleFile.ts';
import type { CtFacts, SkinFacts } from '../core/ctRecord.ts';
import { quantiles } from '../core/statistics.ts';
import type { DoseDirection } from '../detail/doseDirection.ts';
import type { GridTensor } from '../field/cellGrid.ts';
import type { FactoredField, GainField } from '../field/gainField.ts';
import type { GainStart } from '../field/gainStart.ts';
import { isSupported } from '../field/gainStatistics.ts';
import type { BandEnergies } from '../field/gainStatistics.ts';
import { CLASS_COUNT, SOFT } from '../field/huClasses.ts';
import { BAND_COUNT, bandFrequency } from '../field/radialBands.ts';
import { NO_SKIN } from '../field/skinEdge.ts';
import type { SkinEdge } from '../field/skinEdge.ts';
import type { CtChange } from './ctMeter.ts';
import type { CtLook, MeasuredCt } from './measureCt.ts';
import type { SampledResidual } from './sampleField.ts';

type Evidence = Readonly<{
  before: MeasuredCt['look'];
  after: CtLook;
  reference: CtStyle;
  cohort: CtFacts['cohort'];
  start: GainStart;
  field: GainField;
  residual: SampledResidual;
  residualShare: number;
  energies: BandEnergies;
  factored: FactoredField;
  measured: CtChange;
  dose: CtFacts['dose'];
  detail: CtFacts['detail'];
}>;

/** The CT part of a record, six decimals each: all that the report draws. */
export function ctFacts({ before, after, reference, cohort, start, field, residual, residualShare, energies, factored, measured, dose, detail }: Evidence): CtFacts {
  const bands = Array.from({ length: BAND_COUNT }, (_, b) => b);
  const nodes = supportedNodes(energies);
  const spreads = bands.map((band) => (nodes.length === 0 ? [1, 1] : quantiles(gainsOf(field, nodes, band), [0.05, 0.95])));
  const curves = (of: (look: CtLook) => ArrayLike<number>, own: readonly number[]): CtFacts['nps'] =>
    ({ source: rounded(of(before)), harmonized: rounded(of(after)), reference: rounded(own) });
  return {
    frequencies: rounded(bands.map((band) => bandFrequency(band + 1))),
    nps: curves(({ noise }) => noise.nps, reference.nps),
    patches: { source: before.noise.patches, harmonized: after.noise.patches, reference: reference.patches },
    skin: { source: skinFacts(before.sampled, before.skin), reference: skinFacts(reference.sampled, reference.skin) },
    amplitude: curves(({ amplitude }) => amplitude, reference.amplitude),
    gains: {
      start: rounded(start.gains),
      mean: rounded(meanSoftGains(field, energies)),
      low: rounded(spreads.map(([low]) => low!)),
      high: rounded(spreads.map(([, high]) => high!)),
      sd: rounded(bands.map((band) => mean(Float64Array.from(nodes, (node) => residual.sd.samples[channelIndex(node, band)]!)))),
    },
    residualShare,
    isStartRead: start.isRead,
    ...(cohort && { cohort }),
    rank: factored.responses.length,
    rankError: Number(factored.error.toFixed(6)),
    anchors: measured.anchors,
    regions: measured.regions ?? null,
    dose,
    detail,
  };
}

function skinFacts(sampled: number, { amplitude, patches }: SkinEdge = NO_SKIN): SkinFacts {
  return { amplitude: rounded(amplitude).slice(0, sampled), patches };
}

/** Mean gains of bands 1 … 12 over the cells of soft tissue, over all that hold tissue where there are none, and 1 without any. */
export function meanSoftGains(field: GainField, energies: BandEnergies): number[] {
  const nodes = supportedNodes(energies);
  const soft = nodes.filter(({ group }) => group === SOFT);
  return Array.from({ length: BAND_COUNT }, (_, band) => mean(gainsOf(field, soft.length > 0 ? soft : nodes, band)));
}

/** Mean over bands and nodes with tissue of the SD over draws, log gain: the uncertainty that is gated. */
export function meanSpread(sd: GridTensor, energies: BandEnergies): number {
  const nodes = supportedNodes(energies);
  let sum = 0;
  for (const node of nodes) for (let band = 0; band < BAND_COUNT; band++) sum += sd.samples[channelIndex(node, band)]!;
  return sum / (nodes.length * BAND_COUNT);
}

type Node = Readonly<{ group: number; cell: number; count: number }>;

function supportedNodes(energies: BandEnergies): Node[] {
  const count = energies.volume.length / CLASS_COUNT;
  return Array.from({ length: energies.volume.length }, (_, n): Node => ({ group: Math.floor(n / count), cell: n % count, count }))
    .filter(({ group, cell }) => isSupported(energies, group * count + cell));
}

function gainsOf(field: GainField, nodes: readonly Node[], band: number): Float64Array {
  return Float64Array.from(nodes, ({ group, cell, count }) => field.gains[(group * count + cell) * BAND_COUNT + band]!);
}

/** What a record says of a direction; nulls without one. */
export function directionFacts(direction: DoseDirection | null): Readonly<{ noiseRatio: number | null; shapeDifference: number | null }> {
  return { noiseRatio: direction && sixDigits(direction.level), shapeDifference: direction && sixDigits(direction.shape) };
}

/** Index in a tensor [class · band, Z, Y, X]. */
function channelIndex({ group, cell, count }: Node, band: number): number {
  return (group * BAND_COUNT + band) * count + cell;
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(values: ArrayLike<number>): number[] {
  return Array.from(values, sixDigits);
}

/** As many digits as a record keeps of a measured number. */
export function sixDigits(value: number): number {
  return Number(value.toPrecision(6));
}
