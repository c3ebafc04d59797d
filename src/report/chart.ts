import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { html, textOf, trusted, type Html } from './html.ts';
import { strokes, type StrokeName } from './strokes.ts';

export type Point = readonly [x: number, y: number];
export type Axis = Readonly<{ label: string; domain: readonly [number, number]; ticks?: readonly number[] | number }>;

/** What is drawn, from the bottom up. Of a row chart, y is the row's number. */
export type ChartLayer =
  /** `isStepped`: the value holds until the next point, as of an empirical distribution. */
  | Readonly<{ kind: 'line'; stroke: StrokeName; points: readonly Point[]; isStepped?: boolean }>
  | Readonly<{ kind: 'band'; stroke: StrokeName; low: readonly Point[]; high: readonly Point[] }>
  | Readonly<{ kind: 'dots'; stroke: StrokeName; points: readonly Point[] }>
  | Readonly<{ kind: 'segments'; stroke: StrokeName; from: readonly Point[]; to: readonly Point[] }>
  /** From `low` to `high` on each row, solid and thin: a confidence interval. */
  | Readonly<{ kind: 'intervals'; stroke: StrokeName; rows: readonly Readonly<{ low: number; high: number; row: number }>[] }>
  /** Horizontal bars from the start of the x axis, `thickness` of a row high. */
  | Readonly<{ kind: 'bars'; stroke: StrokeName; points: readonly Point[]; thickness: number }>
  | Readonly<{ kind: 'rule'; stroke: StrokeName; x: number }>
  | Readonly<{ kind: 'level'; stroke: StrokeName; y: number }>
  /** Words at a point; `anchor` says which end of them is there. */
  | Readonly<{ kind: 'words'; at: Point; text: string; anchor: 'start' | 'middle' | 'end'; above?: number }>;

export type Chart = Readonly<{
  width: number;
  height: number;
  x: Axis;
  y: Axis;
  layers: readonly ChartLayer[];
  /** What a reader who cannot see the picture is told. */
  alt: string;
  marginLeft?: number;
  marginTop?: number;
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
    marginTop: chart.marginTop ?? 24,
    marginBottom: 42,
    x: { label: chart.x.label, domain: [...chart.x.domain], labelAnchor: 'center', labelArrow: 'none', ...ticksOf(chart.x) },
    y: { label: chart.rowLabels === undefined ? chart.y.label : null, domain: [...chart.y.domain], labelArrow: 'none', ...ticksOf(chart.y), ...rowFormat(chart.rowLabels) },
    marks: [
      Plot.gridX({ stroke: '#e6eaee', strokeOpacity: 1, ...ticksOf(chart.x) }),
      Plot.gridY({ stroke: '#e6eaee', strokeOpacity: 1, ...ticksOf(chart.y) }),
      ...chart.layers.flatMap((layer) => marksOf(layer, chart)),
    ],
  });
  const svg = cleaned(figure.outerHTML).replace('>', textOf(html`><desc>${chart.alt}</desc>`));
  return html`<div class="chart" role="img" aria-label="${chart.alt}">${trusted(svg)}</div>`;
}

function ticksOf(axis: Axis): { ticks?: number[] | number } {
  if (axis.ticks === undefined) return {};
  return { ticks: typeof axis.ticks === 'number' ? axis.ticks : [...axis.ticks] };
}

function rowFormat(labels: readonly string[] | undefined): { tickFormat?: (row: number) => string; tickSize?: number } {
  return labels === undefined ? {} : { tickFormat: (row: number): string => labels[row] ?? '', tickSize: 0 };
}

function marksOf(layer: ChartLayer, { x: { domain } }: Chart): Plot.Markish[] {
  if (layer.kind === 'words') {
    const [x, y] = layer.at;
    return [Plot.text([layer.text], { x: [x], y: [y], textAnchor: layer.anchor, dx: { start: 6, middle: 0, end: -6 }[layer.anchor], dy: -(layer.above ?? 0), fill: '#39424b', stroke: 'white', strokeWidth: 4 })];
  }
  const { color, dash, width, symbol, isFilled } = strokes[layer.stroke];
  const line = { stroke: color, strokeWidth: width, strokeDasharray: dash === '' ? 'none' : dash };
  switch (layer.kind) {
    case 'line':
      return [Plot.line(layer.points, { ...line, curve: layer.isStepped ? 'step-after' : 'linear' })];
    case 'band': {
      const rows = layer.low.map(([x, y], i) => ({ x, low: y, high: layer.high[i]?.[1] ?? y }));
      return [Plot.areaY(rows, { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: 0.16 })];
    }
    case 'dots':
      return [Plot.dot(layer.points, { stroke: color, fill: isFilled ? color : 'white', r: 4, symbol, strokeWidth: 1.6 })];
    case 'segments': {
      const rows = layer.from.map(([x, y], i) => ({ x1: x, y1: y, x2: layer.to[i]?.[0] ?? x, y2: layer.to[i]?.[1] ?? y }));
      return [Plot.link(rows, { x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2', ...line })];
    }
    case 'intervals':
      return [Plot.link(layer.rows, { x1: 'low', y1: 'row', x2: 'high', y2: 'row', stroke: color, strokeWidth: 1.6 })];
    case 'bars': {
      const rows = layer.points.map(([x, y]) => ({ x, from: y - layer.thickness / 2, to: y + layer.thickness / 2 }));
      return [Plot.rect(rows, { x1: domain[0], x2: 'x', y1: 'from', y2: 'to', fill: color, fillOpacity: isFilled ? 0.85 : 0.14, stroke: color, strokeWidth: 1.2, strokeDasharray: dash === '' ? 'none' : dash })];
    }
    case 'rule':
      return [Plot.ruleX([layer.x], line)];
    case 'level':
      return [Plot.ruleY([layer.y], line)];
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
