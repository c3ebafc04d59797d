"""One training sample: a head under two scanners, other heads under the second, as statistics on the grid.

python simulate.py --fractions CACHE --real REAL.npz --bundle BUNDLE --out SHARDS --seed 1 --samples 5000 [--subjects 0 16]
appends shards of 40 samples until --samples are there. With a bundle, whose tissue network is all that is used, brains are compared
as the product compares them: on the source's amounts of tissue.
"""
import argparse
from functools import lru_cache, partial

import numpy as np
import torch

import chain
import style_statistics as S
from deform import ZYX, draw_warp, rician, shading, warp
from shards import write_shards
from travel import Finished, Forced, field_of_view, frame_of, load_heads, place, simulated, travelling

SHARD = 40
KIND_CODES = {'same': 1, 'near': 1, 'real': 2}  # kind_code of a sample on disk; 0: simulated scanners that differ


def draw_curve(rng):
    """A random tone curve through the origin, mostly increasing."""
    x = np.r_[0, np.sort(rng.uniform(0, 1.3, 4)), 2.]
    if rng.random() < .85:
        y = np.r_[0, np.cumsum(rng.gamma(1.8, 1., 5))]
        return x, y / y[-1] * 2 * rng.uniform(.75, 1.25)
    return x, np.r_[0, rng.uniform(0, 1.3, 5)]


def blend_curve(rng, curve):
    """Curves of two real scanners are rarely as far apart as two random ones: pull one to the identity."""
    w = rng.uniform(.2, 1)
    return curve[0], w * curve[1] + (1 - w) * curve[0]


