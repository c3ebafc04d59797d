import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { html, trusted, type Html } from './html.ts';

/** Fixed looks per meaning, after Okabe & Ito 2008; dashes tell them apart in grey print. */
export const strokes = {
  source: { color: '#b84a00', dash: '6 3', width: 1.8 },
  harmonized: { color: '#0067a5', dash: '', width: 2.4 },
  reference: { color: '#14181c', dash: '1.5 3', width: 2 },
  identity: { color: '#8a939c', dash: '2 4', width: 1.2 },
} as const;
export type StrokeName = keyof typeof strokes;

export type Point = readonly [x: number, y: number];
export type Axis = Readonly<{ label: string; domain: readonly [number, number]; ticks?: readonly number[] | number }>;

export type ChartLayer =
  | Readonly<{ kind: 'line'; stroke: StrokeName; points: readonly Point[] }>
  | Readonly<{ kind: 'band'; stroke: StrokeName; low: readonly Point[]; high: readonly Point[] }>
  | Readonly<{ kind: 'dots'; stroke: StrokeName; points: readonly Point[]; symbol?: 'circle' | 'square' | 'triangle' }>
  | Readonly<{ kind: 'segments'; stroke: StrokeName; from: readonly Point[]; to: readonly Point[] }>
  | Readonly<{ kind: 'rule'; stroke: StrokeName; x: number }>;

export type Chart = Readonly<{
  width: number;
  height: number;
  x: Axis;
  y: Axis;
  layers: readonly ChartLayer[];
  /** What a reader who cannot see the picture is told. */
  alt: string;
  marginLeft?: number;
  /** Labels at heights of the y axis, instead of numbers. */
  rowLabels?: readonly string[];
}>;

/** An inline SVG with a text alternative; equal input gives equal bytes. */
export function renderChart(chart: Chart): Html {
  const { document } = parseHTML('<html><body></body></html>');
  const figure = Plot.plot({
    document,
    width: chart.width,
    height: chart.height,
    marginLeft: chart.marginLeft ?? 52,
    marginRight: 16,
    marginTop: 24,
    marginBottom: 42,
    x: { label: chart.x.label, domain: [...chart.x.domain], labelAnchor: 'center', labelArrow: 'none', ...ticksOf(chart.x) },
    y: { label: chart.rowLabels === undefined ? chart.y.label : null, domain: [...chart.y.domain], labelArrow: 'none', ...ticksOf(chart.y), ...rowFormat(chart.rowLabels) },
    marks: [
      Plot.gridX({ stroke: '#e6eaee', strokeOpacity: 1, ...ticksOf(chart.x) }),
      Plot.gridY({ stroke: '#e6eaee', strokeOpacity: 1, ...ticksOf(chart.y) }),
      ...chart.layers.flatMap(marksOf),
    ],
  });
  return html`<div class="chart" role="img" aria-label="${chart.alt}">${trusted(cleaned(figure.outerHTML))}</div>`;
}

/** A short piece of line as the legend shows it. */
export function legendKey(stroke: StrokeName): Html {
  const { color, dash, width } = strokes[stroke];
  return html`<svg class="key" width="34" height="10" viewBox="0 0 34 10" aria-hidden="true"><line x1="1" y1="5" x2="33" y2="5" stroke="${color}" stroke-width="${width}" stroke-dasharray="${dash === '' ? 'none' : dash}"/></svg>`;
}

function ticksOf(axis: Axis): { ticks?: number[] | number } {
  if (axis.ticks === undefined) return {};
  return { ticks: typeof axis.ticks === 'number' ? axis.ticks : [...axis.ticks] };
}

function rowFormat(labels: readonly string[] | undefined): { tickFormat?: (row: number) => string; tickSize?: number } {
  return labels === undefined ? {} : { tickFormat: (row: number): string => labels[row] ?? '', tickSize: 0 };
}

function marksOf(layer: ChartLayer): Plot.Markish[] {
  const { color, dash, width } = strokes[layer.stroke];
  switch (layer.kind) {
    case 'line':
      return [Plot.line(layer.points, { stroke: color, strokeWidth: width, strokeDasharray: dash === '' ? 'none' : dash })];
    case 'band': {
      const rows = layer.low.map(([x, y], i) => ({ x, low: y, high: layer.high[i]?.[1] ?? y }));
      return [Plot.areaY(rows, { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: 0.16 })];
    }
    case 'dots':
      return [Plot.dot(layer.points, { stroke: color, fill: layer.stroke === 'source' ? 'white' : color, r: 4, symbol: layer.symbol ?? 'circle', strokeWidth: 1.6 })];
    case 'segments': {
      const rows = layer.from.map(([x, y], i) => ({ x1: x, y1: y, x2: layer.to[i]?.[0] ?? x, y2: layer.to[i]?.[1] ?? y }));
      return [Plot.link(rows, { x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2', stroke: color, strokeWidth: width, strokeDasharray: dash === '' ? 'none' : dash })];
    }
    case 'rule':
      return [Plot.ruleX([layer.x], { stroke: color, strokeWidth: width, strokeDasharray: dash === '' ? 'none' : dash })];
  }
}

/**
 * Plot's own style element and style attributes are dropped: the page's policy allows one style sheet, the page's.
 * Coordinates keep two decimals of a pixel, so that the last bits of an arithmetic do not reach the bytes.
 */
function cleaned(svg: string): string {
  return svg
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/ style="[^"]*"/g, '')
    .replace(/ aria-label="[^"]*"/g, '')
    .replace(/="[^"]*"/g, (attribute) => attribute.replace(/(\.\d{2})\d+/g, '$1'));
}
