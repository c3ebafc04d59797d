import type { Vector3 } from '../core/affine.ts';
import { randomStream } from '../core/random.ts';

/** What makes one head differ from the next. Lengths in mm, angles in radians. */
export type Person = Readonly<{
  /** Seeds folds, elastic deformation and tissue texture. */
  key: string;
  /** Head size along R, A, S relative to the atlas (which is the size of MNI space: larger than most heads). */
  size: Vector3;
  /** Ventricle width: 1 is a healthy young adult. */
  ventricles: number;
  /** 0: narrow sulci; 1: the wide sulci and thin cortex of old age. */
  atrophy: number;
  skullMm: number;
  scalpFatMm: number;
  /** RMS of the smooth deformation. */
  elasticMm: number;
  /** Pitch, roll, yaw of the head in the scanner. */
  tilt: Vector3;
  shiftMm: Vector3;
}>;

export function drawPerson(key: string): Person {
  const { nextFloat, nextNormal } = randomStream(`person|${key}`);
  const within = (low: number, high: number): number => low + (high - low) * nextFloat();
  const limited = (sd: number): number => sd * Math.max(-2, Math.min(2, nextNormal()));
  const whole = 0.955 + limited(0.022);
  const atrophy = within(0, 1) ** 1.5;
  return {
    key,
    size: [whole + limited(0.018), whole + limited(0.018), whole + limited(0.018)],
    ventricles: within(0.75, 1.15) + 0.7 * atrophy,
    atrophy,
    skullMm: within(5.5, 8.5),
    scalpFatMm: within(2.5, 5.5),
    elasticMm: within(1, 2.2),
    tilt: [limited(0.06), limited(0.03), limited(0.03)],
    shiftMm: [limited(2), limited(3), limited(2)],
  };
}

/** Years. Sulci widen with age, and nothing else in the phantom does: the effect that is planted. 20 to 85. */
export function ageOf({ atrophy }: Person): number {
  return Math.round(10 * (20 + 65 * atrophy ** (2 / 3))) / 10;
}

/** Drawn apart from the anatomy, on which it has no influence: a covariate without effect. */
export function sexOf({ key }: Person): 'F' | 'M' {
  return randomStream(`sex|${key}`).nextFloat() < 0.5 ? 'F' : 'M';
}
