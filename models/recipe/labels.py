"""Label maps → tissue fractions at 2 mm in the head frame, once: python labels.py LABEL_DIR CACHE_DIR."""
import glob
import os
import sys

import nibabel as nib
import numpy as np

from style_statistics import FRAME

# FreeSurfer and SynthSeg label numbers of each tissue group; the first 11 are the brain
GROUPS = [[2, 41, 85], [3, 42], [7, 46], [8, 47], [10, 49], [11, 50, 12, 51, 26, 58], [13, 52], [28, 60, 16], [17, 18, 53, 54],
          [4, 5, 43, 44, 14, 15, 24], [25, 57, 72, 136, 137, 163, 164, 30, 62], [502], [506], [507], [508], [509], [511], [512],
          [514], [515], [516], [530]]
BRAIN_GROUPS = 11


def head_box(foreground):
    """Numerics of the head frame on a boolean ZYX volume at 2 mm: centre, half-widths and top slice."""
    top = int(np.where(foreground.sum((1, 2)) >= 375)[0].max())
    often = foreground[max(0, top - 52):max(1, top - 8)].mean(0) > 0.25
    y, x = np.where(often.sum(1) >= 10)[0], np.where(often.sum(0) >= 10)[0]
    if not x.size or not y.size:
        return 0., 0., 0., 0., top
    return (x.min() + x.max()) / 2, (y.min() + y.max()) / 2, (x.max() - x.min()) / 2, (y.max() - y.min()) / 2, top


def to_frame(volume, box, fill=0):
    """Integer shift of a ZYX volume into the frame: box centre at (47.5, 59.5), top of the head at slice 90."""
    offset = np.rint([90 - box[4], 59.5 - box[1], 47.5 - box[0]]).astype(int)
    out = np.full((*FRAME, *volume.shape[3:]), fill, volume.dtype)
    source = [slice(max(0, -o), max(0, min(n, size - o))) for o, n, size in zip(offset, volume.shape, FRAME)]
    target = [slice(s.start + o, s.stop + o) for s, o in zip(source, offset)]
    out[tuple(target)] = volume[tuple(source)]
    return out


def fractions(path):
    image = nib.as_closest_canonical(nib.load(path))
    labels = np.asarray(image.dataobj).astype(np.int32).transpose(2, 1, 0)
    even = [n - n % 2 for n in labels.shape]
    labels = labels[:even[0], :even[1], :even[2]]
    table = np.full(labels.max() + 1, len(GROUPS), np.uint8)
    for g, members in enumerate(GROUPS):
        table[[m for m in members if m < table.size]] = g
    grouped = table[labels].reshape(even[0] // 2, 2, even[1] // 2, 2, even[2] // 2, 2)
    out = np.stack([np.rint((grouped == g).mean((1, 3, 5)) * 255) for g in range(len(GROUPS))], -1).astype(np.uint8)
    return to_frame(out, head_box(out.sum(-1, dtype=np.int32) > 127))


if __name__ == '__main__':
    os.makedirs(sys.argv[2], exist_ok=True)
    for path in sorted(glob.glob(os.path.join(sys.argv[1], '*.nii.gz'))):
        target = os.path.join(sys.argv[2], os.path.basename(path).split('.')[0] + '.npy')
        if not os.path.exists(target):
            np.save(target, fractions(path))
        print(target, flush=True)
