// Data table: fixed looks per meaning, after Okabe & Ito 2008. Dashes, symbols and fills tell them apart in grey print.
import { html, type Html } from './html.ts';

export const strokes = {
  source: { color: '#b84a00', dash: '6 3', width: 1.8, symbol: 'circle', isFilled: false },
  harmonized: { color: '#0067a5', dash: '', width: 2.4, symbol: 'square', isFilled: true },
  reference: { color: '#14181c', dash: '1.5 3', width: 2, symbol: 'triangle', isFilled: true },
  identity: { color: '#8a939c', dash: '2 4', width: 1.2, symbol: 'circle', isFilled: false },
  /** A limit that was set beforehand. */
  limit: { color: '#5b636b', dash: '8 4', width: 1.4, symbol: 'circle', isFilled: false },
} as const;
export type StrokeName = keyof typeof strokes;

/** A short piece of line as the legend shows it. */
export function legendKey(stroke: StrokeName): Html {
  const { color, dash, width } = strokes[stroke];
  return html`<svg class="key" width="34" height="10" viewBox="0 0 34 10" aria-hidden="true"><line x1="1" y1="5" x2="33" y2="5" stroke="${color}" stroke-width="${width}" stroke-dasharray="${dash === '' ? 'none' : dash}"/></svg>`;
}

const markShapes = {
  circle: html`<circle cx="7" cy="7" r="4.2"/>`,
  square: html`<rect x="3" y="3" width="8" height="8"/>`,
  triangle: html`<path d="M7 2.4 12 11H2z"/>`,
} as const;

/** A mark as the legend shows it. */
export function legendMark(stroke: StrokeName): Html {
  const { color, symbol, isFilled } = strokes[stroke];
  return html`<svg class="key" width="14" height="14" viewBox="0 0 14 14" fill="${isFilled ? color : 'none'}" stroke="${color}" stroke-width="1.6" aria-hidden="true">${markShapes[symbol]}</svg>`;
}

/** A bar as the legend shows it. */
export function legendBar(stroke: StrokeName): Html {
  const { color, dash, isFilled } = strokes[stroke];
  return html`<svg class="key" width="30" height="12" viewBox="0 0 30 12" aria-hidden="true"><rect x="1" y="1" width="28" height="10" fill="${color}" fill-opacity="${isFilled ? 0.85 : 0.14}" stroke="${color}" stroke-width="1.2" stroke-dasharray="${dash === '' ? 'none' : dash}"/></svg>`;
}
