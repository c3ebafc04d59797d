"""Unit-variance Gaussian noise as smooth as a gain field: correlated over cells (sigma 1), bands (sigma 2) and classes (0.7 shared)."""
import torch
import torch.nn.functional as F

from ct.bands import BANDS
from ct.gain_statistics import CLASS_COUNT
from noise import kernel

SHARED = .7


def smooth_noise(batch, grid, generator):
    """[batch, 48, Z, Y, X]: per class sqrt(1 - .49) own + .7 shared."""
    band, cell = kernel(2., 6), kernel(1., 3)
    sets = CLASS_COUNT + 1
    white = torch.randn(batch * sets, BANDS + 12, *(n + 6 for n in grid), generator=generator)
    n = F.conv1d(white.permute(0, 2, 3, 4, 1).reshape(-1, 1, BANDS + 12), band.view(1, 1, -1))
    n = n.view(batch * sets, *(g + 6 for g in grid), BANDS).permute(0, 4, 1, 2, 3).reshape(batch * sets * BANDS, 1, *(g + 6 for g in grid))
    for axis in range(3):
        shape = [1] * 5
        shape[2 + axis] = 7
        n = F.conv3d(n, cell.view(shape))
    variance = (band ** 2).sum() * (cell ** 2).sum() ** 3
    n = n.view(batch, sets, BANDS, *grid) / variance.sqrt()
    return (SHARED * n[:, :1] + (1 - SHARED ** 2) ** .5 * n[:, 1:]).reshape(batch, CLASS_COUNT * BANDS, *grid)
