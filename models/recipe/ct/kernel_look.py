"""What patches say of a scan: all that the start reads of it."""
from typing import NamedTuple

import numpy as np

from ct.bands import BANDS
from ct.flat_patches import ENOUGH, pooled
from ct.patch_spectra import GROUPS

READINGS = len(GROUPS) + 1     # of every band: four groups of patches, and flat patches
LENGTH = BANDS * READINGS + 3  # numbers that the kernel reader sees of one scan
CENTRE = 1.5                   # about the mean of log amplitudes in HU
LEAST_POWER = 1e-2


class Look(NamedTuple):
    """What patches say of a scan."""

    groups: np.ndarray  # [4, 12] log powers (patch_spectra.py)
    sampled: int        # bands that the pixels can show
    nps: np.ndarray     # [12] noise power of flat patches (flat_patches.py)
    patches: int        # and their number


def mean_look(looks):
    """The look of several scans of one scanner; None when none has any."""
    found = [l for l in looks if l is not None]
    if not found:
        return None
    return Look(np.mean([l.groups for l in found], 0), min(l.sampled for l in found), *pooled([(l.nps, l.patches) for l in found]))


def encoded(look):
    """[63] log amplitudes of the four groups of patches and of flat patches (0 where fewer than 30), whether and how many there are, and the share of sampled bands."""
    groups, sampled, nps, patches = look
    enough = patches >= ENOUGH
    flat = .5 * np.log(np.maximum(nps, LEAST_POWER)) - CENTRE if enough else np.zeros(BANDS)
    return np.r_[(groups / 2 - CENTRE).ravel(), flat, float(enough), np.log1p(patches) / 6 if enough else 0., sampled / BANDS].astype(np.float32)
