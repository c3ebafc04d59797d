"""What the skin tells of a kernel: the border between body and air is nearly the same edge in everybody, so patches across it show the kernel and hardly the anatomy.

As patient-specific MTFs are measured (Sanders, Hurwitz & Samei 2016, Med. Phys. 43(10), 5330), here in the radial bands, of patches of 12 mm wherever the border is straight, in the plane and from slice to slice.
"""
import numpy as np

from ct.bands import BANDS, band_weights, sampled_bands
from ct.patch_spectra import edge_of, window

BODY_SHARE = (.3, .7)          # of a patch
MISFIT = .08                   # share of a patch that may lie on the wrong side of a straight border
DRIFT_MM = .7                  # that the border may move by to either neighbouring slice
CLEAR_MM = 3.5                 # from the border, where air and tissue are looked at
AIR_HU, TISSUE_HU = -880.0, (-200.0, 300.0)
ENOUGH = 12                    # patches that tell something
LEAST_POWER = 1e-6             # of an edge of 1 HU, mm²
PLAUSIBLE = (.25, .95)         # log amplitude of band 1, which no kernel changes much: what lies beyond is another border than skin's


class Border:
    """Patches across the border, of slices of one spacing (row, column)."""

    def __init__(self, spacing):
        self.p = [edge_of(s) for s in spacing]
        self.size = tuple(1 << int(np.ceil(np.log2(p))) for p in self.p)
        self.hann = np.outer(*(window(p) for p in self.p))
        self.scale = spacing[0] * spacing[1] / (self.hann ** 2).sum()
        self.weights = band_weights(self.size, spacing)[1:]
        self.sampled = sampled_bands(spacing)
        self.side = (self.p[0] * spacing[0] + self.p[1] * spacing[1]) / 2
        along = lambda n, s: (np.arange(n) - (n - 1) / 2) * s
        self.y, self.x = np.meshgrid(*(along(p, s) for p, s in zip(self.p, spacing)), indexing='ij')
        self.v, self.u = np.meshgrid(*(np.fft.fftfreq(n, s) for n, s in zip(self.size, spacing)), indexing='ij')

    def line(self, inside):
        """(normal out of the body (row, column), signed distance [rows, columns] mm, mm that the border moves by per share of the patch) of a straight border; None where there is none."""
        share = inside.mean()
        if not BODY_SHARE[0] <= share <= BODY_SHARE[1]:
            return None
        normal = -np.array([(self.y * inside).sum(), (self.x * inside).sum()])
        normal /= max(np.hypot(*normal), 1e-9)
        per_share = self.side * np.abs(normal).max()
        distance = self.y * normal[0] + self.x * normal[1] - (share - .5) * per_share
        return (normal, distance, per_share) if ((distance < 0) != inside).mean() <= MISFIT else None

    def edge(self, patch, normal, distance):
        """[12] power in mm² along the normal, less power across it, which is noise, for an edge of 1 HU; None where this is not skin between tissue and air."""
        sides = distance > CLEAR_MM, distance < -CLEAR_MM
        if not all(side.any() for side in sides):
            return None
        air, tissue = (patch[side].mean() for side in sides)
        if not (air < AIR_HU and TISSUE_HU[0] < tissue < TISSUE_HU[1]):
            return None
        step = tissue - air
        middle = air + step * (distance < 0).mean()
        power = np.abs(np.fft.fft2((patch - middle) * self.hann, s=self.size)) ** 2
        cosine = (self.v * normal[0] + self.u * normal[1]) ** 2
        steep = 2 * cosine > self.v ** 2 + self.u ** 2
        along, across = ((self.weights * half * power).sum((1, 2)) / np.maximum((self.weights * half).sum((1, 2)), 1e-9) for half in (steep, ~steep))
        return (along - across) * self.scale / step ** 2

    def add(self, hu, body, below, above):
        """[n, 12] powers of one slice's patches; body and those of the neighbouring slices [J, I] bool."""
        found = []
        for j in range(0, hu.shape[0] - self.p[0] + 1, self.p[0] // 2):
            for i in range(0, hu.shape[1] - self.p[1] + 1, self.p[1] // 2):
                cut = np.s_[j:j + self.p[0], i:i + self.p[1]]
                line = self.line(body[cut])
                if line is None or max(abs(other[cut].mean() - body[cut].mean()) for other in (below, above)) * line[2] > DRIFT_MM:
                    continue
                edge = self.edge(hu[cut], *line[:2])
                if edge is not None:
                    found.append(edge)
        return np.reshape(found, (-1, BANDS))


def log_amplitude(powers, sampled):
    """[12] half the log of the mean power of patches [n, 12]; bands that the pixels cannot show repeat the last that they do."""
    logs = .5 * np.log(np.maximum(powers.mean(0), LEAST_POWER))
    logs[sampled:] = logs[sampled - 1]
    return logs


def skin(parts, slices):
    """([12] log amplitude, patches) of a scan's slices; zeros and 0 where there are none or they show no skin."""
    border, last = Border(parts.scan.spacing[1:]), parts.hu.shape[0] - 1
    powers = np.concatenate([border.add(parts.hu[k], parts.body[k], parts.body[max(k - 1, 0)], parts.body[min(k + 1, last)]) for k in slices])
    logs = log_amplitude(powers, border.sampled) if len(powers) else np.zeros(BANDS)
    return (logs, len(powers)) if PLAUSIBLE[0] < logs[0] < PLAUSIBLE[1] else (np.zeros(BANDS), 0)