def real(rng, scans):
    """A real scan under two random curves; the reference is the second curve on a differently deformed copy."""
    volume = torch.from_numpy(scans[rng.integers(len(scans))].astype(np.float32))
    u = rng.random()
    identity = (np.array([0, 2.]), np.array([0, 2.]))
    first = blend_curve(rng, draw_curve(rng)) if u > .25 else identity
    second = first if u < .1 or rng.random() < .15 else blend_curve(rng, draw_curve(rng))
    other = warp(volume[None], draw_warp(rng, .9))[0]
    volume = warp(volume[None], draw_warp(rng, .8))[0]
    placed, other_placed = (frame_of(v > .15, rng) for v in (volume, other))
    if placed is None or other_placed is None:
        return None
    curve = lambda v, c: torch.from_numpy(np.interp(v.numpy(), *c).astype(np.float32))
    bias, noise_a, noise_b = shading(rng, rng.uniform(0, .05)), rng.uniform(0, .03), rng.uniform(0, .03)
    source = rician(rng, curve(volume, first) * bias, noise_a)
    truth = curve(volume, second)
    seen = rician(rng, truth * shading(rng, rng.uniform(0, .05)), noise_b)
    r = rician(rng, curve(other, second) * shading(rng, rng.uniform(0, .05)), noise_b)
    view, other_view = field_of_view(rng, True), field_of_view(rng, False)
    if rng.random() < .4:  # style from the other half only
        axis, low = int(rng.integers(1, 3)), rng.random() < .5
        half = [slice(None)] * 3
        half[axis] = slice(0, ZYX[axis] // 2) if low else slice(ZYX[axis] // 2, None)
        other_view[tuple(half)] = False
    references = [Finished(place(r, other_placed[0]), other_view, *other_placed[1:])]
    finished = Finished(place(source, placed[0]), view, *placed[1:])
    twin = Finished(place(seen, placed[0]), view, *placed[1:])
    return finished, place(truth * bias, placed[0]) / twin.scale, twin, references, 'real'


def mean_quantiles(scans):
    """Mean over the scans that have any; None when none has."""
    known = [q for q in scans if q is not None]
    return np.mean(known, 0) if known else None


def compared(source, references, look):
    """What source and references are compared on, as a dict. `look` (chain.tissue_look) takes a scan apart by tissue: the references' quantiles are then those of the source's own brain."""
    plain = dict(source_quantiles=source.quantiles, reference_quantiles=np.mean([r.quantiles for r in references], 0))
    plain['plain_quantiles'] = tuple(plain.values())
    if look is None:
        return plain
    own, others = look(source), [look(r) for r in references]
    reference = np.mean([o['tissue'] for o in others], 0)
    beyond = [S.outside_quantiles(r.values, o['outside']) for r, o in zip(references, others)]
    return plain | own | dict(source_quantiles=S.with_amounts(own['amounts'], own['tissue']), reference_quantiles=S.with_amounts(own['amounts'], reference),
                              reference_tissue=reference, reference_outside=mean_quantiles(beyond))


def restarted(item, source, reference):
    """The item as it is when these quantiles start it."""
    curve = S.start_curve(source, reference)
    counts, = S.splat(S.apply_curve(curve, item['values'])[item['view']], S.CELL_INDEX[item['view'].ravel()])
    return dict(item, curve=curve, started=S.local_statistics(counts), shift=S.apply_curve(curve, S.KNOT_VALUES) - S.KNOT_VALUES)


IDENTITY = (np.array([0., 10.]), np.array([0., 10.]))


def correction(source, truth, curve):
    """The field on the model scale that is left to do once `curve` has been applied, its weight, and the counts it was fitted on."""
    cells = S.CELL_INDEX[source.view.ravel()]
    counts, sums = S.splat(S.apply_curve(curve, source.values)[source.view], cells, np.clip(truth[source.view], 0, 2.4))
    return S.target_field(counts, sums) * chain.FIELD_SCALE, counts / (counts + 4), counts


def finished(drawn, keep_volumes=False, look=None):
    """A drawn pair as a dict of small arrays; with `keep_volumes` also what evaluate.py measures errors on. None without brain."""
    source, truth, twin, references, kind = drawn
    if any(f.quantiles is None for f in (source, twin, *references)):
        return None
    quantiles = compared(source, references, look)
    curve = S.start_curve(quantiles['source_quantiles'], quantiles['reference_quantiles'])
    field, weight, counts = correction(source, truth, curve)
    out = dict(
        started=S.local_statistics(counts), source=source.statistics(), twin=twin.statistics(),
        reference=np.mean([r.statistics() for r in references], 0), field=field, weight=weight, shift=S.apply_curve(curve, S.KNOT_VALUES) - S.KNOT_VALUES)
    if keep_volumes:
        return out | quantiles | dict(values=source.values, truth=truth, curve=curve, view=source.view, ellipse=source.ellipse, brain_share=source.brain_share, kind=kind, references=len(references))
    unstarted_field, unstarted_weight, _ = correction(source, truth, IDENTITY)
    return out | dict(unstarted_field=unstarted_field, unstarted_weight=unstarted_weight, kind_code=KIND_CODES.get(kind, 0))


def sample(rng, heads, person=None, kinds=None, forced=Forced(), look=None):
    """One simulated pair with its volumes: what evaluate.py and calibrate.py look at. `person` is never its own reference.

    More references than other people are further scans of the same people, warped anew.
    """
    while True:
        first = int(rng.integers(len(heads))) if person is None else person
        references = forced.references or (1 if rng.random() < .6 else 3)
        possible = [i for i in range(len(heads)) if i != first]
        others = rng.choice(possible, references, replace=references > len(possible))
        drawn = travelling(rng, heads, [first, *others], kinds, forced)
        out = drawn and finished(simulated(*drawn, 0, 0, range(1, 1 + references)), keep_volumes=True, look=look)
        if out:
            return out


def training_samples(rng, heads, scans, real_share, count, look=None):
    """`count` samples, stacked by name: four people at two scanners give eight, in both directions; the rest are real scans under random curves."""
    out = []
    look = look and lru_cache(maxsize=8)(look)
    while len(out) < count:
        if scans and rng.random() < real_share / (real_share + (1 - real_share) / 8):
            drawn = real(rng, scans)
            out += [drawn and finished(drawn, look=look)]
        else:
            group = travelling(rng, heads, rng.choice(len(heads), 4, replace=False))
            for who in range(4 if group else 0):
                others = rng.permutation([o for o in range(4) if o != who])[:rng.choice([1, 2, 3], p=[.6, .1, .3])]
                out += [finished(simulated(*group, who, i, others), look=look) for i in range(2)]
        out = [s for s in out if s]
    return {name: np.stack([s[name] for s in out[:count]]).astype(np.float16) for name in out[0]}


if __name__ == '__main__':
    options = argparse.ArgumentParser()
    options.add_argument('--fractions', required=True)
    options.add_argument('--real')
    options.add_argument('--out', required=True)
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--samples', type=int, default=5000)
    options.add_argument('--first', type=int, default=0, help='number of the first shard [default: 0]')
    options.add_argument('--subjects', type=int, nargs=2, default=(0, 16))
    options.add_argument('--real-share', type=float, default=.25)
    options.add_argument('--bundle', help='whose tissue network tells what brains are compared on')
    o = options.parse_args()
    torch.set_num_threads(1)
    heads = load_heads(o.fractions, *o.subjects)
    scans = [v for v in np.load(o.real).values()] if o.real else []
    look = o.bundle and partial(chain.tissue_look, chain.load_bundle(o.bundle)[0])
    write_shards(o.out, o.seed, range(o.first, o.samples // SHARD), lambda rng: training_samples(rng, heads, scans, o.real_share, SHARD, look))
