/** Ranks from 1; equal values share their mean rank. */
export function midRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, n) => n).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1]!] === values[order[start]!]) end++;
    for (let n = start; n <= end; n++) ranks[order[n]!] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return ranks;
}
