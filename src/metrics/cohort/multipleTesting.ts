/** q values controlling the false discovery rate; NaN stays NaN and does not count. Source: Benjamini & Hochberg 1995. */
export function benjaminiHochberg(p: readonly number[]): number[] {
  return adjusted(p, 'from-largest', (value, rank, count) => (value * count) / rank);
}

/** p values controlling the family-wise error. Source: Holm 1979. */
export function holm(p: readonly number[]): number[] {
  return adjusted(p, 'from-smallest', (value, rank, count) => value * (count - rank + 1));
}

function adjusted(p: readonly number[], direction: 'from-largest' | 'from-smallest', scale: (value: number, rank: number, count: number) => number): number[] {
  const order = p.map((_, n) => n).filter((n) => !Number.isNaN(p[n]!)).sort((a, b) => p[a]! - p[b]!);
  const out = p.map(() => NaN);
  const steps = order.map((n, index) => ({ n, value: scale(p[n]!, index + 1, order.length) }));
  if (direction === 'from-largest') steps.reverse();
  let bound = direction === 'from-largest' ? 1 : 0;
  for (const { n, value } of steps) {
    bound = direction === 'from-largest' ? Math.min(bound, value) : Math.max(bound, value);
    out[n] = Math.min(1, bound);
  }
  return out;
}
