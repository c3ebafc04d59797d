import type { MetricValue } from '../core/scanRecord.ts';
import type { Direction } from '../metrics/catalogue.ts';
import { html, type Html } from './html.ts';

/** A number for reading: three significant digits, a true minus sign, no exponent where it can be avoided. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return signed(String(value));
  const size = Math.abs(value);
  if (size < 0.0001 || size >= 1e6) return signed(value.toExponential(1));
  const decimals = Math.max(0, Math.min(5, 2 - Math.floor(Math.log10(size))));
  return signed(value.toFixed(decimals));
}

/** A score, two decimals. */
export function formatScore(score: number): string {
  return signed(score.toFixed(2));
}

/** A share as percent, one decimal. */
export function formatPercent(share: number): string {
  return `${signed((100 * share).toFixed(1))} %`;
}

export function scanCount(count: number): string {
  return `${count} ${count === 1 ? 'scan' : 'scans'}`;
}

/** p is never printed as zero: the smallest value of a permutation test is 1/(B + 1). */
export function formatP(p: number): string {
  return p < 0.001 ? signed(p.toExponential(1)) : p.toFixed(3);
}

/** The rounded number for the eye, the exact one for machines: `<data value>`. */
export function quantity(value: number | null | undefined, format: (value: number) => string = formatNumber): Html {
  if (value === null || value === undefined) return html`<span class="absent">–</span>`;
  return html`<data value="${String(value)}">${format(value)}</data>`;
}

/** A metric's value, or why there is none. */
export function metricQuantity(metric: MetricValue | undefined): Html {
  if (metric === undefined) return html`<span class="absent">–</span>`;
  if ('unavailable' in metric) return html`<span class="absent">absent: ${reasonText(metric.unavailable)}</span>`;
  return quantity(metric.value);
}

/** What is said in place of an interval; a code that is not among these is spelled. */
const withheldIntervals: Readonly<Record<string, string>> = {
  FEW_SUBJECTS: 'few people',
  UNDEFINED_DRAWS: 'draws undefined',
  ONE_SIDED_DRAWS: 'draws one-sided',
  INTERVAL_OUTSIDE: 'draws elsewhere',
  COPIES_IN_DRAWS: 'copies bias draws',
  NOTHING_MOVED: 'draws all equal',
};

/** `no interval: few people`. */
export function noIntervalText(code: string): string {
  return `no interval: ${withheldIntervals[code] ?? reasonText(code)}`;
}

/** `NO_BACKGROUND` → `no background`. */
export function reasonText(reason: string): string {
  return reason.toLowerCase().replaceAll('_', ' ');
}

const directions: Readonly<Record<Direction, readonly [sign: string, words: string]>> = {
  lower: ['↓', 'lower is better'],
  higher: ['↑', 'higher is better'],
  'near-1': ['→ 1', 'closer to 1 is better'],
  'near-reference': ['→ ref.', 'closer to the reference is better'],
  change: ['↔', 'expected to change'],
};

export function directionMark(better: Direction): Html {
  const [sign, words] = directions[better];
  return html`<span class="direction" title="${words}" role="img" aria-label="${words}">${sign}</span>`;
}

function signed(text: string): string {
  return text.replace('-', '−');
}
