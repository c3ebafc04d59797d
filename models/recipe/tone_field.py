"""Start and residual as one bounded tone field, and its way onto voxels: numpy alone (src/field has it in TypeScript)."""
import numpy as np
from scipy.ndimage import map_coordinates

import style_statistics as S

FINE = np.arange(41) * .05
SLOPES = (.25, 4.)
ANCHOR = 14  # the fine knot at .7


def bounded(tone):
    """Slopes of every segment into bounds, the anchor's value kept, and on the way down inside the cone that ends at 0. [41, ...]"""
    low, high = (slope * FINE.reshape(-1, 1, 1, 1) for slope in SLOPES)
    step = np.clip(np.diff(tone, axis=0), SLOPES[0] * .05, SLOPES[1] * .05)
    out = np.empty_like(tone)
    out[ANCHOR] = np.clip(tone[ANCHOR], low[ANCHOR], high[ANCHOR])
    out[ANCHOR + 1:] = out[ANCHOR] + np.cumsum(step[ANCHOR:], 0)
    for j in range(ANCHOR, 0, -1):
        out[j - 1] = np.clip(out[j] - step[j - 1], low[j - 1], high[j - 1])
    return out


def compose(curve, residual):
    """Start and residual field as one tone field on fine source knots."""
    started = S.apply_curve(curve, FINE)
    position = np.clip(started / S.STEP, 0, S.KNOTS - 1)
    low = np.minimum(position.astype(int), S.KNOTS - 2)
    w = (position - low).reshape(-1, 1, 1, 1)
    moved = residual[low] * (1 - w) + residual[low + 1] * w
    tone = started.reshape(-1, 1, 1, 1) + moved * np.minimum(1, started / S.STEP).reshape(-1, 1, 1, 1)
    return bounded(tone)


def meet(tone, brain, outside, brain_share):
    """The field led towards the histogram: each region a (curve, weight) or None, blended by each cell's share of brain."""
    shift = lambda match: 0. if match is None else match[1] * (S.apply_curve(match[0], tone) - tone)
    return bounded(tone + brain_share * shift(brain) + (1 - brain_share) * shift(outside))


def apply_tone(tone, values, mask):
    """Quadrilinear interpolation at the voxels of `mask` (ZYX boolean): [mask.sum()]."""
    where = np.nonzero(mask)
    v = values[where]
    cells = [np.clip((w + .5) / S.CELL - .5, 0, n - 1) for w, n in zip(where, S.GRID)]
    out = map_coordinates(tone.astype(np.float32), np.stack([np.clip(v, 0, 2) / .05, *cells]).astype(np.float32), order=1, mode='nearest')
    return np.maximum(out + np.maximum(v - 2, 0), 0)
