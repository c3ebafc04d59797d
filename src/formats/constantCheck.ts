import { ScanRefusal } from '../core/issues.ts';

/** Whether all samples that were ever added are equal: an export that failed. */
export type ConstantCheck = Readonly<{ add: (plane: Float32Array) => void; /** @throws CONSTANT */ finish: () => void }>;

export function createConstantCheck(): ConstantCheck {
  let first: number | undefined;
  let count = 0;
  let isConstant = true;
  return {
    add: (plane) => {
      first ??= plane[0];
      count += plane.length;
      for (let n = 0; isConstant && n < plane.length; n++) isConstant = plane[n] === first;
    },
    finish: () => {
      if (isConstant) throw new ScanRefusal('CONSTANT', `all ${count} voxels are equal`);
    },
  };
}
