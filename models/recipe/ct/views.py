"""Stored volumes → views: the statistics of one anatomy at one pixel size and slice thickness, which simulate.py puts under scanners.

python -m ct.views OUT.npz --volumes FILE... A view keeps band energies per cell and class, support, and the band powers of its patches; a volume of coarse
pixels is also read as finer ones, to scale by interpolation, and as smaller anatomy, so that every band of the networks has seen anatomy; and in halves.
"""
import argparse
import json
import os
import time

import numpy as np
from scipy.ndimage import zoom

from ct.gain_statistics import Parts, energies, evenly
from ct.hounsfield import Scan, read_scan
from ct.patch_spectra import Patches

PIXELS_MM = (.45, .55, .65, .75, .85, 1., 1.2, 1.4)
THICKNESSES = (1, 3)
MOST_PATCHES = 300


def volume_name(path):
    """What a stored volume is called in views and weights."""
    return os.path.basename(path).split('.')[0]


def thicker(hu, n):
    """Means of n neighbouring slices."""
    return hu[:len(hu) // n * n].reshape(-1, n, *hu.shape[1:]).mean(1)


def centre(hu, most):
    """The middle `most` rows and columns."""
    j, i = (max(0, (n - most) // 2) for n in hu.shape[1:])
    return hu[:, j:j + most, i:i + most]


def to_scale(hu, factor, most):
    """The middle `most` rows and columns with pixels finer by a factor."""
    return zoom(centre(hu, int(np.ceil(most / factor))), (1, factor, factor), order=3)


def views_of(scan, most_pixels):
    """(pixel size, thickness factor, part, scan) of one volume: whole, its halves where slices are thin, and to scale where its pixels are coarser."""
    native = scan.spacing[1]
    for pixel in PIXELS_MM:
        if pixel > native * 1.05 or native / pixel > 4:
            continue
        scale = pixel / native
        for n in THICKNESSES:
            hu = thicker(centre(scan.hu, most_pixels), n)
            half = len(hu) // 2
            for part, chosen in dict(whole=hu, first=hu[:half], second=hu[half:]).items():
                if len(chosen) >= 6 and (n == 1 or part == 'whole'):
                    yield pixel, n, part, Scan(chosen, (scan.spacing[0] * scale * n, pixel, scan.spacing[2] * scale))
            if scale < .95 and len(scan.hu) >= 6 * n:
                yield pixel, n, 'to scale', Scan(to_scale(thicker(scan.hu, n), 1 / scale, most_pixels), (scan.spacing[0] * n, pixel, scan.spacing[2] * scale))


def measured(scan, slices):
    parts = Parts(scan)
    used = evenly(scan.hu.shape[0], slices)
    energy, volume = energies(parts, used)
    patches = Patches(scan.spacing[1:])
    powers, level = (np.concatenate(a) for a in zip(*(patches.add(parts.hu[k], parts.weight[k]) for k in used)))
    kept = np.random.default_rng(0).permutation(len(level))[:MOST_PATCHES]
    return dict(energy=energy, volume=volume, powers=powers[kept].astype(np.float32), level=level[kept].astype(np.float32), nyquist=.5 / max(scan.spacing[1:]), sampled=patches.sampled)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out')
    parser.add_argument('--volumes', nargs='+', required=True)
    parser.add_argument('--slices', type=int, default=16)
    parser.add_argument('--pixels', type=int, default=240)
    options = parser.parse_args()
    out = {}
    for path in options.volumes:
        scan, name = read_scan(path), volume_name(path)
        for pixel, n, part, view in views_of(scan, options.pixels):
            began = time.time()
            key = f'{name}|{pixel}|{n}|{part}'
            for field, value in measured(view, options.slices).items():
                out[f'{key}|{field}'] = value
            print(json.dumps(dict(view=key, grid=out[f'{key}|volume'].shape[1:], patches=len(out[f'{key}|level']), seconds=round(time.time() - began, 1))), flush=True)
    np.savez(options.out, **out)


if __name__ == '__main__':
    main()
