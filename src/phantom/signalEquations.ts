import { ConcordError } from '../core/errors.ts';
import type { Relaxation } from './tissues.ts';

/** Times in ms, flip angles in degrees. */
export type SpoiledGradientEcho = Readonly<{ kind: 'spoiled gradient echo'; tr: number; te: number; flip: number }>;
export type SpinEcho = Readonly<{ kind: 'spin echo'; tr: number; te: number }>;
/** `tr` from inversion to inversion; `pulses` readouts, `echoSpacing` ms apart, the middle one at `ti`. */
export type InversionPrepared = Readonly<{
  kind: 'inversion-prepared gradient echo';
  tr: number; ti: number; te: number; flip: number;
  pulses: number; echoSpacing: number;
}>;
export type Sequence = SpoiledGradientEcho | SpinEcho | InversionPrepared;

/**
 * Steady-state magnitude of one tissue, in units of fully relaxed water.
 * @throws CONCORD_USAGE if the readout of an inversion-prepared sequence does not fit between TI and TR
 */
export function signal(sequence: Sequence, tissue: Relaxation): number {
  switch (sequence.kind) {
    case 'spoiled gradient echo': return spoiledGradientEcho(sequence, tissue);
    case 'spin echo': return spinEcho(sequence, tissue);
    case 'inversion-prepared gradient echo': return inversionPrepared(sequence, tissue);
  }
}

/** Source: Ernst & Anderson 1966; M = PD·sin α·(1 − E1)/(1 − cos α·E1)·exp(−TE/T2*), E1 = exp(−TR/T1). */
export function spoiledGradientEcho({ tr, te, flip }: SpoiledGradientEcho, tissue: Relaxation): number {
  const angle = radians(flip);
  const e1 = Math.exp(-tr / tissue.t1);
  const longitudinal = (1 - e1) / (1 - Math.cos(angle) * e1);
  return tissue.protonDensity * Math.sin(angle) * longitudinal * Math.exp(-te / tissue.t2Star);
}

/** Source: Hahn 1950, with the echo short against TR; M = PD·(1 − exp(−TR/T1))·exp(−TE/T2). */
export function spinEcho({ tr, te }: SpinEcho, tissue: Relaxation): number {
  return tissue.protonDensity * (1 - Math.exp(-tr / tissue.t1)) * Math.exp(-te / tissue.t2);
}

/**
 * MPRAGE: perfect inversion, free recovery, a train of small flips that drives Mz towards M0* with T1*, free recovery.
 * Each stretch is affine in Mz, so the periodic state is solved, not iterated. With no pulses it is
 * PD·|1 − 2·exp(−TI/T1)/(1 + exp(−TR/T1))|.
 * Source: Deichmann et al. 2000 (NeuroImage 12:112), eq. 1–5; Look & Locker 1970 for T1*.
 */
export function inversionPrepared(sequence: InversionPrepared, tissue: Relaxation): number {
  const { tr, ti, te, flip, pulses, echoSpacing } = sequence;
  const train = pulses * echoSpacing;
  const before = ti - train / 2;
  const after = tr - ti - train / 2;
  if (before < 0 || after < 0) {
    const room = 2 * Math.min(ti, tr - ti);
    throw new ConcordError('CONCORD_USAGE', `The readout train must fit between two inversions: at most ${room} ms, got ${train} ms.`);
  }
  const angle = radians(flip);
  const driven = 1 / (1 / tissue.t1 - (train > 0 ? Math.log(Math.cos(angle)) / echoSpacing : 0));
  // Each stretch takes Mz to `rest + (Mz − rest)·decay`; both in units of M0
  const free = (mz: number, time: number): number => 1 + (mz - 1) * Math.exp(-time / tissue.t1);
  const readout = (mz: number, time: number): number => driven / tissue.t1 + (mz - driven / tissue.t1) * Math.exp(-time / driven);
  const cycle = (mz: number): number => free(readout(free(-mz, before), train), after);
  const atZero = cycle(0);
  const beforeInversion = atZero / (1 - (cycle(1) - atZero));
  const atCentre = readout(free(-beforeInversion, before), train / 2);
  const excited = pulses > 0 ? Math.sin(angle) : 1;
  return tissue.protonDensity * Math.abs(atCentre) * excited * Math.exp(-te / tissue.t2Star);
}

/** Flip angle in degrees that maximises a spoiled gradient echo: arccos(exp(−TR/T1)) (Ernst & Anderson 1966). */
export function ernstAngle(tr: number, t1: number): number {
  return (Math.acos(Math.exp(-tr / t1)) * 180) / Math.PI;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
