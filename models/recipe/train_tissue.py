"""Train the tissue network: python train_tissue.py --shards DIR --held-out DIR --checkpoints DIR [--seconds 3000 --threads 1]

Cross-entropy to the fractions, plus soft Dice. Seeded; resumes from its checkpoint; one JSON line every `report` iterations. New shards are taken up while they are written.
"""
import argparse
import glob
import os

import numpy as np
import torch
import torch.nn.functional as F

from stage import Stage, means, run
from tissue import TISSUES, TissueNetwork


class Scans:
    """The newest shards in memory, at most `keep` of them."""

    def __init__(self, folder, keep=80):
        self.folder, self.keep, self.shards = folder, keep, {}
        self.refresh()

    def refresh(self):
        """Take up new shards; how many scans there are."""
        paths = sorted(glob.glob(os.path.join(self.folder, '*.npz')), key=os.path.getmtime)[-self.keep:]
        for path in paths:
            if path not in self.shards:
                with np.load(path) as shard:
                    self.shards[path] = (shard['volumes'], shard['fractions'])
        for path in set(self.shards) - set(paths):
            del self.shards[path]
        return sum(len(volumes) for volumes, _ in self.shards.values())

    def draw(self, rng):
        """One scan or its mirror image: volume [1, 1, Z, Y, X], fractions [1, 5, Z, Y, X]."""
        paths = sorted(self.shards)
        volumes, fractions = self.shards[paths[rng.integers(len(paths))]]
        i = rng.integers(len(volumes))
        volume, fraction = (torch.from_numpy(a[i].astype(np.float32))[None] for a in (volumes, fractions))
        if rng.random() < .5:
            volume, fraction = volume.flip(-1), fraction.flip(-1)
        return volume[None], torch.cat([255 - fraction.sum(1, keepdim=True), fraction], 1).clamp_(0) / 255


def loss_of(logits, fractions):
    entropy = -(fractions * F.log_softmax(logits, 1)).sum(1).mean()
    shares = logits.softmax(1)
    axes = (0, 2, 3, 4)
    dice = 2 * torch.minimum(shares, fractions).sum(axes) / (shares.sum(axes) + fractions.sum(axes) + 1)
    return entropy + .5 * (1 - dice[1:].mean()), entropy, dice[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('shards', 'held-out', 'checkpoints'):
        parser.add_argument('--' + name, required=True)
    for name, default, meaning in (('seconds', 3000., 'training time over all resumes'), ('iterations', 0, 'end after so many iterations instead; 0: time counts'), ('rate', 8e-3, 'peak learning rate'),
                                   ('decay', 1e-3, 'weight decay (AdamW)'), ('threads', 1, 'CPU threads'), ('seed', 0, 'seed of everything'), ('report', 25, 'iterations per progress line'),
                                   ('keep', 300., 'seconds between checkpoints and measurements on held-out scans')):
        parser.add_argument('--' + name, type=type(default), default=default, help=f'{meaning} [default: {default}]')
    parser.add_argument('--init', help='checkpoint of an earlier version to begin from, when there is none to resume')
    parser.add_argument('--fresh', action='store_true', help='do not resume')
    options = parser.parse_args()
    options.stage = 'tissue'
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    os.makedirs(options.checkpoints, exist_ok=True)
    stage = Stage(options, dict(network=TissueNetwork()), 'cpu')
    network = stage.modules['network']
    scans, held_out = Scans(options.shards), Scans(options.held_out)

    def loss(drawn_from, rng):
        volume, fractions = drawn_from.draw(rng)
        with torch.autocast('cpu', torch.bfloat16):
            logits = network.logits(volume)
        total, entropy, dice = loss_of(logits.float(), fractions)
        return total, dict(entropy=float(entropy.detach()), **dict(zip(TISSUES, map(float, dice.detach()))))

    run(stage, lambda rng: loss(scans, rng), lambda rng: means([loss(held_out, rng)[1] for _ in range(24)]), scans.refresh)


if __name__ == '__main__':
    main()
