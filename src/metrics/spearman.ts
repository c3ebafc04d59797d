import { correlationOf } from '../core/moments.ts';

/** Rank correlation of pairs; tied values share their mean rank. NaN where one side is constant. Source: Spearman 1904. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const sum = (terms: readonly number[]): number => terms.reduce((total, term) => total + term, 0);
  return correlationOf({
    n: x.length,
    x: sum(x),
    y: sum(y),
    xx: sum(x.map((rank) => rank * rank)),
    yy: sum(y.map((rank) => rank * rank)),
    xy: sum(x.map((rank, n) => rank * y[n]!)),
  });
}

function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}
