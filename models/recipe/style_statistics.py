"""Local statistics, brain quantiles, closed-form start and target field (docs/explanation/method.md).

Every array is ZYX: [96, 120, 96] voxels of 2 mm in the head frame, [knots, 12, 15, 12] on the grid.
"""
import numpy as np

FRAME = (96, 120, 96)
CELL = 8
GRID = tuple(n // CELL for n in FRAME)
KNOTS = 20
STEP = 0.1
TOP_KNOT = STEP * (KNOTS - 1)
PROBABILITIES = np.linspace(0.005, 0.995, 128)
KNOT_VALUES = (STEP * np.arange(KNOTS)).astype(np.float32)

_cz, _cy, _cx = (np.arange(n) // CELL for n in FRAME)
CELL_INDEX = ((_cz[:, None, None] * GRID[1] + _cy[None, :, None]) * GRID[2] + _cx[None, None, :]).ravel().astype(np.int32)


def ellipsoid(half_x, half_y, size=1.0):
    """The brain's stand-in in the head frame; half-widths of the head box in voxels of 2 mm."""
    z, y, x = (np.arange(n, dtype=np.float32) for n in FRAME)
    return (((x[None, None, :] - 47.5) / (0.8 * half_x * size)) ** 2 + ((y[None, :, None] - 59.5) / (0.8 * half_y * size)) ** 2
            + ((z[:, None, None] - 56) / (27 * size)) ** 2) < 1


def brain_share(half_x, half_y):
    """Share of each cell's voxels inside the ellipsoid enlarged by 1.2, which holds nearly every brain: [12, 15, 12]."""
    inside = ellipsoid(half_x, half_y, 1.2).reshape(GRID[0], CELL, GRID[1], CELL, GRID[2], CELL)
    return inside.mean((1, 3, 5)).astype(np.float32)


def brain_share_of_voxels(share):
    """A cell's share at each of its voxels: [96, 120, 96]."""
    return share.repeat(CELL, 0).repeat(CELL, 1).repeat(CELL, 2)


def outside(values, share, in_view, tissue):
    """The upper head outside the brain: above the neck (slice 34), brighter than .12, in cells less than half brain. Boolean ZYX.

    Nothing when most of it is brain tissue (shares [4, ZYX]): a stripped skull.
    """
    out = in_view & (brain_share_of_voxels(share) < .5) & (values > .12)
    out[:34] = False
    return out & (np.count_nonzero(tissue.sum(0)[out] > .5) <= .5 * np.count_nonzero(out))


def outside_quantiles(values, region):
    """Its intensity quantiles; None when there are too few voxels (a stripped skull)."""
    v = values[region]
    return np.quantile(v, PROBABILITIES).astype(np.float32) if v.size >= 200 else None


def splat(values, cells, targets=None):
    """Linear weights to the two nearest knots, summed by cell: counts, and sums of `targets` when given."""
    v = np.clip(values, 0, TOP_KNOT - 1e-4) * (1 / STEP)
    low = v.astype(np.int32)
    high_weight = v - low
    index = cells * KNOTS + low
    size = int(np.prod(GRID)) * KNOTS
    out = []
    for t in (None, targets) if targets is not None else (None,):
        w0, w1 = (1 - high_weight, high_weight) if t is None else ((1 - high_weight) * t, high_weight * t)
        total = np.bincount(index, w0, size + 1) + np.bincount(index + 1, w1, size + 1)
        out.append(total[:size].reshape(*GRID, KNOTS).transpose(3, 0, 1, 2).astype(np.float32))
    return out


def local_statistics(counts):
    return (np.log1p(counts) / 3).astype(np.float32)


def quantiles(values_in_ellipsoid):
    v = values_in_ellipsoid[values_in_ellipsoid > 0.08]
    if v.size < 200:
        return None
    return np.quantile(v, PROBABILITIES).astype(np.float32)


def tissue_quantiles(values, shares):
    """Amounts [5] and quantiles [5, 128] of each tissue and of what is none of them; shares [4, n]: a voxel counts for what it holds most of.

    A tissue that hardly occurs has the quantiles of all.
    """
    kind = np.concatenate([shares, 1 - shares.sum(0, keepdims=True)]).argmax(0)
    amounts = np.bincount(kind, minlength=len(shares) + 1) / values.size
    return amounts, np.stack([np.quantile(values[kind == k] if amount > .002 else values, PROBABILITIES) for k, amount in enumerate(amounts)])


def with_amounts(amounts, quantiles):
    """The quantiles that a brain of these amounts has when each tissue looks like this: [128]. Each quantile stands for an equal part of its tissue."""
    order = quantiles.ravel().argsort(kind='stable')
    weights = np.repeat(amounts, quantiles.shape[1])[order]
    middle = np.cumsum(weights) - .5 * weights
    return np.interp(PROBABILITIES, middle / weights.sum(), quantiles.ravel()[order]).astype(np.float32)


def tissue_distance(amounts, one, other):
    """How differently two scanners show the tissues: mean over a brain's voxels of W1 between the same tissue's intensities."""
    return float(amounts @ np.abs(one - other).mean(1))


def start_curve(source_quantiles, reference_quantiles):
    """Monotone brain-quantile map: (x, y) of a piecewise linear curve, slope 1 above the last pair."""
    qs = source_quantiles + 1e-6 * np.arange(128)
    qr = reference_quantiles
    return np.r_[0, qs, qs[-1] + 10].astype(np.float32), np.r_[0, qr, qr[-1] + 10].astype(np.float32)


def apply_curve(curve, values):
    return np.interp(values, curve[0], curve[1]).astype(np.float32)


def _smooth(field):
    kernel = np.exp(-0.5 * (np.arange(-2, 3) / 0.8) ** 2)
    kernel /= kernel.sum()
    for axis in (1, 2, 3):
        field = _smooth_axis(field, kernel, axis)
    return field


def _smooth_axis(field, kernel, axis):
    n = field.shape[axis]
    padded = np.pad(field, [(2, 2) if a == axis else (0, 0) for a in range(4)])
    return sum(k * np.take(padded, np.arange(i, i + n), axis) for i, k in enumerate(kernel))


def target_field(counts, sums):
    """E[truth | started intensity, cell] minus the knot, shrunk to the whole head's curve where a cell has few voxels."""
    total, total_sum = counts.sum((1, 2, 3), keepdims=True), sums.sum((1, 2, 3), keepdims=True)
    knots = KNOT_VALUES.reshape(-1, 1, 1, 1)
    whole = (total_sum + 3 * knots) / (total + 3)
    return ((_smooth(sums) + 4 * whole) / (_smooth(counts) + 4) - knots).astype(np.float32)
