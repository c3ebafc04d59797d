"""Train one stage: python -m ct.train style|field --views F --held-out F --checkpoints DIR [options]

The field stage reads its starts with the kernel readers of ct.train_reader, which lie in the same folder.

Samples are drawn while training runs (ct.simulate); seeded, resumable, one JSON line of progress; the exponential moving average of the weights is what export takes.
"""
import argparse
import os

import numpy as np
import torch

from chain import OnnxNetwork
from ct import simulate
from ct.bands import BANDS
from ct.gain_start import Readers
from ct.networks import FIELD, Denoiser, Size, StyleDecoder, StyleEncoder, node_seen
from ct.noise import smooth_noise
from loss import SHARES, TIMESTEPS, noisy
from stage import Stage, means, run

HELD_OUT_BATCHES = 6


def class_means(statistics):
    """([n, 48] mean statistic by class and band over the nodes that count, [n, 48] 1 where there are any)."""
    seen = node_seen(statistics).repeat_interleave(BANDS, 1)
    count = seen.sum((2, 3, 4))
    return (statistics[:, :FIELD] * seen).sum((2, 3, 4)) / count.clamp(min=1), (count > 0).to(statistics.dtype)


def style_stage(options):
    stage = Stage(options, dict(encoder=StyleEncoder(Size()), decoder=StyleDecoder(Size())), 'cpu')

    def loss(views, rng):
        pairs = [simulate.style_pair(rng, views) for _ in range(options.batch)]
        first, second = (torch.from_numpy(simulate.stacked(g)) for g in zip(*pairs))
        z1, z2 = stage.modules['encoder'](first), stage.modules['encoder'](second)
        redraw = 0.
        for code, other in ((z1, second), (z2, first)):
            mean, seen = class_means(other)
            redraw = redraw + (seen * (stage.modules['decoder'](code + .1 * torch.randn_like(code)) - mean) ** 2).sum() / seen.sum() / 2
        disagreement = ((z1 - z2) ** 2).mean() / 2
        return 20 * redraw + .2 * disagreement, dict(redraw=float(redraw.detach()), agreement=float(1 - disagreement.detach()))
    return stage, loss


def load_style(checkpoints, bundle):
    """{encoder, decoder} of the style stage, or of a bundle whose code is kept."""
    if bundle:
        return {name: OnnxNetwork(os.path.join(bundle, f'style_{name}.onnx')) for name in ('encoder', 'decoder')}
    modules = torch.nn.ModuleDict(dict(encoder=StyleEncoder(Size()), decoder=StyleDecoder(Size())))
    modules.load_state_dict(torch.load(os.path.join(checkpoints, 'style.pt'), map_location='cpu', weights_only=True)['average'])
    return modules.eval().requires_grad_(False)


def encoded(encoder, references):
    """[n, code]: the mean code of each sample's references."""
    codes = encoder(torch.from_numpy(simulate.stacked([r for rs in references for r in rs]))).split([len(rs) for rs in references])
    return torch.stack([c.mean(0) for c in codes])


def field_stage(options):
    style = load_style(options.checkpoints, options.style_of)
    readers = Readers(options.checkpoints)
    stage = Stage(options, dict(denoiser=Denoiser(Size(), options.dropout)), 'cpu')

    def loss(views, rng):
        items = [simulate.sample(rng, views, readers) for _ in range(options.batch)]
        source, started, field, weight = (torch.from_numpy(simulate.stacked([i[k] for i in items])) for k in ('source', 'started', 'field', 'weight'))
        start, source_spectra, reference_spectra = (torch.from_numpy(np.stack([i[k] for i in items])) for k in ('start', 'source_spectra', 'reference_spectra'))
        with torch.no_grad():
            reference_code, source_code = encoded(style['encoder'], [i['references'] for i in items]), style['encoder'](source)
            style_map = style['decoder'](reference_code)
            if stage.modules.training:  # codes know their scan's anatomy; patches know it less
                shown = torch.from_numpy((rng.random((options.batch, 1)) >= options.code_dropout).astype(np.float32))
                reference_code, source_code = reference_code * shown, source_code * shown
        timestep = torch.from_numpy(rng.choice(TIMESTEPS, options.batch, p=SHARES).astype(np.float32))
        noise = smooth_noise(options.batch, field.shape[2:], torch.Generator().manual_seed(int(rng.integers(2 ** 31))))
        xt, signal, sigma = noisy(field, noise, timestep)
        v = stage.modules['denoiser'](started, style_map, xt, timestep, reference_code, source_code, start, source_spectra, reference_spectra)
        implied = signal * xt - sigma * v
        w = weight + .01
        total = (w * (v - (signal * noise - sigma * field)) ** 2).sum() / w.sum() + .5 * (w * (implied - field).abs()).sum() / w.sum()
        error = lambda f: float((weight * f.abs()).sum() / weight.sum())
        return total, dict(field=error((implied - field).detach()), start=error(field))
    return stage, loss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('stage', choices=['style', 'field'])
    for name in ('views', 'held-out', 'checkpoints'):
        parser.add_argument('--' + name, required=True)
    for name, default in (('seconds', 600.), ('iterations', 0), ('batch', 16), ('rate', 1e-3), ('decay', 1e-2), ('dropout', .05), ('code_dropout', .3), ('threads', 1), ('seed', 0), ('report', 50), ('keep', 120.)):
        parser.add_argument('--' + name.replace('_', '-'), type=type(default), default=default)
    parser.add_argument('--style-of', metavar='BUNDLE', help='keep the encoder and decoder of this bundle: its code stays the language of saved styles')
    parser.add_argument('--fresh', action='store_true')
    parser.add_argument('--init', help='a checkpoint whose weights a fresh stage starts from')
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    os.makedirs(options.checkpoints, exist_ok=True)
    stage, loss = (style_stage if options.stage == 'style' else field_stage)(options)
    views, held_out = simulate.Views(options.views), simulate.Views(options.held_out)
    run(stage, lambda rng: loss(views, rng), lambda rng: means([loss(held_out, rng)[1] for _ in range(HELD_OUT_BATCHES)]), lambda: len(views.names))


if __name__ == '__main__':
    main()
