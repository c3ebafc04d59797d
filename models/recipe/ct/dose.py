"""Dose: what the noise of two scans still differs by when their kernels agree, brought over where a scan shows nothing but noise.

A dose changes the level of the noise and no edge, so gains that set the grain right set every edge wrong. Hence they change what an edge-preserving estimate of a slice leaves, whole as
long as its local energy is what the noise of flat tissue makes, and the estimate itself only where it shows next to nothing but noise. A change may be weakened by any amount, and
its local energy stays about that of noise: no structure comes of it.
"""
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from ct.bands import BANDS, GAIN_MAX, GAIN_MIN, band_weights, filtered, radial_frequency
from ct.detail.conditions import GRID, direction, noise_gains

LEAST_CHANGE, LARGEST_SHAPE, LEAST_PATCHES = .3, .12, 100  # of the noise's level, as parts of one scan differ; of its spectrum's shape, beyond which kernels differ; of flat patches in both scans
HIGHEST_ENERGY, STRUCTURE_ENERGY = 2., .1  # local energy over that of noise up to which the change of what the estimate leaves, and that of the estimate, is not held back
REACH_MM = 1.          # SD of the Gaussian over which energy is local
POWER = 2              # of the hold
LOCK = np.r_[0, .5, np.ones(BANDS - 2)]  # the lowest bands hold faint structures more than noise
GUIDE_MM = 1.6         # SD of the Gaussian that the guide of the estimate is smoothed by
RANGE, LEAST_GRAIN = .5, .1  # SD of the guide's difference that counts as alike, over the noise of the guide in flat tissue; HU that this is at least
WINDOW_MM, WINDOW_SD_MM = 3.5, 2.  # radius of the estimate's window, SD of its weight
MOST_TAPS = 100        # of the window; of more, every second voxel counts, as on a chessboard


class Dose(NamedTuple):
    """What is added to the change of a field."""

    gains: np.ndarray  # [12] added to the field's gains
    variance: float    # HU² that these make of the noise of flat tissue
    grain: float       # HU, SD of that noise in the guide of the estimate


def wanted_dose(source, reference, field_gains, spacing):
    """The Dose that brings the noise of a scan under `field_gains` [12] to the reference's, each scan by (nps [12], patches); None where too few patches, kernels that differ or noise that hardly does speak against it."""
    (power, patches), (wanted, others) = source, reference
    if min(patches, others) < LEAST_PATCHES:
        return None
    left = power * field_gains ** 2
    level, shape = direction(left, wanted, spacing)
    if shape > LARGEST_SHAPE or abs(np.log(level)) < np.log1p(LEAST_CHANGE):
        return None
    added = np.clip(field_gains * noise_gains(left, wanted, LOCK), GAIN_MIN, GAIN_MAX) - field_gains
    return Dose(added, filtered_variance(power, added, spacing), guide_grain(power, spacing))


def filtered_variance(power, gains, spacing):
    """Variance in HU² of noise of twelve band powers under twelve gains; the low band has none."""
    return variance_under(power, over_plane(np.r_[0, gains], spacing), spacing)


def guide_grain(power, spacing):
    """SD in HU of noise of twelve band powers under the guide's Gaussian."""
    return float(np.sqrt(variance_under(power, np.exp(-.5 * (2 * np.pi * GUIDE_MM * radial_frequency((GRID, GRID), spacing)) ** 2), spacing)))


def over_plane(bands, spacing):
    """[64, 64] thirteen bands' values over the sampled frequency plane."""
    return np.tensordot(bands, band_weights((GRID, GRID), spacing), 1)


def variance_under(power, response, spacing):
    """Variance in HU² of noise of twelve band powers under a response [64, 64]; the low band has the power of the first."""
    return float((response ** 2 * over_plane(np.r_[power[0], power], spacing)).mean())


def window(spacing):
    """[(dj, di, weight)] of the estimate."""
    nj, ni = (int(WINDOW_MM / s) for s in spacing)
    taps = [(j, i, float(np.exp(-.5 * r2 / WINDOW_SD_MM ** 2))) for j in range(-nj, nj + 1) for i in range(-ni, ni + 1)
            for r2 in [(j * spacing[0]) ** 2 + (i * spacing[1]) ** 2] if r2 <= WINDOW_MM ** 2]
    return [t for t in taps if len(taps) <= MOST_TAPS or (t[0] + t[1]) % 2 == 0]


def estimate(hu, grain, spacing):
    """[J, I] a slice freed of noise along its structures: the mean over a window of voxels whose guides are alike (joint bilateral filter, Petschnigg et al. 2004, eq. 3). Voxels beyond the slice do not count."""
    guide = gaussian_filter(hu, [GUIDE_MM / s for s in spacing], mode='nearest', truncate=3.).astype(np.float32)
    weights, weighted = np.zeros(hu.shape, np.float32), np.zeros(hu.shape, np.float32)
    for j, i, w in window(spacing):
        here, there = (tuple(slice(max(0, sign * d), n - max(0, -sign * d)) for d, n in zip((j, i), hu.shape)) for sign in (-1, 1))
        like = np.float32(w) * np.exp((guide[there] - guide[here]) ** 2 * np.float32(-.5 / (RANGE * max(grain, LEAST_GRAIN)) ** 2))
        weights[here] += like
        weighted[here] += like * hu[there]
    return weighted / weights


def hold(change, highest, variance, spacing):
    """[J, I] a change, whole where its local energy is up to `highest` times the variance, less and less beyond."""
    energy = gaussian_filter(change ** 2, [REACH_MM / s for s in spacing], mode='nearest', truncate=3.) / variance
    return change * np.minimum(1, highest / np.maximum(energy, 1e-9)) ** POWER


def held_back(hu, change, dose, spacing, weight):
    """[J, I] the part of a slice's change under the dose's gains that is of noise; `weight`: where it is 0 nothing is changed, and nothing estimated."""
    left = np.where(weight > 0, hu - estimate(hu, dose.grain, spacing), 0)
    of_left = filtered(left, spacing, 1 + dose.gains) - left
    return hold(of_left, HIGHEST_ENERGY, dose.variance, spacing) + hold(change - of_left, STRUCTURE_ENERGY, dose.variance, spacing)
