"""Train the detail denoiser: python -m ct.detail.train --anatomy F --held-out F --checkpoints DIR [options]

Tiles are rendered while training runs; seeded, resumable, one JSON line of progress; the exponential moving average of the weights is what export takes.
"""
import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from ct.detail.network import DetailDenoiser, channels_last
from ct.detail.tiles import Anatomies, tile
from loss import SHARES, TIMESTEPS
from networks import alpha_bar
from stage import Stage


def batch_of(anatomies, seeds):
    items = [tile(np.random.default_rng(s), anatomies) for s in seeds]
    return [i['kind'] for i in items], *(torch.from_numpy(np.stack([i[k] for i in items])) for k in ('image', 'detail', 'weight', 'condition'))


def loss_of(network, batch, timestep, noise, bfloat16):
    """(loss, {error of the implied detail, of leaving it out}): huber on v, since organ borders are tens of noise SDs high."""
    _, image, detail, weight, condition = batch
    ab = alpha_bar(timestep).view(-1, 1, 1, 1)
    signal, sigma = ab.sqrt(), (1 - ab).clamp(min=0).sqrt()
    xt = signal * detail + sigma * noise
    layout = lambda t: t.contiguous(memory_format=torch.channels_last)
    with torch.autocast('cpu', torch.bfloat16, enabled=bfloat16):
        v = network(layout(image), layout(xt), condition, timestep)
    v = v.float()
    w = weight + .02
    total = (w * F.smooth_l1_loss(v, signal * noise - sigma * detail, reduction='none')).sum() / w.sum()
    implied = (signal * xt - sigma * v).detach()
    mean = lambda a: (weight * a.abs()).sum((1, 2, 3)) / weight.sum((1, 2, 3))
    return total, mean(implied - detail), mean(detail)


def measure(stage, anatomies, tiles=96):
    """One-step error of the averaged weights over held-out tiles, as a share of leaving the detail out, by kind."""
    back = stage.averaged()
    rows = {}
    with torch.no_grad():
        for first in range(0, tiles, 8):
            batch = batch_of(anatomies, [[77, first + i] for i in range(8)])
            noise = torch.randn(batch[2].shape, generator=torch.Generator().manual_seed(first))
            _, error, nothing = loss_of(stage.modules['denoiser'], batch, torch.full((8,), TIMESTEPS[0]), noise, False)
            for kind, e, n in zip(batch[0], error.tolist(), nothing.tolist()):
                rows.setdefault(kind, []).append((e, n))
    back()
    return {f'held_out_{k}': round(float(np.sum([e for e, _ in v]) / np.sum([n for _, n in v])), 4) for k, v in sorted(rows.items())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('anatomy', 'held-out', 'checkpoints'):
        parser.add_argument('--' + name, required=True)
    for name, default in (('seconds', 2400.), ('iterations', 0), ('batch', 8), ('rate', 1e-3), ('decay', 1e-3), ('threads', 1), ('seed', 0), ('report', 200), ('keep', 300.)):
        parser.add_argument('--' + name, type=type(default), default=default)
    parser.add_argument('--bfloat16', action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument('--fresh', action='store_true')
    parser.add_argument('--init')
    options = parser.parse_args()
    options.stage = 'detail'
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    os.makedirs(options.checkpoints, exist_ok=True)
    stage = Stage(options, dict(denoiser=channels_last(DetailDenoiser())), 'cpu')
    anatomies, held_out = Anatomies(options.anatomy), Anatomies(options.held_out)
    seen, saved = [], time.time()
    while stage.fraction() < 1:
        began = time.time()
        rng = np.random.default_rng([options.seed, stage.iteration])
        batch = batch_of(anatomies, [[options.seed, stage.iteration, i] for i in range(options.batch)])
        timestep = torch.from_numpy(rng.choice(TIMESTEPS, options.batch, p=SHARES).astype(np.float32))
        noise = torch.from_numpy(rng.standard_normal(batch[2].shape).astype(np.float32))
        total, error, nothing = loss_of(stage.modules['denoiser'], batch, timestep, noise, options.bfloat16)
        stage.step(total)
        stage.spent += time.time() - began
        first = timestep == TIMESTEPS[0]
        seen.append((float(total.detach()), float(error[first].sum()), float(nothing[first].sum())))
        if stage.iteration % options.report == 0:
            loss, e, n = np.sum(seen, 0)
            print(json.dumps(dict(iteration=stage.iteration, seconds=round(stage.spent), loss=round(loss / len(seen), 4), one_step=round(e / n, 4))), flush=True)
            seen = []
        if time.time() - saved > options.keep:
            stage.save()
            print(json.dumps(measure(stage, held_out)), flush=True)
            saved = time.time()
    stage.save()
    print(json.dumps(dict(iterations=stage.iteration) | measure(stage, held_out)), flush=True)


if __name__ == '__main__':
    main()
