import type { Volume } from '../core/volume.ts';

/** Model scale: what is darker in the source is air. */
const HEAD_FLOOR = 0.1;

/**
 * Whether edges stayed where they were, whatever became of their strength: the mean cosine between the gradients of source
 * and harmonized over the head, each voxel weighted by the sum of both gradients' sizes. A change of contrast keeps every
 * direction and scores 1; an edge that appears, vanishes or turns does not. Central differences, voxel units.
 * Unlike the correlation of gradient sizes it does not fall when tissue contrast changes, as harmonization means it to.
 *
 * Source: the normalized gradient field of Haber & Modersitzki 2006, weighted.
 */
export function edgeAgreement(source: Volume<'model'>, harmonized: Volume<'model'>): number {
  const [a, b] = [source.samples, harmonized.samples];
  const [ni, nj, nk] = source.shape;
  const slice = ni * nj;
  let agreement = 0;
  let total = 0;
  for (let k = 1; k < nk - 1; k++) {
    for (let j = 1; j < nj - 1; j++) {
      for (let n = k * slice + j * ni + 1, end = n + ni - 2; n < end; n++) {
        if (!(a[n]! > HEAD_FLOOR)) continue;
        const [ax, ay, az] = [a[n + 1]! - a[n - 1]!, a[n + ni]! - a[n - ni]!, a[n + slice]! - a[n - slice]!];
        const [bx, by, bz] = [b[n + 1]! - b[n - 1]!, b[n + ni]! - b[n - ni]!, b[n + slice]! - b[n - slice]!];
        const sizeA = Math.sqrt(ax * ax + ay * ay + az * az);
        const sizeB = Math.sqrt(bx * bx + by * by + bz * bz);
        total += sizeA + sizeB;
        if (sizeA * sizeB > 0) agreement += ((sizeA + sizeB) * (ax * bx + ay * by + az * bz)) / (sizeA * sizeB);
      }
    }
  }
  return agreement / total;
}
