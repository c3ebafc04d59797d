// Data table: what numbers of this kind do by sample size alone, measured by simulation (validation.md §10).

/** FID between two samples of one N(0, I) of d dimensions; the truth is 0. */
export const fidUnderNull = {
  sizes: [15, 30, 50, 100, 500],
  rows: [
    { dimensions: 16, values: [11.8, 5.6, 3.4, 1.7, 0.34] },
    { dimensions: 64, values: [86.8, 63.1, 43.8, 21.8, 4.5] },
    { dimensions: 256, values: [443, 383, 336, 258, 67] },
  ],
} as const;

/** 95 % half width of an AUC, by subjects per site (Hanley & McNeil). */
export const aucHalfWidth = {
  sizes: [10, 15, 20, 30, 50, 100],
  rows: [
    { auc: 0.5, values: [0.259, 0.21, 0.181, 0.147, 0.114, 0.08] },
    { auc: 0.7, values: [0.234, 0.189, 0.163, 0.133, 0.102, 0.072] },
  ],
} as const;

/** MMD permutation test: unbiased, RBF with median bandwidth, 199 permutations, alpha .05, 10 dimensions; by subjects per site. */
export const mmdPower = {
  sizes: [10, 20, 40],
  rows: [
    { what: 'type I error', values: [0.053, 0.033, 0.057] },
    { what: 'power, shift of 0.5 SD in 3 of 10 dimensions', values: [0.17, 0.35, 0.71] },
    { what: 'power, shift of 0.8 SD in 3 of 10 dimensions', values: [0.43, 0.84, 1] },
  ],
} as const;

/** Standard deviation of KID under no difference; |mean| ≤ 0.03 in every cell. */
export const kidSpread = [
  { dimensions: 64, size: 30, sd: 0.048 },
  { dimensions: 64, size: 50, sd: 0.027 },
  { dimensions: 64, size: 100, sd: 0.01 },
  { dimensions: 256, size: 30, sd: 0.016 },
] as const;
