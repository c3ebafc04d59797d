"""Noise power spectrum of flat soft-tissue patches: what is measured and reported, and G(f) = sqrt(NPS_reference / NPS_source), a comparator."""
import numpy as np
from scipy.fft import fft2
from scipy.ndimage import gaussian_filter

from ct.bands import GAIN_MAX, GAIN_MIN, band_weights
from ct.gain_statistics import evenly

PATCH, STRIDE = 32, 16
SMOOTH_PX = 4.0
FLAT_HU = (-50.0, 150.0)
FLAT_SD = 25.0
ENOUGH = 30
LOCK = np.r_[.3, .9, np.ones(10)]  # at low frequency the patches see anatomy, not noise: the gain is pulled to 1
HANN = np.outer(np.hanning(PATCH), np.hanning(PATCH))


def patch_spectrum(hu, slices=None):
    """Mean |FFT|² [32, 32] of flat patches in HU² (white noise of variance s² gives s²), and their number."""
    slices = evenly(hu.shape[0]) if slices is None else slices
    total, count = np.zeros((PATCH, PATCH)), 0
    for k in slices:
        smoothed = gaussian_filter(hu[k], SMOOTH_PX, mode='nearest', truncate=4.0)
        for j in range(0, hu.shape[1] - PATCH + 1, STRIDE):
            for i in range(0, hu.shape[2] - PATCH + 1, STRIDE):
                s = smoothed[j:j + PATCH, i:i + PATCH]
                if s.min() > FLAT_HU[0] and s.max() < FLAT_HU[1] and s.std() < FLAT_SD:
                    total += np.abs(fft2((hu[k, j:j + PATCH, i:i + PATCH] - s.mean()) * HANN)) ** 2
                    count += 1
    return total / max(count, 1) / (HANN ** 2).sum(), count


def nps(hu, spacing, slices=None):
    """([12] noise power of bands 1 to 12 in HU², number of patches). Bands above the sampled frequencies repeat the last one that is sampled."""
    power, count = patch_spectrum(hu, slices)
    weights = band_weights((PATCH, PATCH), spacing)[1:]
    area = weights.sum((1, 2))
    bands = (weights * power).sum((1, 2)) / np.maximum(area, 1e-9)
    last = np.flatnonzero(area > .5).max()
    bands[last + 1:] = bands[last]
    return bands, count


def pooled(measured):
    """(nps, patches) of several scans from those of each, scans with too few patches left out."""
    good = [m for m in measured if m[1] >= ENOUGH]
    return (np.mean([nps for nps, _ in good], 0), sum(count for _, count in good)) if good else measured[0]


def flat_gain(source, reference):
    """[12] gains from two (nps, patches); ones when either has too few patches."""
    if min(source[1], reference[1]) < ENOUGH:
        return np.ones_like(source[0])
    ratio = np.sqrt(reference[0] / np.maximum(source[0], 1e-9))
    gain = 1 + LOCK * (ratio - 1)
    for b in (1, 0):  # a patch's slow anatomy may say the opposite of the kernel: the first two bands lead from 1 to the third
        gain[b] = np.clip(gain[b], min(1, gain[b + 1]), max(1, gain[b + 1]))
    return np.clip(gain, GAIN_MIN, GAIN_MAX)
