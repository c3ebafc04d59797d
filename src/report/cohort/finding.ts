import type { ArmSummary, Finding, ValidationRecord } from '../../core/validationRecord.ts';
import { html, type Html } from '../html.ts';
import { formatNumber, formatP, noIntervalText, quantity, reasonText } from '../quantity.ts';

type Format = (value: number) => string;

/** Value, interval below, then p, q and, beside a null result, what could have been detected; or why there is none. */
export function findingCell(finding: Finding | undefined, format: Format = formatNumber): Html {
  return html`${intervalCell(finding, format)}${finding !== undefined && sureness(finding)}`;
}

/** Value with its interval below; the tests are told elsewhere. */
export function intervalCell(finding: Finding | undefined, format: Format = formatNumber): Html {
  if (finding === undefined) return html`<span class="absent">–</span>`;
  if ('unavailable' in finding) return html`<span class="absent">${reasonText(finding.unavailable)}</span>`;
  return html`${quantity(finding.value, format)}${intervalLine(finding, format)}`;
}

/** The interval on a line of its own, or why there is none. */
export function intervalLine({ low, high, noInterval }: Readonly<{ low?: number; high?: number; noInterval?: string }>, format: Format): Html | null {
  if (low !== undefined && high !== undefined) return html`<br><span class="interval">${quantity(low, format)} to ${quantity(high, format)}</span>`;
  return noInterval === undefined ? null : html`<br><span class="interval absent">${noIntervalText(noInterval)}</span>`;
}

/** `p 0.004, q 0.012`, or nothing. */
function sureness(finding: Finding): Html | null {
  if ('unavailable' in finding) return null;
  const { p, q, detectable } = finding;
  const parts = [
    p !== undefined && html`<i>p</i> ${quantity(p, formatP)}`,
    q !== undefined && html`<i>q</i> ${quantity(q, formatP)}`,
    detectable !== undefined && html`detectable ${quantity(detectable)}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : html`<br><span class="interval">${parts.map((part, n) => html`${n > 0 && ', '}${part}`)}</span>`;
}

/** In one line, for a sentence: `0.71 (0.65 to 0.77)`. */
export function findingText(finding: Finding, format: Format = formatNumber): Html {
  if ('unavailable' in finding) return html`absent: ${reasonText(finding.unavailable)}`;
  const { value, low, high } = finding;
  return html`${quantity(value, format)}${low !== undefined && high !== undefined && html` (${quantity(low, format)} to ${quantity(high, format)})`}`;
}

export function valueOf(finding: Finding | undefined): number | null {
  return finding !== undefined && 'value' in finding ? finding.value : null;
}

/** The arm that the report is about; the first made one where none is marked. */
export function evaluatedArm({ arms }: ValidationRecord): ArmSummary | null {
  return arms.find(({ kind }) => kind === 'evaluated') ?? arms.find(({ kind }) => kind !== 'source') ?? null;
}

export function armName({ arms }: ValidationRecord, arm: string): string {
  return arms.find((summary) => summary.arm === arm)?.name ?? arm;
}

/** `medianAbsCohenD` → `median abs Cohen d`; `outputTrained.logistic` → `output trained, logistic`. */
export function spelled(identifier: string): string {
  return identifier
    .replaceAll('.', ', ')
    .replaceAll('|', ' – ')
    .replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replaceAll('cohen', 'Cohen')
    .replaceAll('hedges', 'Hedges');
}
