"""Unit-variance Gaussian noise as smooth as the field: correlated over cells and knots (docs/explanation/method.md)."""
import torch
import torch.nn.functional as F

from style_statistics import GRID, KNOTS


def kernel(sigma, radius):
    k = torch.exp(-.5 * (torch.arange(-radius, radius + 1) / sigma) ** 2)
    return k / k.sum()


def smooth_noise(batch, generator, cell_sigma=1., knot_sigma=2.):
    """[batch, knots, 12, 15, 12]"""
    knot, cell = kernel(knot_sigma, 6), kernel(cell_sigma, 3)
    white = torch.randn(batch, KNOTS + 12, *(n + 6 for n in GRID), generator=generator)
    n = F.conv1d(white.permute(0, 2, 3, 4, 1).reshape(-1, 1, KNOTS + 12), knot.view(1, 1, -1))
    n = n.view(batch, *(g + 6 for g in GRID), KNOTS).permute(0, 4, 1, 2, 3).reshape(batch * KNOTS, 1, *(g + 6 for g in GRID))
    for axis in range(3):
        shape = [1] * 5
        shape[2 + axis] = 7
        n = F.conv3d(n, cell.view(shape))
    variance = (knot ** 2).sum() * (cell ** 2).sum() ** 3
    return n.view(batch, KNOTS, *GRID) / variance.sqrt()
