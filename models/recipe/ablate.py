"""What each part is worth: python ablate.py --bundle models/mr-head/VERSION --fractions CACHE [--pairs 48] [--retrained CHECKPOINTS ...] [--json OUT]

One line a variant, full strength (no shrinkage, no histogram after the field), on pairs of held-out anatomies drawn as evaluate.py draws them. A variant
takes an input away at run time (its value becomes 0, or the identity for the start), samples with other levels or draws, puts a
denoiser that `train.py --without` trained in the place of the bundle's, or asks how close the best possible field of another grid comes.
"""
import argparse
import json
import os
from functools import partial

import numpy as np
import torch
from scipy.ndimage import map_coordinates

import chain
import style_statistics as S
import tone_field
from evaluate import KINDS
from networks import Denoiser, Size
from simulate import IDENTITY, restarted, sample
from travel import load_heads
from without import SILENT_INPUTS, Silent

LEVELS = {'1 level': (999.,), '2 levels': (999., 499.), '4 levels': (999., 749., 499., 249.),
          '8 levels, four of them untrained': (999., 874., 749., 624., 499., 374., 249., 124.)}
GRIDS = [(6, 20), (8, 20), (12, 20), (8, 12), (8, 16), (8, 24)]


def best_field(item, head, cell, knots):
    """Error of the least-squares field with cells of `cell` voxels and `knots` knots up to 1.9: the ceiling of that grid."""
    where = np.nonzero(head)
    v, truth = item['values'][where], item['truth'][where]
    shape = tuple(-(-n // cell) for n in S.FRAME)
    step = 1.9 / (knots - 1)
    position = np.clip(v / step, 0, knots - 1.001)
    low = position.astype(int)
    w = position - low
    flat = np.ravel_multi_index([a // cell for a in where], shape)
    size = int(np.prod(shape)) * knots
    total = lambda weight: (np.bincount(flat * knots + low, (1 - w) * weight, size) + np.bincount(flat * knots + low + 1, w * weight, size)).reshape(*shape, knots)
    count, moved = total(np.ones_like(v)), total(truth - v)
    whole = moved.sum((0, 1, 2)) / (count.sum((0, 1, 2)) + 1)
    field = (moved + 4 * whole) / (count + 4)
    cells = [np.clip((a + .5) / cell - .5, 0, n - 1) for a, n in zip(where, shape)]
    return v + map_coordinates(field, [*cells, np.clip(v / step, 0, knots - 1)], order=1, mode='nearest')


class Retrained:
    """A denoiser of train.py, with what it was trained without."""

    def __init__(self, checkpoints):
        saved = torch.load(os.path.join(checkpoints, 'field.pt'), map_location='cpu', weights_only=True)
        self.network = Denoiser(Size()).eval()
        self.network.load_state_dict({k.removeprefix('denoiser.'): v for k, v in saved['average'].items()})
        without, init = saved['options']['without'], saved['options']['init']
        self.without = None if without == 'None' else without
        part = f'without {without}' if self.without else 'with all parts'
        self.name = f"trained {part}, {saved['iteration']} iterations {'from random weights' if init == 'None' else 'on'}"

    @torch.no_grad()
    def __call__(self, *tensors):
        return self.network(*tensors)


def unstarted(item):
    return dict(item, curve=IDENTITY, started=item['source'], shift=np.zeros_like(item['shift']))


def variants(networks, item, seed, retrained=()):
    """Name → restyled values at the head's voxels."""
    head = item['view'] & (item['values'] > .12) & (item['truth'] > .05)
    tone = lambda curve, field: tone_field.apply_tone(tone_field.compose(curve, field), item['values'], head)
    silent = lambda *names: dict(networks, denoiser=Silent(networks['denoiser'], *names))
    sampled = lambda nets, **how: chain.sample_fields(nets, item, seed=seed, **how)
    eight = sampled(networks)
    out = {'nothing': item['values'][head], 'the start alone': S.apply_curve(item['curve'], item['values'][head]), 'all parts, 2 levels, K = 8': tone(item['curve'], eight.mean(0))}
    for k in (1, 4):
        out[f'K = {k}'] = tone(item['curve'], eight[:k].mean(0))
    for name, levels in LEVELS.items():
        if len(levels) != 2:
            out[name] = tone(item['curve'], sampled(networks, timesteps=levels).mean(0))
    out['without style maps'] = tone(item['curve'], sampled(silent('style_map', 'source_map')).mean(0))
    out['without codes'] = tone(item['curve'], sampled(silent('reference_code', 'source_code')).mean(0))
    out['without maps and codes'] = tone(item['curve'], sampled(silent('style_map', 'source_map', 'reference_code', 'source_code')).mean(0))
    plain = restarted(item, *item['plain_quantiles'])
    out['without amounts of tissue'] = tone(plain['curve'], chain.sample_fields(networks, plain, seed=seed).mean(0))
    out['without start'] = tone(IDENTITY, chain.sample_fields(networks, unstarted(item), seed=seed).mean(0))
    for other in retrained:
        at = unstarted(item) if other.without == 'start' else item
        nets = dict(networks, denoiser=Silent(other, *SILENT_INPUTS.get(other.without, ())))
        out[other.name] = tone(at['curve'], chain.sample_fields(nets, at, seed=seed).mean(0))
    for cell, knots in GRIDS:
        out[f'best field, {2 * cell} mm, {knots} knots'] = best_field(item, head, cell, knots)
    return {n: np.abs(v - item['truth'][head]) for n, v in out.items()}, item['ellipse'][head]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--fractions', required=True)
    parser.add_argument('--pairs', type=int, default=48)
    parser.add_argument('--seed', type=int, default=4000)
    parser.add_argument('--retrained', nargs='*', default=(), help='checkpoint folders of train.py field')
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, _ = chain.load_bundle(options.bundle)
    heads = load_heads(options.fractions, 16, 20)
    retrained = [Retrained(folder) for folder in options.retrained]
    rows, near = [], []
    for i in range(options.pairs):
        item = sample(np.random.default_rng([options.seed, i]), heads, person=i % len(heads), kinds=KINDS[i // len(heads) % 4 == 0], look=partial(chain.tissue_look, networks))
        near.append(item['kind'] in KINDS[True])
        errors, inside = variants(networks, item, i, retrained)
        rows.append({n: (float(e.mean()), float(e[inside].mean())) for n, e in errors.items()})
    table = {}
    for name in rows[0]:
        own, nothing = (np.array([r[n] for r in rows]) for n in (name, 'nothing'))
        table[name] = dict(head=round(float(own[:, 0].mean()), 4), brain=round(float(own[:, 1].mean()), 4),
                           near_identical=round(float(own[near, 1].mean()), 4),
                           worse_than_nothing=round(float((own[:, 1] > 1.01 * nothing[:, 1]).mean()), 3))
        print(f"{name:72s} head {table[name]['head']:.4f}  brain {table[name]['brain']:.4f}  near-identical {table[name]['near_identical']:.4f}  worse than nothing in the brain {table[name]['worse_than_nothing']:.2f}")
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(dict(pairs=options.pairs, seed=options.seed, variants=table), f, indent=1)


if __name__ == '__main__':
    main()
