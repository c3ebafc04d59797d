"""Unit-variance Gaussian noise as smooth as a gain field: correlated over cells (sigma 1), bands (sigma 2) and classes (0.7 shared)."""
import torch

from ct.bands import BANDS
from ct.gain_statistics import CLASS_COUNT
from noise import kernel

SHARED = .7
BAND, CELL = kernel(2., 6), kernel(1., 3)


def sliding(n, weights):
    """[n + len(weights) - 1, n] matrix that takes the weighted sum of every window."""
    m = torch.zeros(n + len(weights) - 1, n)
    for i in range(n):
        m[i:i + len(weights), i] = weights
    return m


def smooth_noise(batch, grid, generator):
    """[batch, 48, Z, Y, X]: per class sqrt(1 - .49) own + .7 shared."""
    pad = len(CELL) - 1
    white = torch.randn(batch, CLASS_COUNT + 1, BANDS + len(BAND) - 1, *(n + pad for n in grid), generator=generator)
    n = torch.einsum('scbzyx,bB->scBzyx', white, sliding(BANDS, BAND))
    n = torch.einsum('scbzyx,xX->scbzyX', n, sliding(grid[2], CELL))
    n = torch.einsum('scbzyx,yY->scbzYx', n, sliding(grid[1], CELL))
    n = torch.einsum('scbzyx,zZ->scbZyx', n, sliding(grid[0], CELL))
    n = n / ((BAND ** 2).sum() * (CELL ** 2).sum() ** 3).sqrt()
    return (SHARED * n[:, :1] + (1 - SHARED ** 2) ** .5 * n[:, 1:]).reshape(batch, CLASS_COUNT * BANDS, *grid)
