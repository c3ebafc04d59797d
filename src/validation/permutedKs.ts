/** KS distances of one feature under many regroupings of its rows: the order of the values is found once. */
export function permutedKs(values: Float64Array, draws: readonly Readonly<{ first: readonly number[]; second: readonly number[] }>[]): Float64Array {
  const out = new Float64Array(draws.length);
  const rows = draws.length === 0 ? [] : [...draws[0]!.first, ...draws[0]!.second].sort((a, b) => values[a]! - values[b]!);
  const isFirst = new Uint8Array(values.length);
  draws.forEach(({ first, second }, n) => {
    isFirst.fill(0);
    for (const row of first) isFirst[row] = 1;
    let [gap, largest] = [0, 0];
    for (let i = 0; i < rows.length; i++) {
      gap += isFirst[rows[i]!] === 1 ? 1 / first.length : -1 / second.length;
      // within ties the curves have not yet met
      if (i + 1 === rows.length || values[rows[i + 1]!] !== values[rows[i]!]) largest = Math.max(largest, Math.abs(gap));
    }
    out[n] = largest;
  });
  return out;
}
