import { randomStream } from '../../src/core/random.ts';
import type { Shape3, Volume } from '../../src/core/volume.ts';

export type CtPhantom = Readonly<{ shape?: Shape3; /** mm */ spacing?: Shape3; /** Noise SD in HU before the kernel. */ noise?: number; /** Passes of a [1 2 1] blur in the slice: the kernel. */ blur?: number; key?: string }>;

/** A trunk in HU: air, skin fat, soft tissue, two lungs, a spine, a metal rod and padding in the corners. Whole HU, RAS order. */
export function ctPhantom({ shape = [112, 104, 8], spacing = [2.6, 2.6, 5], noise = 30, blur = 0, key = 'ct' }: CtPhantom = {}): Volume<'scanner'> {
  const [ni, nj, nk] = shape;
  const random = randomStream(key);
  const samples = new Float32Array(ni * nj * nk);
  const inside = (i: number, j: number, ci: number, cj: number, ri: number, rj: number): boolean => ((i - ci * ni) / (ri * ni)) ** 2 + ((j - cj * nj) / (rj * nj)) ** 2 < 1;
  for (let k = 0, n = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      for (let i = 0; i < ni; i++, n++) {
        let hu = -1000;
        if (inside(i, j, 0.5, 0.5, 0.44, 0.4)) hu = -100;
        if (inside(i, j, 0.5, 0.5, 0.4, 0.36)) hu = 55;
        if (inside(i, j, 0.24, 0.62, 0.09, 0.13) || inside(i, j, 0.76, 0.62, 0.09, 0.13)) hu = -850;
        if (inside(i, j, 0.5, 0.22, 0.06, 0.06)) hu = 500;
        if (inside(i, j, 0.5, 0.72, 0.012, 0.012)) hu = 2700;
        samples[n] = hu + noise * random.nextNormal();
      }
    }
    for (let pass = 0; pass < blur; pass++) blurSlice(samples.subarray(k * ni * nj, (k + 1) * ni * nj), ni, nj);
  }
  for (let n = 0; n < samples.length; n++) {
    const [i, j] = [n % ni, Math.floor(n / ni) % nj];
    samples[n] = i < 6 && j < 6 ? -2000 : Math.max(Math.round(samples[n]!), -1024);
  }
  const [si, sj, sk] = spacing;
  return { scale: 'scanner', shape, samples, affine: { frame: 'RAS', rows: [[si, 0, 0, 0], [0, sj, 0, 0], [0, 0, sk, 0]] } };
}

function blurSlice(plane: Float32Array, ni: number, nj: number): void {
  for (const [count, length, stride, step] of [[nj, ni, ni, 1], [ni, nj, 1, ni]] as const) {
    for (let line = 0; line < count; line++) {
      const at = (m: number): number => plane[line * stride + Math.min(Math.max(m, 0), length - 1) * step]!;
      const smooth = Float32Array.from({ length }, (_, m) => (at(m - 1) + 2 * at(m) + at(m + 1)) / 4);
      for (let m = 0; m < length; m++) plane[line * stride + m * step] = smooth[m]!;
    }
  }
}
