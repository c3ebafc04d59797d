"""Scans with known tissue, for train_tissue.py: python tissue_scans.py --fractions CACHE --out SHARDS --seed 1 --scans 2400

People at two random scanners, conformed, with what every voxel holds of each tissue; in shards of 20 scans, seeded by (seed, shard). Restart to resume.
"""
import argparse

import numpy as np
import torch

from physics import draw_pair
from shards import write_shards
from tissue import TISSUES, WINDOW, equalised
from travel import Traveller, load_heads

SHARD = 20


def scans_with_tissue(rng, heads, count):
    """`count` equalised scans (float16, "volumes") and their tissue "fractions" (uint8 of 255, background left out), inside the network's window."""
    volumes, fractions = [], []
    while len(volumes) < count:
        traveller = Traveller(rng, heads[rng.integers(len(heads))], draw_pair(rng)[:2], partial=True)
        if traveller.scans is None or any(s.quantiles is None for s in traveller.scans):
            continue
        amounts = np.rint(traveller.tissue(TISSUES)[(slice(None), *WINDOW)] * 255).astype(np.uint8)
        for scan in traveller.scans:
            volumes.append(equalised(scan.values, scan.view, scan.quantiles)[WINDOW].astype(np.float16))
            fractions.append(amounts * scan.view[WINDOW])
    return dict(volumes=np.stack(volumes), fractions=np.stack(fractions))


if __name__ == '__main__':
    options = argparse.ArgumentParser()
    options.add_argument('--fractions', required=True)
    options.add_argument('--out', required=True)
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--scans', type=int, default=2400)
    options.add_argument('--subjects', type=int, nargs=2, default=(0, 16))
    o = options.parse_args()
    torch.set_num_threads(1)
    heads = load_heads(o.fractions, *o.subjects)
    write_shards(o.out, o.seed, range(o.scans // SHARD), lambda rng: scans_with_tissue(rng, heads, SHARD))
