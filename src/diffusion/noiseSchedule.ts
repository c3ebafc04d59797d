/**
 * The cosine schedule without offset: alphaBar(t) = cos²(π/2 · (t + 1) / N), the share of signal variance left at timestep t.
 * t = N − 1 is pure noise and t = CLEAN no noise; both are exact, so that the first step asks for nothing the noise
 * does not hold.
 *
 * Source: Nichol & Dhariwal 2021 (arXiv 2102.09672), eq. 17 with s = 0; zero terminal SNR: Lin et al. 2023
 * (arXiv 2305.08891).
 */
export function alphaBar(timestep: number, trainTimesteps: number): number {
  if (timestep === trainTimesteps - 1) return 0;
  if (timestep === CLEAN) return 1;
  return Math.cos((Math.PI / 2) * ((timestep + 1) / trainTimesteps)) ** 2;
}

/** The timestep after the last denoising step: nothing but signal. */
export const CLEAN = -1;
