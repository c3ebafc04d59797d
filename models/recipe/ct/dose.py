"""Dose: what the noise of two scans still differs by when their kernels agree, brought over where a scan shows nothing but noise.

A dose changes the level of the noise and no edge, so gains that set the grain right set every edge wrong. Hence their change is held back wherever its local energy is more than the
noise of flat tissue makes: at edges, vessels and texture. It may be weakened by any amount and is never more than gains make: no structure comes of it.
"""
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from ct.bands import BANDS, GAIN_MAX, GAIN_MIN, band_weights
from ct.detail.conditions import GRID, direction, noise_gains

LEAST_CHANGE, LARGEST_SHAPE, LEAST_PATCHES = .3, .12, 100  # of the noise's level, as parts of one scan differ; of its spectrum's shape, beyond which kernels differ; of flat patches in both scans
HIGHEST_ENERGY = 2.    # local energy over that of noise up to which a change is not held back
REACH_MM = 1.          # SD of the Gaussian over which energy is local
POWER = 2              # of the hold
LOCK = np.r_[0, .5, np.ones(BANDS - 2)]  # the lowest bands hold faint structures more than noise


class Dose(NamedTuple):
    """What is added to the change of a field."""

    gains: np.ndarray  # [12] added to the field's gains
    variance: float    # HU² that these make of the noise of flat tissue


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
    return Dose(added, filtered_variance(power, added, spacing))


def filtered_variance(power, gains, spacing):
    """Variance in HU² of noise of twelve band powers under twelve gains; the low band has none."""
    weights = band_weights((GRID, GRID), spacing)
    over_plane = lambda values: np.tensordot(values, weights, 1)
    return float((over_plane(np.r_[0, gains]) ** 2 * over_plane(np.r_[power[0], power])).mean())


def held_back(change, dose, spacing):
    """[J, I] the part of a slice's change that looks like noise: whole up to the highest energy, less and less beyond."""
    energy = gaussian_filter(change ** 2, [REACH_MM / s for s in spacing], mode='nearest', truncate=3.) / dose.variance
    return change * np.minimum(1, HIGHEST_ENERGY / np.maximum(energy, 1e-9)) ** POWER
