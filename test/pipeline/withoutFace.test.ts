import { describe, expect, it } from 'vitest';

import { withoutFace } from '../../src/pipeline/evaluation/withoutFace.ts';
import { volumeOf } from '../support/toyVolumes.ts';

describe('withoutFace', () => {
  it('keeps what lies within 12 mm of the brain, and nothing farther', () => {
    // one brain voxel at 20, voxels of 2 mm: six on either side stay
    const row = { ...volumeOf([41, 1, 1], () => 1), scale: 'model' } as const;
    const mm2 = { ...row, affine: { frame: 'RAS', rows: [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]] } } as const;
    const kept = withoutFace(mm2, Uint8Array.from({ length: 41 }, (_, voxel) => (voxel === 20 ? 1 : 0))).samples;
    expect(Array.from(kept.keys()).filter((voxel) => kept[voxel] === 1)).toEqual([14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26]);
  });
});
