"""The start: twelve gains from two looks, before any network.

Two rules, and a gate between them. Where both scans have thirty flat patches whose noise agrees with the kernels' curves, the ratio of the curves, drawn towards sqrt(NPS ratio).
Elsewhere a ridge regression on what curves and groups of patches differ by (`ct.fit_start`): it says how much each counts in each band.
"""
import json
from typing import NamedTuple

import numpy as np

from ct.bands import BANDS, GAIN_MAX, GAIN_MIN
from ct.flat_patches import ENOUGH, pooled
from ct.patch_spectra import GROUPS

AGREE = .6                                       # root mean square of the log difference of curves and flat patches
DIRECT = .6 * np.r_[0., .5, np.ones(BANDS - 2)]  # how much flat patches count then; at low frequency they see anatomy
LOCK = np.r_[.5, .95, np.ones(BANDS - 2)]        # and kernels pass nearly all
RULES = ('flat-patches', 'regression')
READ = BANDS * (1 + len(GROUPS))                 # numbers that the regression reads


class Look(NamedTuple):
    """What patches say of a scan."""

    curve: np.ndarray   # [12] log transfer (kernel_curve.py)
    groups: np.ndarray  # [4, 12] log powers (patch_spectra.py)
    sampled: int        # bands that the pixels can show
    nps: np.ndarray     # [12] noise power of flat patches (flat_patches.py)
    patches: int        # and their number


def mean_look(looks):
    """The look of several scans of one scanner; None when none has any."""
    found = [l for l in looks if l is not None]
    if not found:
        return None
    mean = lambda field: np.mean([getattr(l, field) for l in found], 0)
    return Look(mean('curve'), mean('groups'), min(l.sampled for l in found), *pooled([(l.nps, l.patches) for l in found]))


def difference(source, reference):
    """[60] what the regression reads: reference − source of the curves, and half of it of every group's log powers."""
    return np.concatenate([reference.curve - source.curve, (reference.groups - source.groups).ravel() / 2])


def flat_log_gain(source, reference):
    """[12] log gain where the flat patches of both tell, else None."""
    if min(source.patches, reference.patches) < ENOUGH:
        return None
    curves = reference.curve - source.curve
    further = .5 * np.log(np.maximum(reference.nps, 1e-9) / np.maximum(source.nps, 1e-9)) - curves
    return LOCK * (curves + DIRECT * further) if np.sqrt((further[2:min(source.sampled, reference.sampled)] ** 2).mean()) < AGREE else None


def start_gain(source, reference, weights):
    """([12] gains between two looks, the rule that made them); (ones, None) when either scan has none. `weights` [12, 60] of the regression."""
    if source is None or reference is None:
        return np.ones(BANDS), None
    told = flat_log_gain(source, reference)
    log_gain, rule = (weights @ difference(source, reference), RULES[1]) if told is None else (told, RULES[0])
    return np.clip(np.exp(log_gain), GAIN_MIN, GAIN_MAX), rule


def start_size(gain):
    """How far a start is from leaving the scan alone: root mean square of the log gains of bands 1 to 8."""
    return float(np.sqrt((np.log(gain[:8]) ** 2).mean()))


class StartWeights:
    """Weights of ct.fit_start, of all pairs and of those that leave training volumes out: what is measured on a volume must not have been fitted on it."""

    def __init__(self, path):
        with open(path) as f:
            stored = json.load(f)
        self.tables = {frozenset(names.split()): np.array(weights) for names, weights in stored['weights'].items()}
        self.volumes = frozenset().union(*self.tables)
        self.near = stored['near']  # a start of no more is what one kernel shows too

    def without(self, volumes=()):
        """[12, 60]; volumes that were not fitted on need not be left out."""
        return self.tables[frozenset(volumes) & self.volumes]
