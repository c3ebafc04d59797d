"""Train one stage: python train.py style|field --shards DIR --held-out DIR --checkpoints DIR [options]; --help lists them.

Seeded, resumable (the newest checkpoint is taken up unless --fresh), bfloat16 where asked, one JSON line of progress
every `report` iterations. Both stages keep an exponential moving average of the weights, which is what export takes.
"""
import argparse
import json
import os

import numpy as np
import torch

from dataset import Samples
from loss import SHARES, TIMESTEPS, brain_cells, field_loss, node_weight, noisy, style_loss
from networks import Denoiser, Size, StyleDecoder, StyleEncoder, channels_last
from noise import smooth_noise
from stage import Stage, means, run
from without import LEFT_OUT_KINDS, PARTS, SILENT_INPUTS, Silent

OPTIONS = [  # name, default, unit, meaning
    ('seconds', 3600., 's', 'training time of this stage, over all resumes'),
    ('iterations', 0, '1', 'end after so many iterations instead, which makes runs comparable; 0: time counts'),
    ('batch', 16, 'samples', 'batch size'),
    ('rate', 1e-3, '1', 'peak learning rate'),
    ('decay', 1e-2, '1', 'weight decay (AdamW)'),
    ('dropout', .05, '1', 'dropout in the denoiser'),
    ('code_dropout', .1, '1', 'share of samples whose source code and source map are hidden'),
    ('brain_weight', 3., '1', 'weight of nodes inside the brain ellipsoid; 1 elsewhere'),
    ('threads', 2, 'threads', 'CPU threads'),
    ('seed', 0, '1', 'seed of everything'),
    ('report', 50, 'iterations', 'iterations per progress line'),
    ('keep', 300., 's', 'seconds between checkpoints and measurements on held-out samples'),
    ('limit', 0, 'samples', 'use at most so many samples; 0: all'),
]


def grid(tensor, device):
    return tensor.to(device, memory_format=torch.channels_last_3d if tensor.dim() == 5 else torch.preserve_format)


def style_stage(options, device):
    size = Size()
    stage = Stage(options, dict(encoder=StyleEncoder(size), decoder=StyleDecoder(size)), device)

    def loss(samples, rng):
        reference, twin = (grid(t, device) for t in samples.batch(rng, options.batch, ('reference', 'twin')))
        with torch.autocast(device.split(':')[0], torch.bfloat16, enabled=options.bfloat16):
            total, redraw, agreement = style_loss(stage.modules['encoder'], stage.modules['decoder'], reference, twin)
        return total, dict(redraw=float(redraw), agreement=float(agreement))
    return stage, loss


def load_style(checkpoints, device):
    size = Size()
    modules = torch.nn.ModuleDict(dict(encoder=StyleEncoder(size), decoder=StyleDecoder(size))).to(device)
    modules.load_state_dict(torch.load(os.path.join(checkpoints, 'style.pt'), map_location=device, weights_only=True)['average'])
    return channels_last(modules.eval().requires_grad_(False))


def field_stage(options, device):
    style = load_style(options.checkpoints, device)
    stage = Stage(options, dict(denoiser=Denoiser(Size(), options.dropout)), device)
    bank = torch.cat([smooth_noise(20, torch.Generator().manual_seed(i)) for i in range(25)])

    brain = grid(brain_cells(options.brain_weight), device)
    denoised = Silent(stage.modules['denoiser'], *SILENT_INPUTS.get(options.without, ()))

    def draw_noise(rng, n):
        a, b = (bank[torch.from_numpy(rng.integers(len(bank), size=n))] for _ in range(2))
        angle = torch.from_numpy(rng.uniform(0, 2 * np.pi, n).astype(np.float32)).view(-1, 1, 1, 1, 1)
        return grid(a * angle.cos() + b * angle.sin(), device)

    def loss(samples, rng):
        keys = ('source', 'unstarted_field', 'unstarted_weight') if options.without == 'start' else ('started', 'field', 'weight')
        started, field, weight, source, reference, shift = (grid(t, device) for t in samples.batch(rng, options.batch, (*keys, 'source', 'reference', 'shift')))
        with torch.no_grad():
            reference_code, source_code = style['encoder'](reference), style['encoder'](source)
            style_map, source_map = style['decoder'](reference_code), style['decoder'](source_code)
            if options.dropout and stage.modules.training:
                hidden = torch.from_numpy((rng.random(options.batch) < options.code_dropout).astype(np.float32)).view(-1, 1).to(device)
                source_code, source_map = source_code * (1 - hidden), source_map * (1 - hidden)[:, :, None, None, None]
        timestep = torch.from_numpy(rng.choice(TIMESTEPS, options.batch, p=SHARES).astype(np.float32)).to(device)
        noise = draw_noise(rng, options.batch)
        xt, signal, sigma = noisy(field, noise, timestep)
        weight = node_weight(weight, brain)
        with torch.autocast(device.split(':')[0], torch.bfloat16, enabled=options.bfloat16):
            v = denoised(started, style_map, xt, timestep, reference_code, source_code, shift, source_map)
        total, error, start_error = field_loss(v.float(), field, noise, xt, signal, sigma, weight)
        first = (timestep == TIMESTEPS[0]).float()
        return total, dict(loss=float(total.detach()), error_first=float((error * first).sum() / first.sum().clamp(min=1)), error=float(error.mean()),
                           start_error=float(start_error.mean()))
    return stage, loss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('stage', choices=['style', 'field'])
    for name in ('shards', 'held-out', 'checkpoints'):
        parser.add_argument('--' + name, required=True)
    for name, default, unit, meaning in OPTIONS:
        parser.add_argument('--' + name.replace('_', '-'), type=type(default), default=default, metavar=unit, help=f'{meaning} [default: {default}]')
    parser.add_argument('--device', default='cpu', help='cpu or cuda [default: cpu]')
    parser.add_argument('--bfloat16', action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument('--init', help='checkpoint of an earlier version to begin from, when there is none to resume')
    parser.add_argument('--without', choices=PARTS, help='train the denoiser without a part, for ablate.py')
    parser.add_argument('--fresh', action='store_true', help='do not resume')
    parser.add_argument('--dry-run', action='store_true', help='print the options and stop')
    options = parser.parse_args()
    if options.dry_run:
        print(json.dumps(vars(options)))
        return
    os.makedirs(options.checkpoints, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    stage, loss = (style_stage if options.stage == 'style' else field_stage)(options, options.device)
    samples = Samples(options.shards, options.limit or None, LEFT_OUT_KINDS.get(options.without))
    held_out = Samples(options.held_out)
    run(stage, lambda rng: loss(samples, rng), lambda rng: means([loss(held_out, rng)[1] for _ in range(max(4, 192 // options.batch))]), samples.refresh)


if __name__ == '__main__':
    main()
