import type { BrainEllipsoid } from './workingFrame.ts';

/**
 * A smooth field as a polynomial: exponents of x, y, z for every term of total degree 1 … `degree`, in a fixed
 * order (degree, then x before y before z). The constant is left out: it belongs to the brain scale.
 */
export function polynomialTerms(degree: number): readonly (readonly [number, number, number])[] {
  const terms: [number, number, number][] = [];
  for (let total = 1; total <= degree; total++) {
    for (let a = total; a >= 0; a--) {
      for (let b = total - a; b >= 0; b--) terms.push([a, b, total - a - b]);
    }
  }
  return terms;
}

/** How far beyond the brain ellipsoid the polynomial is followed before it is held constant along the radius. */
const REACH = 1.1;

/**
 * Evaluates all terms at a place of the working frame into `out`.
 * Coordinates are ellipsoid radii / 1.1 and are pulled back radially onto the unit sphere outside it, so that
 * nothing extrapolates into scalp, neck and air.
 */
export function evaluateTerms(
  terms: readonly (readonly [number, number, number])[],
  { centre, semiAxes }: BrainEllipsoid,
  place: readonly [number, number, number],
  out: Float64Array,
): void {
  let x = (place[0] - centre[0]) / (REACH * semiAxes[0]);
  let y = (place[1] - centre[1]) / (REACH * semiAxes[1]);
  let z = (place[2] - centre[2]) / (REACH * semiAxes[2]);
  const radius = Math.sqrt(x * x + y * y + z * z);
  if (radius > 1) {
    x /= radius;
    y /= radius;
    z /= radius;
  }
  for (let t = 0; t < terms.length; t++) {
    const [a, b, c] = terms[t]!;
    let value = 1;
    for (let n = 0; n < a; n++) value *= x;
    for (let n = 0; n < b; n++) value *= y;
    for (let n = 0; n < c; n++) value *= z;
    out[t] = value;
  }
}
