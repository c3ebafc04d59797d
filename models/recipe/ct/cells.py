"""Cells of 48 mm: which one a voxel counts in, and trilinear interpolation of their values at a voxel."""
import numpy as np

CELL_MM = 48.0


def grid_of(shape, spacing):
    """(Z, Y, X) cells of a volume."""
    return tuple(max(1, int(np.ceil(n * s / CELL_MM - 1e-6))) for n, s in zip(shape, spacing))


def cell_of(n, spacing, cells):
    """[n] cell of every voxel of one axis, by its centre."""
    return np.minimum(((np.arange(n) + .5) * spacing / CELL_MM).astype(int), cells - 1)


def axis_weights(n, spacing, cells):
    """[n, cells] linear interpolation between cell centres, clamped at both ends."""
    at = np.clip((np.arange(n) + .5) * spacing / CELL_MM - .5, 0, cells - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(cells)[None])).astype(np.float32)


def at_slice(nodes, k, weights):
    """[..., J, I] values of slice k from nodes [..., Z, Y, X]; weights: three matrices of axis_weights."""
    plane = np.tensordot(nodes, weights[0][k], axes=(-3, 0))
    return np.einsum('...yx,jy,ix->...ji', plane, weights[1], weights[2], optimize=True).astype(np.float32)
