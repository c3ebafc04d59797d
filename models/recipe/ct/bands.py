"""Radial bands of a slice: hats over the radial frequency in cycles per mm, and the operator that scales them."""
import numpy as np
from scipy.fft import fft2, fftfreq, ifft2

from ct.hounsfield import SOFT, hats

KNOTS = 0.03 + 0.06 * np.arange(13)  # cycles/mm; band 0 is the low band, which no gain touches
BANDS = len(KNOTS) - 1               # 12 bands carry gains
MARGIN = 16
GAIN_MIN, GAIN_MAX = 0.1, 10.0
PARABOLA = np.array([.095, .297, .598])  # mean f² of bands 1 to 3 as edges fill them (f^-1.5 per ring) over that of band 4: how a kernel falls from frequency 0, which the anatomy in these bands hides
SMEAR = .067                         # cycles/mm, what a 12 mm Hann window blurs a spectrum by
SOFT_CAP = 200.0                     # HU; 60 was measured to cut into the grain of sharp kernels
HU_RANGE = (-1024.0, 3071.0)


def sampled_bands(spacing):
    """How many bands pixels of this spacing (row, column) can show."""
    return int((KNOTS[1:] < .5 / max(spacing)).sum())


def fft_size(n):
    """The power of two that holds n pixels and a margin against wrap-around."""
    return 1 << int(np.ceil(np.log2(n + MARGIN)))


def mirrored(n, size):
    """Index into n pixels for every pixel of the padded axis: the first half of the margin mirrors the end, the second half the beginning."""
    after = (size - n + 1) // 2
    tail = np.arange(after)
    index = np.r_[np.arange(n), n - 1 - tail, np.arange(size - n - after)[::-1]]
    return np.clip(index, 0, n - 1)


def radial_frequency(shape, spacing):
    """[rows, columns] cycles/mm of an FFT of this shape; spacing (row, column) in mm."""
    return np.hypot(fftfreq(shape[0], spacing[0])[:, None], fftfreq(shape[1], spacing[1])[None]).astype(np.float64)


def band_weights(shape, spacing):
    """[13, rows, columns] hats over the knots; they sum to 1."""
    return hats(radial_frequency(shape, spacing), KNOTS)


def spectrum(plane):
    """FFT of one slice padded by mirroring."""
    j, i = (mirrored(n, fft_size(n)) for n in plane.shape)
    return fft2(plane[np.ix_(j, i)])


def band_images(plane, weights):
    """[12, J, I] bands 1 to 12 of one slice. Filters are real and even, so two bands ride in one complex inverse FFT."""
    f = spectrum(plane)
    rows, columns = plane.shape
    out = np.empty((BANDS, rows, columns), np.float32)
    for b in range(0, BANDS, 2):
        pair = ifft2(f * (weights[b + 1] + 1j * weights[b + 2]))[:rows, :columns]
        out[b], out[b + 1] = pair.real, pair.imag
    return out


def filtered(plane, spacing, gains):
    """One slice under the radial filter 1·hat_0 + sum g_b·hat_b; gains [12]."""
    w = band_weights(tuple(fft_size(n) for n in plane.shape), spacing)
    return ifft2(spectrum(plane) * np.tensordot(np.r_[1, gains], w, 1)).real[:plane.shape[0], :plane.shape[1]].astype(np.float32)


def edge_hats(f):
    """[12, frequencies] each band as edges fill it (power f^-1.5 per ring), rows that sum to 1."""
    edges = hats(f, KNOTS)[1:].astype(np.float64) * f ** -1.5
    return edges / edges.sum(1, keepdims=True)


def seen_by_patches(f):
    """[12, frequencies] what a patch sees of each band: the hats over rings, blurred by the patch's window; rows that sum to 1."""
    ring = hats(f, KNOTS)[1:].astype(np.float64) * f
    blur = (np.exp(-.5 * ((f[:, None] - f) / SMEAR) ** 2) + np.exp(-.5 * ((f[:, None] + f) / SMEAR) ** 2)) * f
    return (ring / ring.sum(1, keepdims=True)) @ (blur / np.maximum(blur.sum(1, keepdims=True), 1e-12))


def in_range(before, after):
    """Nobody is pushed out of the 12-bit HU range, or further out than it was."""
    return np.clip(after, np.minimum(before, HU_RANGE[0]), np.maximum(before, HU_RANGE[1]))


def bounded(change, soft, weight):
    """The change in HU that is applied: capped by the share of soft tissue, zero where the weight is zero."""
    return weight * (change + soft * (np.clip(change, -SOFT_CAP, SOFT_CAP) - change))


def apply_gains(plane, bands, gains, classes, weight, more=0):
    """One slice restyled: gains [12, J, I] or [12, 1, 1] already interpolated over cells and classes; classes [4, J, I]; weight [J, I]; `more`: change in HU beside that of the gains."""
    return in_range(plane, plane + bounded(((gains - 1) * bands).sum(0) + more, classes[SOFT], weight))
