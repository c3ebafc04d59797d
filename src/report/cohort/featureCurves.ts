import type { Drawings, ValidationRecord } from '../../core/validationRecord.ts';
import { renderChart, type Point } from '../chart.ts';
import { html, type Html } from '../html.ts';
import { legendKey, type StrokeName } from '../strokes.ts';
import { evaluatedArm, spelled } from './finding.ts';

type Sample = Drawings['samples'][number];

/** More panels than this tell no more. */
const MOST_PANELS = 4;

/** Empirical distributions over scans, one panel a feature: before, after and the reference on one axis (V-11). */
export function drawFeatureCurves(validation: ValidationRecord): Html {
  const arm = evaluatedArm(validation)?.arm;
  const { samples } = validation.drawings;
  const features = [...new Set(samples.map(({ feature }) => feature))].slice(0, MOST_PANELS);
  if (features.length === 0) return html``;
  const { referenceSite } = validation.methods;
  const of = (feature: string, isWanted: (sample: Sample) => boolean): number[] =>
    samples.filter((sample) => sample.feature === feature && isWanted(sample)).flatMap(({ values }) => values).sort((a, b) => a - b);
  // no arm changes the reference's scans, so one copy of them is drawn
  const referenceArm = samples.some((sample) => sample.arm === 'reference') ? 'reference' : 'before';
  const ofArm = (wanted: string | undefined) => (sample: Sample): boolean => sample.arm === wanted && sample.site !== referenceSite;
  const isReference = (sample: Sample): boolean => sample.arm === referenceArm && sample.site === referenceSite;
  return html`<figure><h3><span class="item">V-11</span> Features over scans</h3>
<div class="legend"><span>${legendKey('source')}before</span><span>${legendKey('harmonized')}after</span><span>${legendKey('reference')}reference</span></div>
<div class="pair">${features.map((feature) => panel(feature, { source: of(feature, ofArm('before')), harmonized: of(feature, ofArm(arm)), reference: of(feature, isReference) }))}</div>
<figcaption>Each step is one scan. The Kolmogorov–Smirnov distance D is the largest vertical gap between two curves, Wasserstein-1 the area between them.</figcaption></figure>`;
}

function panel(feature: string, curves: Readonly<Record<'source' | 'harmonized' | 'reference', readonly number[]>>): Html {
  const all = Object.values(curves).flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = 0.05 * (high - low) || 0.1;
  const domain = [low - margin, high + margin] as const;
  return html`<div><p class="panel">${spelled(feature)} <span class="unit">n = ${curves.source.length}, ${curves.harmonized.length}, reference ${curves.reference.length}</span></p>${renderChart({
    width: 460, height: 270,
    x: { label: spelled(feature), domain, ticks: 6 }, y: { label: 'Share of scans below, %', domain: [0, 100], ticks: 5 },
    layers: (['reference', 'source', 'harmonized'] as const).map((stroke: StrokeName & keyof typeof curves) => ({ kind: 'line', stroke, points: steps(curves[stroke], domain), isStepped: true }) as const),
    alt: `Cumulative distributions of ${spelled(feature)} over scans. Medians: ${(['source', 'harmonized', 'reference'] as const).map((set) => `${words[set]} ${middle(curves[set])}`).join(', ')}.`,
  })}</div>`;
}

const words = { source: 'before', harmonized: 'after', reference: 'reference' } as const;

function middle(sorted: readonly number[]): string {
  const value = sorted[Math.floor((sorted.length - 1) / 2)];
  return value === undefined ? 'absent' : value.toPrecision(3);
}

/** The empirical distribution from one end of the axis to the other, in percent. */
function steps(sorted: readonly number[], [low, high]: readonly [number, number]): Point[] {
  if (sorted.length === 0) return [];
  return [[low, 0], ...sorted.map((value, n): Point => [value, (100 * (n + 1)) / sorted.length]), [high, 100]];
}
