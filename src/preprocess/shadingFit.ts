import { quantiles, solvePositiveDefinite } from '../core/statistics.ts';
import { evaluateTerms, polynomialTerms } from './shadingBasis.ts';
import type { BrainEllipsoid } from './workingFrame.ts';
import { WORKING_SHAPE } from './workingFrame.ts';

/** Six Gaussians for three tissues: partial volumes need their own, or thin CSF at the rim passes for shading. */
const CLASSES = 6;
/** Share of the total weight added to the diagonal: strong enough to leave flat heads flat (study bias-field). */
const RIDGE = 1e-3;
/** Working voxels between samples: 6 mm, some 5,000 in a brain. */
const STEP = 3;
/** Smallest variance of a class in log intensity: an SD of 1 %. */
const SMALLEST_VARIANCE = 1e-4;

type Design = Readonly<{ rows: Float64Array; logs: Float64Array; terms: number }>;
type Mixture = { share: Float64Array; mean: Float64Array; variance: Float64Array };

/**
 * Coefficients of the log shading that makes the tissue classes narrowest, by expectation-maximisation.
 * Samples: working grid, every third voxel of `mask`, any positive unit.
 * Notation: y = log intensity, f = log shading, p_k = class posteriors, w = Σ p_k / σ_k²,
 * target of the weighted least squares for f: y − Σ (p_k μ_k / σ_k²) / w.
 *
 * Source: Van Leemput et al. 1999, IEEE TMI 18(10), eqs. 6–10; ridge added, as a third of the brain may be out of view.
 */
export function fitShading(
  samples: Float32Array,
  mask: Uint8Array,
  ellipsoid: BrainEllipsoid,
  { degree, iterations }: { degree: number; iterations: number },
): Float64Array {
  const design = designOf(samples, mask, ellipsoid, degree);
  const { logs } = design;
  let coefficients: Float64Array = new Float64Array(design.terms);
  const flat = logs.slice();
  const mixture = startMixture(logs);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const { weight, target } = expectation(flat, logs, mixture);
    coefficients = weightedFit(design, weight, target);
    for (let n = 0; n < logs.length; n++) flat[n] = logs[n]! - fieldAt(design, coefficients, n);
  }
  return coefficients;
}

function designOf(samples: Float32Array, mask: Uint8Array, ellipsoid: BrainEllipsoid, degree: number): Design {
  const terms = polynomialTerms(degree);
  const [nx, ny, nz] = WORKING_SHAPE;
  const logs: number[] = [];
  const places: [number, number, number][] = [];
  for (let z = 0; z < nz; z += STEP) {
    for (let y = 0; y < ny; y += STEP) {
      for (let x = 0; x < nx; x += STEP) {
        const o = (z * ny + y) * nx + x;
        if (mask[o] === 0 || !(samples[o]! > 0)) continue;
        logs.push(Math.log(samples[o]!));
        places.push([x, y, z]);
      }
    }
  }
  const rows = new Float64Array(logs.length * terms.length);
  places.forEach((place, n) => {
    evaluateTerms(terms, ellipsoid, place, rows.subarray(n * terms.length, (n + 1) * terms.length));
  });
  return { rows, logs: Float64Array.from(logs), terms: terms.length };
}

function startMixture(logs: Float64Array): Mixture {
  const probabilities = Array.from({ length: CLASSES }, (_, k) => 0.1 + (0.8 * k) / (CLASSES - 1));
  const mean = Float64Array.from(quantiles(logs, probabilities));
  const spread = (mean[CLASSES - 1]! - mean[0]!) / (CLASSES + 1);
  return {
    share: new Float64Array(CLASSES).fill(1 / CLASSES),
    mean,
    variance: new Float64Array(CLASSES).fill(Math.max(spread * spread, SMALLEST_VARIANCE)),
  };
}

/** Posteriors of the flattened logs; updates `mixture`, and returns weight and target of the next fit. */
function expectation(
  flat: Float64Array,
  logs: Float64Array,
  mixture: Mixture,
): { weight: Float64Array; target: Float64Array } {
  const n = flat.length;
  const weight = new Float64Array(n);
  const target = new Float64Array(n);
  const posterior = new Float64Array(n * CLASSES);
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let k = 0; k < CLASSES; k++) {
      const deviation = flat[i]! - mixture.mean[k]!;
      const density =
        (mixture.share[k]! / Math.sqrt(mixture.variance[k]!)) *
        Math.exp((-0.5 * deviation * deviation) / mixture.variance[k]!);
      posterior[i * CLASSES + k] = density + 1e-30;
      total += density + 1e-30;
    }
    for (let k = 0; k < CLASSES; k++) posterior[i * CLASSES + k]! /= total;
  }
  updateMixture(mixture, posterior, flat);
  for (let i = 0; i < n; i++) {
    let w = 0;
    let expected = 0;
    for (let k = 0; k < CLASSES; k++) {
      const precision = posterior[i * CLASSES + k]! / mixture.variance[k]!;
      w += precision;
      expected += precision * mixture.mean[k]!;
    }
    weight[i] = w;
    target[i] = logs[i]! - expected / w;
  }
  return { weight, target };
}

function updateMixture(mixture: Mixture, posterior: Float64Array, flat: Float64Array): void {
  for (let k = 0; k < CLASSES; k++) {
    let share = 0;
    let moment = 0;
    for (let i = 0; i < flat.length; i++) {
      share += posterior[i * CLASSES + k]!;
      moment += posterior[i * CLASSES + k]! * flat[i]!;
    }
    const mean = moment / share;
    let square = 0;
    for (let i = 0; i < flat.length; i++) square += posterior[i * CLASSES + k]! * (flat[i]! - mean) ** 2;
    mixture.share[k] = share / flat.length;
    mixture.mean[k] = mean;
    mixture.variance[k] = Math.max(square / share, SMALLEST_VARIANCE);
  }
}

/** Ridge-regularised weighted least squares, with a constant that is fitted and dropped. */
function weightedFit({ rows, terms }: Design, weight: Float64Array, target: Float64Array): Float64Array {
  const size = terms + 1;
  const a = new Float64Array(size * size);
  const b = new Float64Array(size);
  const row = new Float64Array(size).fill(1);
  let total = 0;
  for (let n = 0; n < weight.length; n++) {
    const w = weight[n]!;
    total += w;
    for (let t = 0; t < terms; t++) row[t] = rows[n * terms + t]!;
    for (let r = 0; r < size; r++) {
      const wr = w * row[r]!;
      b[r]! += wr * target[n]!;
      for (let c = 0; c <= r; c++) a[r * size + c]! += wr * row[c]!;
    }
  }
  for (let t = 0; t < terms; t++) a[t * size + t]! += RIDGE * total;
  return solvePositiveDefinite(a, b).subarray(0, terms);
}

function fieldAt({ rows, terms }: Design, coefficients: Float64Array, n: number): number {
  let sum = 0;
  for (let t = 0; t < terms; t++) sum += rows[n * terms + t]! * coefficients[t]!;
  return sum;
}
