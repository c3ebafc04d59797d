"""Stored volumes → views: the statistics of one anatomy at one pixel size and slice thickness, which simulate.py puts under scanners.

python -m ct.views OUT.npz --volumes FILE... A view keeps band energies per cell and class, support and the flat-patch spectrum of its own; a volume of coarse
pixels is also read as finer ones (smaller anatomy), so that every band of the networks has seen anatomy.
"""
import argparse
import json
import os
import time

import numpy as np

from ct.bands import KNOTS
from ct.flat_patches import nps
from ct.gain_statistics import Parts, energies, evenly
from ct.hounsfield import Scan, read_scan

PIXELS_MM = (.5, .65, .8, 1., 1.4)
THICKNESSES = (1, 3)


def thicker(hu, n):
    """Means of n neighbouring slices."""
    return hu[:len(hu) // n * n].reshape(-1, n, *hu.shape[1:]).mean(1)


def centre(hu, most):
    """The middle `most` rows and columns."""
    j, i = (max(0, (n - most) // 2) for n in hu.shape[1:])
    return hu[:, j:j + most, i:i + most]


def views_of(scan, most_pixels):
    """(pixel size, thickness factor, scan) of one volume."""
    native = scan.spacing[1]
    for pixel in PIXELS_MM:
        if pixel > native * 1.05 or native / pixel > 4:
            continue
        scale = pixel / native
        for n in THICKNESSES:
            hu = thicker(centre(scan.hu, most_pixels), n)
            if len(hu) >= 6:
                yield pixel, n, Scan(hu, (scan.spacing[0] * scale * n, pixel, scan.spacing[2] * scale))


def measured(scan, slices):
    parts = Parts(scan)
    energy, volume = energies(parts, evenly(scan.hu.shape[0], slices))
    power, patches = nps(parts.hu, scan.spacing[1:], evenly(scan.hu.shape[0], slices))
    nyquist = .5 / max(scan.spacing[1:])
    return dict(energy=energy, volume=volume, nps=power, patches=patches, nyquist=nyquist, top=int((KNOTS[1:] < nyquist).sum()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out')
    parser.add_argument('--volumes', nargs='+', required=True)
    parser.add_argument('--slices', type=int, default=24)
    parser.add_argument('--pixels', type=int, default=240)
    options = parser.parse_args()
    out = {}
    for path in options.volumes:
        scan, name = read_scan(path), os.path.basename(path).split('.')[0]
        for pixel, n, view in views_of(scan, options.pixels):
            began = time.time()
            key = f'{name}|{pixel}|{n}'
            for field, value in measured(view, options.slices).items():
                out[f'{key}|{field}'] = value
            print(json.dumps(dict(view=key, grid=out[f'{key}|volume'].shape[1:], patches=int(out[f'{key}|patches']), seconds=round(time.time() - began, 1))), flush=True)
    np.savez(options.out, **out)


if __name__ == '__main__':
    main()
