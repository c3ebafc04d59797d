"""Train the tissue network: python train_tissue.py --shards DIR --held-out DIR --checkpoints DIR [--seconds 3000 --threads 1]

Cross-entropy to the fractions, plus soft Dice. Seeded; resumes from its checkpoint; one JSON line every `report` iterations. New shards are taken up while they are written.
"""
import argparse
import glob
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from tissue import TISSUES, TissueNetwork


class Scans:
    """The newest shards in memory, at most `keep` of them."""

    def __init__(self, folder, keep=80):
        self.folder, self.keep, self.shards = folder, keep, {}
        self.refresh()

    def refresh(self):
        paths = sorted(glob.glob(os.path.join(self.folder, '*.npz')), key=os.path.getmtime)[-self.keep:]
        for path in paths:
            if path not in self.shards:
                with np.load(path) as shard:
                    self.shards[path] = (shard['volumes'], shard['fractions'])
        for path in set(self.shards) - set(paths):
            del self.shards[path]

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


@torch.no_grad()
def measured(network, scans, count=24):
    network.eval()
    rng = np.random.default_rng(77)
    rows = []
    for _ in range(count):
        volume, fractions = scans.draw(rng)
        rows.append([float(v) for v in loss_of(network.logits(volume), fractions)[2]])
    network.train()
    return {f'held_out_{name}': round(float(np.mean([r[k] for r in rows])), 3) for k, name in enumerate(TISSUES)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('shards', 'held-out', 'checkpoints'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--seconds', type=float, default=3000., help='training time over all resumes')
    parser.add_argument('--rate', type=float, default=3e-3)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--report', type=int, default=25)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    network = TissueNetwork()
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(.99))
    optimizer = torch.optim.AdamW(network.parameters(), lr=options.rate, weight_decay=1e-3)
    iteration, spent = 0, 0.
    path = os.path.join(options.checkpoints, 'tissue.pt')
    os.makedirs(options.checkpoints, exist_ok=True)
    if os.path.exists(path):
        saved = torch.load(path, weights_only=True)
        network.load_state_dict(saved['network'])
        average.load_state_dict(saved['average'])
        optimizer.load_state_dict(saved['optimizer'])
        iteration, spent = saved['iteration'], saved['spent']
    scans, held_out = Scans(options.shards), Scans(options.held_out)
    rng = np.random.default_rng([options.seed, iteration])
    rows, clock, kept = [], time.time(), spent
    while spent < options.seconds:
        share = spent / options.seconds
        for group in optimizer.param_groups:
            group['lr'] = options.rate * min(1, (iteration + 1) / 40) * (1 if share < .3 else max(.01, (1 - share) / .7))
        volume, fractions = scans.draw(rng)
        with torch.autocast('cpu', torch.bfloat16):
            logits = network.logits(volume)
        loss, entropy, dice = loss_of(logits.float(), fractions)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.)
        optimizer.step()
        average.update_parameters(network)
        iteration += 1
        rows.append([float(entropy), *map(float, dice)])
        now = time.time()
        spent, clock = spent + now - clock, now
        line = {}
        if iteration % options.report == 0:
            line = dict(zip(('entropy', *TISSUES), np.round(np.mean(rows, 0), 3).tolist()))
            rows = []
        if spent - kept > 300 or spent >= options.seconds:
            kept = spent
            torch.save(dict(network=network.state_dict(), average=average.state_dict(), optimizer=optimizer.state_dict(), iteration=iteration, spent=spent), path + '.partial')
            os.rename(path + '.partial', path)
            scans.refresh()
            line |= measured(average.module, held_out)
            clock = time.time()
        if line:
            print(json.dumps(dict(iteration=iteration, seconds=round(spent), shards=len(scans.shards), **line)), flush=True)


if __name__ == '__main__':
    main()
