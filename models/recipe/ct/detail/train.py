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
from ct.detail.tiles import Anatomies, pair
from loss import TIMESTEPS
from networks import alpha_bar
from stage import Stage

SHARES = (.85, .05, .05, .05)  # of the sampler's steps in training: the first is what ships


def batch_of(anatomies, seeds):
    """Pairs as pair() makes them: {kind, image [2n, …] (without, with, without, …), detail, structure [n, …], weight [2n, …], condition [2n, 26]}."""
    items = [pair(np.random.default_rng(s), anatomies) for s in seeds]
    stacked = {k: torch.from_numpy(np.stack([i[k] for i in items])) for k in items[0] if k != 'kind'}
    flat = {k: stacked[k].flatten(0, 1) for k in ('image', 'detail')}
    twice = {k: stacked[k].repeat_interleave(2, 0) for k in ('weight', 'condition')}
    return dict(kind=[i['kind'] for i in items], structure=stacked['structure'], **flat, **twice)


def answer(network, batch, timestep, noise, bfloat16):
    """(v, true v, the detail it implies)"""
    ab = alpha_bar(timestep).view(-1, 1, 1, 1)
    signal, sigma = ab.sqrt(), (1 - ab).clamp(min=0).sqrt()
    xt = signal * batch['detail'] + sigma * noise
    layout = lambda t: t.contiguous(memory_format=torch.channels_last)
    with torch.autocast('cpu', torch.bfloat16, enabled=bfloat16):
        v = network(layout(batch['image']), layout(xt), batch['condition'], timestep)
    v = v.float()
    return v, signal * noise - sigma * batch['detail'], signal * xt - sigma * v


def of_structures(implied, batch):
    """([n] squared error of the inserted structures' detail as a share of theirs, [n] what is missing of their contrast): the answer with them less the answer without."""
    off = (implied - batch['detail'])[1::2] - (implied - batch['detail'])[::2]
    weight, structure = batch['weight'][::2], batch['structure']
    energy = (weight * structure ** 2).sum((1, 2, 3)) + 1
    return (weight * off ** 2).sum((1, 2, 3)) / energy, (weight * off * structure).sum((1, 2, 3)) / energy


def mean_size(detail, batch):
    """[2n] mean |detail| inside the body."""
    return (batch['weight'] * detail.abs()).sum((1, 2, 3)) / batch['weight'].sum((1, 2, 3))


def loss_of(network, batch, timestep, noise, options):
    """(loss, error of the implied detail, of leaving it out, (error, lost contrast) of inserted structures): huber on v, since organ borders are tens of noise SDs high; to it, faint structures weigh
    nothing beside grain, so what happens to them counts by itself, as a share of their own detail."""
    v, true, implied = answer(network, batch, timestep, noise, options.bfloat16)
    w = batch['weight'] + .02
    grain = (w * F.smooth_l1_loss(v, true, reduction='none')).sum() / w.sum()
    profile, contrast = of_structures(implied, batch)
    total = grain + options.profile * profile.clamp(max=4).mean() + options.contrast * (contrast ** 2).clamp(max=4).mean()
    return total, mean_size(implied.detach() - batch['detail'], batch), mean_size(batch['detail'], batch), (profile.detach(), contrast.detach())


def measure(stage, anatomies, pairs=64):
    """One-step error of the averaged weights over held-out tiles, as a share of leaving the detail out, by kind; of inserted structures in pairs that differ in dose: error and lost contrast."""
    back = stage.averaged()
    rows, structures = {}, []
    with torch.no_grad():
        for first in range(0, pairs, 4):
            batch = batch_of(anatomies, [[77, first + i] for i in range(4)])
            noise = torch.randn(batch['detail'].shape, generator=torch.Generator().manual_seed(first))
            noise[1::2] = noise[::2]
            _, _, implied = answer(stage.modules['denoiser'], batch, torch.full((8,), TIMESTEPS[0]), noise, False)
            error, nothing = (mean_size(d, batch) for d in (implied - batch['detail'], batch['detail']))
            (profile, contrast), (_, by_start) = of_structures(implied, batch), of_structures(torch.zeros_like(implied), batch)
            for n, kind in enumerate(batch['kind']):
                rows.setdefault(kind, []).append((float(error[2 * n:2 * n + 2].sum()), float(nothing[2 * n:2 * n + 2].sum())))
                if kind == 'dose':
                    structures.append((float(profile[n]), float(contrast[n]), float(by_start[n])))
    back()
    found = {f'held_out_{k}': round(float(np.sum([e for e, _ in v]) / np.sum([n for _, n in v])), 4) for k, v in sorted(rows.items())}
    return found | dict(zip(('structure_error', 'contrast_lost', 'contrast_lost_by_start'), np.round(np.median(structures, 0), 4).tolist()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('anatomy', 'held-out', 'checkpoints'):
        parser.add_argument('--' + name, required=True)
    for name, default in (('seconds', 2400.), ('iterations', 0), ('batch', 8), ('rate', 1e-3), ('decay', 1e-3), ('threads', 1), ('seed', 0), ('report', 200), ('keep', 300.), ('profile', .5), ('contrast', .7)):
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
        batch = batch_of(anatomies, [[options.seed, stage.iteration, i] for i in range(options.batch // 2)])
        timestep = torch.from_numpy(rng.choice(TIMESTEPS, options.batch // 2, p=SHARES).astype(np.float32)).repeat_interleave(2)
        noise = torch.from_numpy(rng.standard_normal(batch['structure'].shape).astype(np.float32)).repeat_interleave(2, 0)
        total, error, nothing, structures = loss_of(stage.modules['denoiser'], batch, timestep, noise, options)
        stage.step(total)
        stage.spent += time.time() - began
        first = timestep == TIMESTEPS[0]
        seen.append((float(total.detach()), float(error[first].sum()), float(nothing[first].sum()), *(float(s.mean()) for s in structures)))
        if stage.iteration % options.report == 0:
            loss, e, n, profile, lost = np.sum(seen, 0)
            print(json.dumps(dict(iteration=stage.iteration, seconds=round(stage.spent), loss=round(loss / len(seen), 4), one_step=round(e / n, 4), profile=round(profile / len(seen), 4), contrast_lost=round(lost / len(seen), 4))), flush=True)
            seen = []
        if time.time() - saved > options.keep:
            stage.save()
            print(json.dumps(measure(stage, held_out)), flush=True)
            saved = time.time()
    stage.save()
    print(json.dumps(dict(iterations=stage.iteration) | measure(stage, held_out)), flush=True)


if __name__ == '__main__':
    main()
