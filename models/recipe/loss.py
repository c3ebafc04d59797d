"""Losses, each beside the preconditioning that it assumes."""
import numpy as np
import torch

from networks import alpha_bar
from style_statistics import CELL, GRID, ellipsoid

TIMESTEPS = (999., 749., 499., 249.)  # levels of training
SHARES = (.46, .12, .3, .12)  # most where the product samples


def style_loss(encoder, decoder, first, second, code_noise=.1):
    """Two heads under one scanner: each must be redrawn from the other's code, and their codes must agree.

    The code is narrow and noisy, and the map is compared with another person's statistics, so neither can carry anatomy.
    Occupied knots count more than the empty majority. Returns (loss, redraw error, code agreement R2).
    """
    z1, z2 = encoder(first), encoder(second)
    redraw = 0.
    for code, other in ((z1, second), (z2, first)):
        drawn = decoder(code + code_noise * torch.randn_like(code))
        redraw = redraw + ((.2 + other) * (drawn - other) ** 2).mean() / 2
    disagreement = ((z1 - z2) ** 2).mean() / 2  # the codes have unit variance: 1 - R2
    return 20 * redraw + .1 * disagreement, redraw.detach(), 1 - disagreement.detach()


def brain_cells(inside):
    """[1, 1, 12, 15, 12]: `inside` in cells of an average head's brain ellipsoid, 1 elsewhere, in proportion between."""
    share = ellipsoid(39., 50.).reshape(GRID[0], CELL, GRID[1], CELL, GRID[2], CELL).mean((1, 3, 5))
    return torch.from_numpy((1 + (inside - 1) * share).astype(np.float32))[None, None]


def node_weight(stored, brain):
    """sqrt of a node's voxels (1 at 100, at most 2), from the stored n / (n + 4), times the brain's weight.

    Error is judged by voxel, yet rare intensities must be learnt too: the root stands between the two.
    """
    voxels = 4 * stored / (1 - stored).clamp(min=2e-3)
    return (voxels / 100).sqrt().clamp(max=2) * brain


def noisy(x0, noise, timestep):
    """x_t = sqrt(ab) x0 + sqrt(1 - ab) eps, with the two square roots."""
    ab = alpha_bar(timestep).view(-1, 1, 1, 1, 1)
    signal, sigma = ab.sqrt(), (1 - ab).clamp(min=0).sqrt()
    return signal * x0 + sigma * noise, signal, sigma


def field_loss(v, x0, noise, xt, signal, sigma, weight):
    """v-prediction (Salimans & Ho 2022) plus the L1 error of the implied field; nodes weigh by their support.

    Returns (loss, mean absolute error of the implied field per sample, and that of a zero field: the start alone).
    """
    target = signal * noise - sigma * x0
    implied = signal * xt - sigma * v
    w = weight + .03
    per_sample = lambda difference: (w * difference.abs()).sum((1, 2, 3, 4)) / w.sum((1, 2, 3, 4))
    return (w * (v - target) ** 2).mean() + .5 * (w * (implied - x0).abs()).mean(), per_sample(implied - x0).detach(), per_sample(x0)
