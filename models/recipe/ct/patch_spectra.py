"""Detail of small patches, wherever there is tissue: band powers of every patch of 12 mm, from the flattest to the richest in edges.

No patch has to be flat. What a kernel does to a patch it does to noise and anatomy alike, so the kernel reader sees all groups together.
"""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ct.bands import BANDS, band_weights, sampled_bands

PATCH_MM, LEAST_PIXELS, MOST_PIXELS = 12.0, 8, 64
COVER = .2           # weight from which a voxel counts as inside; a patch lies wholly inside
TISSUE_HU = (-200.0, 200.0)
LEAST_PATCHES = 6
GROUPS = ((0., .1), (.1, .3), (.3, .6), (.6, 1.))  # shares of the patches in order of their detail in bands 1 to 3
MOST_SLICES = 12      # of more, every second is read
FLOOR = .1           # HU², about what rounding to whole HU leaves


def edge_of(spacing):
    """Pixels of a patch along one axis."""
    return int(np.clip(np.floor(PATCH_MM / spacing + .5), LEAST_PIXELS, MOST_PIXELS))


def window(p):
    """Hann window without its zeros."""
    return .5 - .5 * np.cos(2 * np.pi * (np.arange(p) + 1) / (p + 1))


class Patches:
    """Band powers of the patches of slices of one shape and spacing (row, column)."""

    def __init__(self, spacing):
        self.p = [edge_of(s) for s in spacing]
        self.size = tuple(1 << int(np.ceil(np.log2(p))) for p in self.p)
        self.hann = np.outer(*(window(p) for p in self.p))
        weights = band_weights(self.size, spacing)[1:]
        self.mean = (weights / np.maximum(weights.sum((1, 2)), 1e-9)[:, None, None]).reshape(BANDS, -1)
        self.sampled = sampled_bands(spacing)
        self.slopes = [np.arange(p) - (p - 1) / 2 for p in self.p]

    def add(self, hu, weight):
        """([n, 12] powers in HU² (white noise of variance s² gives s²), [n] mean HU) of one slice's patches wholly inside; a plane is taken out of each."""
        if hu.shape[0] < self.p[0] or hu.shape[1] < self.p[1]:
            return np.zeros((0, BANDS)), np.zeros(0)
        cut = lambda a: sliding_window_view(a, self.p)[::self.p[0] // 2, ::self.p[1] // 2].reshape(-1, *self.p)
        patches = cut(hu)[cut(weight > COVER).all((1, 2))].astype(np.float64)
        y, x = self.slopes
        level = patches.mean((1, 2))
        down, across = (patches * y[:, None]).sum((1, 2)) / (y ** 2).sum() / len(x), (patches * x).sum((1, 2)) / (x ** 2).sum() / len(y)
        flat = patches - level[:, None, None] - down[:, None, None] * y[:, None] - across[:, None, None] * x
        power = np.abs(np.fft.fft2(flat * self.hann, s=self.size)) ** 2 / (self.hann ** 2).sum()
        return power.reshape(len(flat), self.mean.shape[1]) @ self.mean.T, level


def grouped(powers, level, sampled=BANDS):
    """[4, 12] mean log(power + .1) of the groups of patches; None when there are fewer than 6 patches. Bands that the pixels cannot show repeat the last that they do."""
    tissue = (level > TISSUE_HU[0]) & (level < TISSUE_HU[1])
    logs = np.log((powers[tissue] if tissue.sum() >= LEAST_PATCHES else powers) + FLOOR)
    if len(logs) < LEAST_PATCHES:
        return None
    logs, n = logs[np.argsort(logs[:, :3].sum(1), kind='stable')], len(logs)
    groups = np.stack([logs[int(a * n):max(int(b * n), int(a * n) + LEAST_PATCHES)].mean(0) for a, b in GROUPS])
    groups[:, sampled:] = groups[:, sampled - 1:sampled]
    return groups


def some(slices):
    """Every second of many slices."""
    return slices[::2] if len(slices) > MOST_SLICES else slices


def spectra(parts, slices):
    """([4, 12] groups or None, sampled bands) of a scan's slices."""
    patches = Patches(parts.scan.spacing[1:])
    found = [patches.add(parts.hu[k], parts.weight[k]) for k in some(slices)]
    return grouped(np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found]), patches.sampled), patches.sampled
