/**
 * Counter-based random numbers: the n-th value of a stream depends on (key, n) alone, so results do not
 * depend on the order or number of workers (bids-and-reports.md R-31).
 */
export type RandomStream = { nextUint32: () => number; nextFloat: () => number; nextNormal: () => number };

/** A stream for a text key such as `${seed}|${scan}|${draw}`. Values: uint32; [0, 1); N(0, 1). */
export function randomStream(key: string): RandomStream {
  const [k0, k1] = hashKey(key);
  let counter = 0;
  let spare: number | undefined;
  const nextUint32 = (): number => mix(counter++, k0, k1);
  const nextFloat = (): number => nextUint32() / 4294967296;
  const nextNormal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    // Box & Muller 1958; 1 - u keeps the logarithm finite
    const radius = Math.sqrt(-2 * Math.log(1 - nextFloat()));
    const angle = 2 * Math.PI * nextFloat();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { nextUint32, nextFloat, nextNormal };
}

/** FNV-1a over UTF-16 units with two offsets, finished by the mixer: 64 bits of key. */
function hashKey(key: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  return [mix(a >>> 0, 0x243f6a88, 0x85a308d3), mix(b >>> 0, 0x13198a2e, 0x03707344)];
}

/** Two rounds of the murmur3 finalizer keyed before each: a bijection of the counter for a fixed key. */
function mix(counter: number, k0: number, k1: number): number {
  let h = (counter ^ k0) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = (h ^ (h >>> 16) ^ k1) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}
