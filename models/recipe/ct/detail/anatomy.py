"""Stored volumes → slices without their own noise, the anatomy that tiles.py puts under simulated scanners.

python -m ct.detail.anatomy OUT.npz --volumes FILE... Noise that stays in the anatomy would teach the network to keep noise. Non-local means in three dimensions
(Buades, Coll & Morel 2005) takes most of it and leaves edges; what little texture it takes with it is missing on both sides of a pair.
"""
import argparse
import json
import os
import time

import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.restoration import denoise_nl_means

from ct.hounsfield import Scan, body_of, read_scan, smooth_in_plane, without_padding

LIMITS = (-1024, 2000)
STRENGTH = .8     # h of non-local means, in noise SD
COARSER = .8      # a volume of finer pixels is also kept at half its resolution


def denoised(hu):
    """([K, J, I] float32, noise SD): the SD of what a Gaussian of 1.5 pixels takes from soft tissue, by its median."""
    slow = gaussian_filter(hu, (0, 1.5, 1.5))
    sigma = float(1.4826 * np.median(np.abs(hu - slow)[(slow > -50) & (slow < 120)]))
    return denoise_nl_means(hu, patch_size=3, patch_distance=3, h=STRENGTH * sigma, sigma=sigma, fast_mode=True).astype(np.float32), sigma


def halved(scan):
    """Half the in-plane resolution: means of 2 x 2 pixels."""
    k, j, i = (scan.hu.shape[0], *(n // 2 for n in scan.hu.shape[1:]))
    return Scan(scan.hu[:, :2 * j, :2 * i].reshape(k, j, 2, i, 2).mean((2, 4)), (scan.spacing[0], 2 * scan.spacing[1], 2 * scan.spacing[2]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out')
    parser.add_argument('--volumes', nargs='+', required=True)
    options = parser.parse_args()
    out = {}
    for path in options.volumes:
        began, scan, name = time.time(), read_scan(path), os.path.basename(path).split('.')[0]
        hu, sigma = denoised(np.clip(without_padding(scan.hu), *LIMITS))
        versions = [Scan(hu, scan.spacing)] + ([halved(Scan(hu, scan.spacing))] if scan.spacing[1] < COARSER else [])
        for version in versions:
            key = f'{name}|{version.spacing[1]:.3f}'
            body = body_of(smooth_in_plane(version.hu, version.spacing))
            out[f'{key}|hu'], out[f'{key}|body'] = np.round(version.hu).astype(np.int16), body
            print(json.dumps(dict(volume=key, shape=version.hu.shape, removed_sd=round(sigma, 1), seconds=round(time.time() - began, 1))), flush=True)
    np.savez_compressed(options.out, **out)


if __name__ == '__main__':
    main()
