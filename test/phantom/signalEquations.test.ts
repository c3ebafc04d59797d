import { describe, expect, it } from 'vitest';

import { ernstAngle, inversionPrepared, signal, spinEcho, spoiledGradientEcho } from '../../src/phantom/signalEquations.ts';
import { relaxationAt, tissueNames, WHITE, CORTICAL_GREY, FLUID } from '../../src/phantom/tissues.ts';

const tissue = { t1: 800, t2: 80, t2Star: 50, protonDensity: 1 };

describe('spoiled gradient echo', () => {
  it('is largest at the Ernst angle: 12.76° for TR 20 ms and T1 800 ms', () => {
    const best = ernstAngle(20, 800);
    expect(best).toBeCloseTo(12.758, 3);
    const at = (flip: number): number => spoiledGradientEcho({ kind: 'spoiled gradient echo', tr: 20, te: 5, flip }, tissue);
    expect(at(best)).toBeGreaterThan(at(best - 0.5));
    expect(at(best)).toBeGreaterThan(at(best + 0.5));
  });

  it('at 90° and TR = T1·ln 2 is half of the relaxed signal, and loses 1/e over TE = T2*', () => {
    const at = (te: number): number => spoiledGradientEcho({ kind: 'spoiled gradient echo', tr: 800 * Math.LN2, te, flip: 90 }, tissue);
    expect(at(0)).toBeCloseTo(0.5, 12);
    expect(at(50)).toBeCloseTo(0.5 / Math.E, 12);
  });
});

describe('spin echo', () => {
  it('is PD·(1 − 1/2)·1/e at TR = T1·ln 2 and TE = T2', () => {
    expect(spinEcho({ kind: 'spin echo', tr: 800 * Math.LN2, te: 80 }, tissue)).toBeCloseTo(0.5 / Math.E, 12);
  });
});

describe('inversion-prepared gradient echo', () => {
  const bare = { kind: 'inversion-prepared gradient echo', tr: 1e6, ti: 800 * Math.LN2, te: 0, flip: 9, pulses: 0, echoSpacing: 7 } as const;

  it('is null at TI = T1·ln 2 for long TR', () => {
    expect(inversionPrepared(bare, tissue)).toBeLessThan(1e-12);
  });

  it('without pulses is |1 − 2·exp(−TI/T1)/(1 + exp(−TR/T1))|: 0.3498 for TI 900, TR 2300, T1 850', () => {
    const value = inversionPrepared({ ...bare, ti: 900, tr: 2300 }, { ...tissue, t1: 850 });
    expect(value).toBeCloseTo(1 - (2 * Math.exp(-900 / 850)) / (1 + Math.exp(-2300 / 850)), 12);
    expect(value).toBeCloseTo(0.3498, 3);
  });

  it('agrees with stepping the magnetisation pulse by pulse within 0.7 %', () => {
    const sequence = { ...bare, tr: 2300, ti: 900, pulses: 160, echoSpacing: 7 } as const;
    // The closed form averages over each pulse, the echo is made of what precedes it: (1 − cos 9°)/2 = 0.6 %
    expect(Math.abs(inversionPrepared(sequence, tissue) / bloch(sequence) - 1)).toBeLessThan(0.007);
  });

  it('refuses a readout that is longer than 2·TI', () => {
    expect(() => inversionPrepared({ ...bare, ti: 500, pulses: 160 }, tissue)).toThrow(/at most 1000 ms, got 1120 ms/);
  });
});

/** Longitudinal magnetisation stepped through 40 cycles; the middle pulse's signal. */
function bloch({ tr, ti, flip, pulses, echoSpacing }: { tr: number; ti: number; flip: number; pulses: number; echoSpacing: number }): number {
  const angle = (flip * Math.PI) / 180;
  const recover = (mz: number, time: number): number => 1 + (mz - 1) * Math.exp(-time / tissue.t1);
  const train = pulses * echoSpacing;
  let mz = 1;
  let centre = 0;
  for (let cycle = 0; cycle < 40; cycle++) {
    mz = recover(-mz, ti - train / 2);
    for (let pulse = 0; pulse < pulses; pulse++) {
      // Half of the spacing on each side of the pulse: the continuous limit the formula describes
      mz = recover(mz, echoSpacing / 2);
      const excited = mz * Math.sin(angle);
      mz *= Math.cos(angle);
      if (pulse === pulses / 2 - 1) centre = excited / 2;
      if (pulse === pulses / 2) centre += excited / 2;
      mz = recover(mz, echoSpacing / 2);
    }
    mz = recover(mz, tr - ti - train / 2);
  }
  return Math.abs(centre);
}

describe('relaxation tables', () => {
  it('T1 is longer at 3 T than at 1.5 T for every tissue but air, and T2* shorter or equal', () => {
    const low = relaxationAt(1.5);
    const high = relaxationAt(3);
    tissueNames.forEach((name, index) => {
      if (name === 'air') return;
      expect(high[index]!.t1, name).toBeGreaterThan(low[index]!.t1);
      expect(high[index]!.t2Star, name).toBeLessThanOrEqual(low[index]!.t2Star);
    });
  });

  it('give an MPRAGE where white > grey > fluid, and grey is 0.55–0.75 of white', () => {
    const sequence = { kind: 'inversion-prepared gradient echo', tr: 2300, ti: 900, te: 3, flip: 9, pulses: 160, echoSpacing: 7 } as const;
    const [white, grey, fluid] = [WHITE, CORTICAL_GREY, FLUID].map((label) => signal(sequence, relaxationAt(3)[label]!)) as [number, number, number];
    expect(grey / white).toBeGreaterThan(0.55);
    expect(grey / white).toBeLessThan(0.75);
    expect(fluid / white).toBeLessThan(0.3);
  });
});
