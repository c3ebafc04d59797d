"""Simulated people who travel to both scanners of a pair, and their scans as concord would conform them."""
import glob
import os
from dataclasses import dataclass

import numpy as np
import torch

import style_statistics as S
from deform import ZYX, draw_warp, gaussian_blur, lesion_mask, rician, shading, smooth_random, texture, thick_slices, warp
from labels import head_box
from physics import BRAIN, GROUPS, Relaxation, draw_pair


def _face():
    """What defacing removes in the head frame: below and in front of a plane that touches no brain. Boolean ZYX."""
    z, y, _ = np.ogrid[:ZYX[0], :ZYX[1], :ZYX[2]]
    return np.broadcast_to((y > 84 + .9 * (z - 30)) & (z < 56), ZYX)


FACE = _face()


@dataclass(frozen=True)
class Forced:
    """What a measurement fixes instead of leaving it to the draw; None leaves it."""
    references: int | None = None
    stripped: bool | None = None
    slices: tuple | None = None   # (axis, voxels a slice)
    vertex_cut: int | None = None  # slices of the frame that the field of view keeps below the vertex
    size: float | None = None     # of the head; .8 is a small child's
    large_lesions: bool = False   # 20-40 mm instead of 3-20 mm
    contrast_agent: bool = False  # what lies outside the blood-brain barrier enhances, lesions most
    defaced: bool = False


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
        self.relaxation = Relaxation(rng, forced.contrast_agent)
        self.positions = draw_warp(rng, size=forced.size or 1.)
        has_lesions = rng.random() < .2 or forced.large_lesions or forced.contrast_agent
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

    def tissue(self, tissues):
        """How much of each voxel is each of `tissues` (name: groups), warped: [len(tissues), *ZYX]."""
        out = torch.zeros(len(tissues), *ZYX)
        for channel, groups in zip(out, tissues.values()):
            channel.view(-1)[self.anatomy.index] = self.anatomy.rows[:, list(groups)].sum(1)
        return warp(out, self.positions)


def frame_of(mask, rng):
    """Where conform would put this head: (dz, dy, dx) shift and the head box, or None when no head is found."""
    m = mask.numpy()
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
        ellipse = S.ellipsoid(half_x, half_y) & view
        inside = values[ellipse]
        tissue = inside[inside > .15 * np.quantile(inside, .95)]
        self.scale = np.quantile(tissue, .9) / .7
        self.values = np.clip(values / self.scale, 0, None)
        self.view, self.ellipse = view, ellipse
        self.brain_share = S.brain_share(half_x, half_y)
        self.quantiles = S.quantiles(self.values[ellipse])

    def statistics(self):
        return S.local_statistics(S.splat(self.values[self.view], S.CELL_INDEX[self.view.ravel()])[0])


class Traveller:
    """One warped head that travelled to both scanners of a pair; `scans` is None when the draw has no head.

    scans[i]: what scanner i shows of it, conformed. truth(i, j): how scan i would look in the style of scanner j, free of noise.
    """

    def __init__(self, rng, anatomy, pair, partial, forced=Forced()):
        self.pair, self.scans = pair, None
        self.head = Head(rng, anatomy, forced)
        volumes, mask = self.head.render(pair)
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
        seen = [place(rician(rng, self._seen(i, i), s.noise), self.shift) for i, s in enumerate(pair)]
        self.scans = [Finished(v * ~FACE if forced.defaced else v, view, half_x, half_y) for v in seen]

    def _seen(self, i, j):
        v = gaussian_blur(self.clean[j], self.pair[i].blur) * self.bias[i]
        return thick_slices(v, *self.slices) if self.slices else v

    def truth(self, i, j):
        return place(self._seen(i, j), self.shift) / self.scans[j].scale

    def tissue(self, tissues):
        return np.stack([place(v, self.shift) for v in self.head.tissue(tissues)])


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


def load_heads(folder, first, last):
    return [Anatomy(p) for p in sorted(glob.glob(os.path.join(folder, '*.npy')))[first:last]]
