"""One training sample: a head under two scanners, other heads under the second, as statistics on the grid.

python simulate.py --fractions CACHE --real REAL.npz --out SHARDS --seed 1 --samples 5000 [--subjects 0 16]
appends shards of 40 samples until --samples are there (restart to resume); everything is seeded by (seed, shard).
"""
import argparse
import glob
import json
import os
import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

import style_statistics as S
from labels import head_box
from physics import BRAIN, GROUPS, Relaxation, draw_pair

FIELD_SCALE = 6.0
ZYX = S.FRAME
HALF = tuple(n // 2 for n in ZYX)


def smooth_random(rng, control, shape=ZYX, channels=1):
    """Unit-variance control points, trilinearly enlarged: [channels, *shape]."""
    grid = torch.from_numpy(rng.normal(size=(1, channels, *control)).astype(np.float32))
    return F.interpolate(grid, shape, mode='trilinear', align_corners=True)[0]


def draw_warp(rng, strength=1.0, stride=1, size=1.0):
    """Sampling positions [Z, Y, X, 3] (x, y, z in grid_sample's [-1, 1]): affine up to 15 %, tilt up to 20 degrees, elastic.

    With stride 2 every second voxel of the frame is visited: a reference only needs statistics.
    """
    angles = rng.normal(size=3) * np.deg2rad(6) * strength
    if rng.random() < .15:
        angles[rng.integers(3)] = np.deg2rad(rng.uniform(-20, 20)) * strength
    rotation = np.eye(3)
    for axis, angle in enumerate(angles):
        i, j = [(1, 2), (0, 2), (0, 1)][axis]
        r = np.eye(3)
        r[i, i] = r[j, j] = np.cos(angle)
        r[i, j], r[j, i] = -np.sin(angle), np.sin(angle)
        rotation = rotation @ r
    matrix = rotation @ np.diag(1 + rng.uniform(-.13, .13, 3) * strength) / size
    centre = np.array([56., 59.5, 47.5])
    shape = ZYX if stride == 1 else HALF
    z, y, x = (torch.arange(0, n, stride, dtype=torch.float32) - c for n, c in zip(ZYX, centre))
    m = torch.from_numpy(matrix.astype(np.float32))
    control = smooth_random(rng, (5, 6, 5), (9, 11, 9), channels=3) * float(rng.uniform(.5, 3.)) * strength
    control += smooth_random(rng, (9, 11, 9), (9, 11, 9), channels=3) * float(rng.uniform(0, 1.)) * strength
    elastic = F.interpolate(control[None], shape, mode='trilinear', align_corners=True)[0]
    coordinate = lambda row: m[row, 0] * z[:, None, None] + m[row, 1] * y[None, :, None] + m[row, 2] * x[None, None, :] + centre[row]
    points = [coordinate(d) + elastic[d] for d in range(3)]
    if rng.random() < .5:
        points[2] = ZYX[2] - 1 - points[2]
    return torch.stack([(p * 2 + 1) / n - 1 for p, n in zip(reversed(points), reversed(ZYX))], -1)


def warp(channels, positions):
    return F.grid_sample(channels[None], positions[None], mode='bilinear', padding_mode='zeros', align_corners=False)[0]


def gaussian_blur(volume, sigma):
    """Separable 5-tap Gaussian, edges repeated; as sums of shifted copies, which beats a one-channel convolution."""
    if sigma < .25:
        return volume
    k = np.exp(-.5 * (np.arange(-2, 3) / sigma) ** 2)
    k = (k / k.sum()).tolist()
    for axis, n in enumerate(volume.shape):
        first, last = volume.narrow(axis, 0, 1), volume.narrow(axis, n - 1, 1)
        padded = torch.cat([first, first, volume, last, last], axis)
        total = padded.narrow(axis, 0, n) * k[0]
        for i in range(1, 5):
            total.add_(padded.narrow(axis, i, n), alpha=k[i])
        volume = total
    return volume


def lesion_mask(rng, brain, radius=(1, 5)):
    """Soft ellipsoids (3-20 mm; `radius` in voxels of 2 mm) in the brain: weights [Z, Y, X]; brain is a boolean array before the warp."""
    mask = np.zeros(ZYX, np.float32)
    inside = np.argwhere(brain)
    for _ in range(rng.integers(1, 6)):
        c = inside[rng.integers(len(inside))]
        radii = rng.uniform(*radius, 3)
        reach = int(1.3 * radius[1]) + 1
        box = tuple(slice(max(0, int(p - reach)), int(p + reach + 1)) for p in c)
        grids = np.meshgrid(*[np.arange(b.start, min(b.stop, n)) for b, n in zip(box, ZYX)], indexing='ij')
        r = sum(((g - p) / q) ** 2 for g, p, q in zip(grids, c, radii))
        mask[box] = np.maximum(mask[box], np.clip(1.5 - r, 0, 1))
    return mask * brain


@dataclass(frozen=True)
class Forced:
    """What a measurement fixes instead of leaving it to the draw; None leaves it."""
    references: int | None = None
    stripped: bool | None = None
    slices: tuple | None = None   # (axis, voxels a slice)
    vertex_cut: int | None = None  # slices of the frame that the field of view keeps below the vertex
    size: float | None = None     # of the head; .8 is a small child's
    large_lesions: bool = False   # 20-40 mm instead of 3-20 mm


class Anatomy:
    """Tissue fractions of one person [Z, Y, X, GROUPS], kept as the rows that hold any tissue."""

    def __init__(self, path):
        fractions = np.load(path)
        total = fractions.sum(-1, dtype=np.int32)
        self.index = torch.from_numpy(np.flatnonzero(total))
        self.rows = torch.from_numpy(fractions.reshape(-1, GROUPS)[self.index.numpy()]).float().mul_(1 / 255.)
        self.head = torch.from_numpy((total > 127).astype(np.float32))
        self.brain = torch.from_numpy((fractions[..., :BRAIN].sum(-1, dtype=np.int32) > 127).astype(np.float32))


class Head:
    """One person, warped, under any scanner."""

    def __init__(self, rng, anatomy, forced=Forced()):
        self.anatomy = anatomy
        self.relaxation = Relaxation(rng)
        self.positions = draw_warp(rng, size=forced.size or 1.)
        has_lesions = rng.random() < .2 or forced.large_lesions
        self.lesions = torch.from_numpy(lesion_mask(rng, anatomy.brain.numpy() > .5, (5, 10) if forced.large_lesions else (1, 5))) if has_lesions else None
        self.mix = torch.sigmoid(3 * smooth_random(rng, (7, 9, 7))[0])
        self.is_stripped = rng.random() < .05 if forced.stripped is None else forced.stripped

    def render(self, scanners, blur=0.):
        """Noise-free signal under each scanner, warped: [len(scanners), *], and the warped head mask."""
        columns = [s.signals(self.relaxation) for s in scanners]
        m = torch.from_numpy(np.concatenate([c[:GROUPS] for c in columns], 1).astype(np.float32))
        mixed = (self.anatomy.rows @ m).view(-1, len(scanners), 2)
        mixed = torch.lerp(mixed[..., 0], mixed[..., 1], self.mix.reshape(-1)[self.anatomy.index][:, None])
        out = torch.zeros(len(scanners), *ZYX)
        out.view(len(scanners), -1)[:, self.anatomy.index] = mixed.T
        if self.lesions is not None:
            for i, c in enumerate(columns):
                out[i].lerp_(torch.full(ZYX, float(c[GROUPS, 0])), self.lesions)
        mask = self.anatomy.brain if self.is_stripped else self.anatomy.head
        if self.is_stripped:
            out *= mask
        out = torch.stack([gaussian_blur(v, blur) for v in out])
        stacked = warp(torch.cat([out, mask[None]]), self.positions)
        return stacked[:-1], stacked[-1] > .5


def texture(rng, strength, shape=ZYX):
    fine = torch.from_numpy(rng.standard_normal(shape, dtype=np.float32)) * strength
    return 1 + fine + smooth_random(rng, (12, 15, 12), shape)[0] * .04


def rician(rng, volume, sigma):
    noise = torch.from_numpy(rng.standard_normal((2, *volume.shape), dtype=np.float32)) * sigma
    return ((volume + noise[0]) ** 2 + noise[1] ** 2).sqrt()


def shading(rng, sigma, shape=ZYX):
    return torch.exp(smooth_random(rng, (3, 4, 3), shape)[0] * sigma)


def thick_slices(volume, axis, factor):
    kernel, size = [1, 1, 1], list(volume.shape)
    kernel[axis] = factor
    v = F.avg_pool3d(volume[None, None], kernel, ceil_mode=True)
    return F.interpolate(v, size, mode='trilinear', align_corners=False)[0, 0]


def frame_of(mask, rng):
    """Where conform would put this head: (dz, dy, dx) shift and the head box, or None when no head is found."""
    m = mask.numpy()
    if m.shape == HALF:
        m = m.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    if (m.sum((1, 2)) >= 375).sum() < 30:
        return None
    x, y, hx, hy, top = head_box(m)
    if not (20 <= hx <= 55 and 25 <= hy <= 70):
        return None
    jitter = rng.integers(-1, 2, 3)
    shift = np.rint([90 - top, 59.5 - y, 47.5 - x]).astype(int) + jitter
    return tuple(int(s) for s in shift), hx, hy


def place(volume, shift):
    """Integer shift by (dz, dy, dx) voxels of the full frame; what leaves the frame is lost, what enters is 0."""
    v = volume.numpy()
    if v.shape == HALF:
        shift = tuple(round(s / 2) for s in shift)
    out = np.zeros_like(v)
    to = tuple(slice(max(0, s), n + min(0, s)) for s, n in zip(shift, v.shape))
    source = tuple(slice(max(0, -s), n + min(0, -s)) for s, n in zip(shift, v.shape))
    out[to] = v[source]
    return out


def field_of_view(rng, partial):
    """Voxels inside the scan: the neck, rarely a side or the vertex, is missing."""
    view = np.ones(ZYX, bool)
    if rng.random() < .6:
        view[:int(rng.integers(0, 34))] = False
    if partial and rng.random() < .08:
        view[int(rng.integers(72, 88)):] = False
    if rng.random() < .1:
        side = int(rng.integers(0, 12))
        view[:, :, :side] = view[:, :, 96 - side:] = False
    return view


class Finished:
    """A conformed scan: values on the brain scale inside view, its ellipsoid, quantiles and statistics.

    brain_share: how much of each cell lies in the ellipsoid enlarged to hold the whole brain, [12, 15, 12].
    """

    def __init__(self, values, view, half_x, half_y):
        self.stride = ZYX[0] // values.shape[0]
        view = view[::self.stride, ::self.stride, ::self.stride]
        ellipse = S.ellipsoid(half_x, half_y)[::self.stride, ::self.stride, ::self.stride] & view
        inside = values[ellipse]
        tissue = inside[inside > .15 * np.quantile(inside, .95)]
        self.scale = np.quantile(tissue, .9) / .7
        self.values = np.clip(values / self.scale, 0, None)
        self.view, self.ellipse = view, ellipse
        self.brain_share = S.brain_share(half_x, half_y)
        self.outside = S.outside_quantiles(self.values, self.brain_share, view) if self.stride == 1 else None
        self.quantiles = S.quantiles(self.values[ellipse])

    def statistics(self):
        cells = S.CELL_INDEX.reshape(ZYX)[::self.stride, ::self.stride, ::self.stride][self.view]
        return S.local_statistics(S.splat(self.values[self.view], cells)[0] * self.stride ** 3)


class Traveller:
    """One warped head that travelled to both scanners of a pair; `scans` is None when the draw has no head.

    scans[i]: what scanner i shows of it, conformed. truth(i, j): how scan i would look in the style of scanner j, free of noise.
    """

    def __init__(self, rng, anatomy, pair, partial, forced=Forced()):
        self.pair, self.scans = pair, None
        head = Head(rng, anatomy, forced)
        volumes, mask = head.render(pair)
        placed = frame_of(mask, rng)
        if placed is None:
            return
        self.shift, half_x, half_y = placed
        grain = texture(rng, rng.uniform(.02, .06))
        self.clean = [(v * grain).clamp_(0) ** s.gamma for v, s in zip(volumes, pair)]
        self.bias = [shading(rng, s.bias) for s in pair]
        self.slices = (int(rng.integers(3)), int(rng.integers(2, 4))) if rng.random() < .12 else None
        if forced.slices:
            self.slices = forced.slices
        view = field_of_view(rng, partial)
        if forced.vertex_cut:
            view[90 - forced.vertex_cut:] = False
        seen = [rician(rng, self._seen(i, i), s.noise) for i, s in enumerate(pair)]
        self.scans = [Finished(place(v, self.shift), view, half_x, half_y) for v in seen]

    def _seen(self, i, j):
        v = gaussian_blur(self.clean[j], self.pair[i].blur) * self.bias[i]
        return thick_slices(v, *self.slices) if self.slices else v

    def truth(self, i, j):
        return place(self._seen(i, j), self.shift) / self.scans[j].scale


def travelling(rng, heads, persons, kinds=None, forced=Forced()):
    """Different people who all travelled to both scanners of one pair: (travellers, kind of pair); None when a draw has no head.

    `forced` is for the first of them, the source of a measurement.
    """
    *pair, kind = draw_pair(rng, kinds)
    travellers = [Traveller(rng, heads[p], pair, i == 0, forced if i == 0 else Forced()) for i, p in enumerate(persons)]
    return None if any(t.scans is None for t in travellers) else (travellers, kind)


def simulated(travellers, kind, who, i, others):
    """Source, truth, twin and references: traveller `who` from scanner i to the other one, seen there on `others`."""
    j = 1 - i
    t = travellers[who]
    return t.scans[i], t.truth(i, j), t.scans[j], [travellers[o].scans[j] for o in others], kind


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
    other = warp(volume[None], draw_warp(rng, .9, stride=2))[0]
    volume = warp(volume[None], draw_warp(rng, .8))[0]
    placed, other_placed = (frame_of(v > .15, rng) for v in (volume, other))
    if placed is None or other_placed is None:
        return None
    curve = lambda v, c: torch.from_numpy(np.interp(v.numpy(), *c).astype(np.float32))
    bias, noise_a, noise_b = shading(rng, rng.uniform(0, .05)), rng.uniform(0, .03), rng.uniform(0, .03)
    source = rician(rng, curve(volume, first) * bias, noise_a)
    truth = curve(volume, second)
    seen = rician(rng, truth * shading(rng, rng.uniform(0, .05)), noise_b)
    r = rician(rng, curve(other, second) * shading(rng, rng.uniform(0, .05), HALF), noise_b)
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


def finished(drawn, keep_volumes=False):
    """A drawn pair as a dict of small arrays; with `keep_volumes` also what evaluate.py measures errors on. None without brain."""
    source, truth, twin, references, kind = drawn
    if any(f.quantiles is None for f in (source, twin, *references)):
        return None
    reference_quantiles = np.mean([r.quantiles for r in references], 0)
    curve = S.start_curve(source.quantiles, reference_quantiles)
    started = S.apply_curve(curve, source.values)
    cells = S.CELL_INDEX[source.view.ravel()]
    counts, sums = S.splat(started[source.view], cells, np.clip(truth[source.view], 0, 2.4))
    out = dict(
        started=S.local_statistics(counts), source=source.statistics(), twin=twin.statistics(),
        reference=np.mean([r.statistics() for r in references], 0),
        field=S.target_field(counts, sums) * FIELD_SCALE, weight=counts / (counts + 4),
        shift=S.apply_curve(curve, S.KNOT_VALUES) - S.KNOT_VALUES)
    if keep_volumes:
        out |= dict(values=source.values, truth=truth, curve=curve, view=source.view, ellipse=source.ellipse, brain_share=source.brain_share, kind=kind, references=len(references),
                    source_quantiles=source.quantiles, reference_quantiles=reference_quantiles,
                    reference_outside=mean_quantiles([r.outside for r in references]))
    return out


def sample(rng, heads, person=None, kinds=None, forced=Forced()):
    """One simulated pair with its volumes: what evaluate.py and calibrate.py look at. `person` is never its own reference.

    More references than other people are further scans of the same people, warped anew.
    """
    while True:
        first = int(rng.integers(len(heads))) if person is None else person
        references = forced.references or (1 if rng.random() < .6 else 3)
        possible = [i for i in range(len(heads)) if i != first]
        others = rng.choice(possible, references, replace=references > len(possible))
        drawn = travelling(rng, heads, [first, *others], kinds, forced)
        out = drawn and finished(simulated(*drawn, 0, 0, range(1, 1 + references)), keep_volumes=True)
        if out:
            return out


def training_samples(rng, heads, scans, real_share, count):
    """`count` samples: four people at two scanners give eight, in both directions; the rest are real scans under random curves."""
    out = []
    while len(out) < count:
        if scans and rng.random() < real_share / (real_share + (1 - real_share) / 8):
            drawn = real(rng, scans)
            out += [drawn and finished(drawn)]
        else:
            group = travelling(rng, heads, rng.choice(len(heads), 4, replace=False))
            for who in range(4 if group else 0):
                others = rng.permutation([o for o in range(4) if o != who])[:rng.choice([1, 2, 3], p=[.6, .1, .3])]
                out += [finished(simulated(*group, who, i, others)) for i in range(2)]
        out = [s for s in out if s]
    return out[:count]


def load_heads(folder, first, last):
    return [Anatomy(p) for p in sorted(glob.glob(os.path.join(folder, '*.npy')))[first:last]]


if __name__ == '__main__':
    options = argparse.ArgumentParser()
    options.add_argument('--fractions', required=True)
    options.add_argument('--real')
    options.add_argument('--out', required=True)
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--samples', type=int, default=5000)
    options.add_argument('--shard', type=int, default=40)
    options.add_argument('--subjects', type=int, nargs=2, default=(0, 16))
    options.add_argument('--real-share', type=float, default=.25)
    o = options.parse_args()
    torch.set_num_threads(1)
    os.makedirs(o.out, exist_ok=True)
    heads = load_heads(o.fractions, *o.subjects)
    scans = [v for v in np.load(o.real).values()] if o.real else []
    for shard in range(o.samples // o.shard):
        path = os.path.join(o.out, f'{o.seed:03d}-{shard:05d}.npz')
        if os.path.exists(path):
            continue
        rng, begin = np.random.default_rng([o.seed, shard]), time.time()
        samples = training_samples(rng, heads, scans, o.real_share, o.shard)
        with open(path + '.partial', 'wb') as f:
            np.savez(f, **{k: np.stack([s[k] for s in samples]).astype(np.float16) for k in samples[0]})
        os.rename(path + '.partial', path)
        print(json.dumps(dict(shard=shard, seconds_per_sample=round((time.time() - begin) / o.shard, 3))), flush=True)
