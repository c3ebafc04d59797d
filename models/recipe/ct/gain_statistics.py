"""Local statistics of a CT: band energies by cell and HU class, which the networks read."""
import numpy as np

from ct import cells
from ct.bands import BANDS, band_images, band_weights, fft_size
from ct.hounsfield import body_of, change_weight, memberships, smooth_in_plane, without_padding

USED_SLICES = 24
CLASS_COUNT = 4
MIN_SUPPORT_MM3 = 500.0
CHANNELS = CLASS_COUNT * BANDS + CLASS_COUNT


def evenly(n, most=USED_SLICES):
    """At most `most` evenly spaced slices of n: the middles of equal parts."""
    used = min(n, most)
    return np.floor((np.arange(used) + .5) * n / used).astype(int)


class Parts:
    """What every step needs of one scan, computed once: smoothed HU, body, change weight."""

    def __init__(self, scan):
        self.scan = scan
        self.hu = without_padding(scan.hu)
        self.smoothed = smooth_in_plane(self.hu, scan.spacing)
        self.body = body_of(self.smoothed)
        self.weight = change_weight(scan.hu, self.body, scan.spacing)
        self.grid = cells.grid_of(scan.hu.shape, scan.spacing)

    def classes(self, k):
        """[4, J, I] class memberships of slice k."""
        return memberships(self.smoothed[k])


def energies(parts, used=None):
    """E [4, 12, Z, Y, X] in HU² and volume [4, Z, Y, X] in mm³ of the voxels that count."""
    hu, spacing = parts.hu, parts.scan.spacing
    used = evenly(hu.shape[0]) if used is None else used
    counts = np.zeros((CLASS_COUNT, *parts.grid))
    sums = np.zeros((CLASS_COUNT, BANDS, *parts.grid))
    weights = band_weights(tuple(fft_size(n) for n in hu.shape[1:]), spacing[1:])
    z, rows, columns = (cells.cell_of(n, s, g) for n, s, g in zip(hu.shape, spacing, parts.grid))
    in_row, in_column = (np.eye(g, dtype=np.float32)[c] for g, c in ((parts.grid[1], rows), (parts.grid[2], columns)))
    for k in used:
        square = band_images(hu[k], weights) ** 2
        member = parts.classes(k) * parts.weight[k]
        counts[:, z[k]] += np.einsum('cji,jy,ix->cyx', member, in_row, in_column, optimize=True)
        for c in np.flatnonzero(member.any((1, 2))):
            sums[c, :, z[k]] += np.einsum('bji,jy,ix->byx', square * member[c], in_row, in_column, optimize=True)
    volume = counts * np.prod(spacing) * hu.shape[0] / len(used)
    return (sums / np.maximum(counts, 1e-6)[:, None]).astype(np.float32), volume.astype(np.float32)


def tensor(energy, volume):
    """[52, Z, Y, X]: log1p(E)/4 by class and band, 0 where a node has less than 500 mm³; then log1p(volume)/8."""
    seen = volume >= MIN_SUPPORT_MM3
    statistic = np.where(seen[:, None], np.log1p(energy) / 4, 0).reshape(CLASS_COUNT * BANDS, *volume.shape[1:])
    return np.concatenate([statistic, np.log1p(volume) / 8]).astype(np.float32)
