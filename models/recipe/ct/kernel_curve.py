"""What a scan's reconstruction passes, read from its patches: the log transfer of bands 1 to 12.

Noise and anatomy enter a slice through the same kernel: power of a group of patches = H²(f) · (noise · ramp(f) + anatomy · f^-slope). Every candidate (kernel, ramp, slope)
is fitted to every group (noise and anatomy not negative), and the curve is the mean over candidates, weighed by how well they fit. Where the patches tell little,
source and reference get the same mean. The level of the noise (dose, size of the patient) drops out: it is no property of the kernel.
"""
import itertools

import numpy as np

from ct.bands import BANDS, KNOTS
from ct.hounsfield import hats
from ct.kernels import Scanner

F = np.linspace(.005, 1., 200)                       # cycles/mm
F50 = np.exp(np.linspace(np.log(.14), np.log(.9), 16))
POWERS, BOOSTS = (1.5, 2.1, 3.), (0., .25, .7)
FLOORS, SLOPES = (.4, 2.), (1.6, 2.2, 2.9)
SMEAR = .067                                         # cycles/mm, what a 12 mm Hann window blurs a spectrum by
LOWEST = .03                                         # cycles/mm from which anatomy falls
TOLERANCE = np.r_[1.2, .85, np.full(BANDS - 2, .5)]  # SD of a fitted log power
EDGE_PRIOR = .35                                     # edge enhancement is rare: exp(-boost / .35)


def blurred(hat, f):
    """[12, frequencies] what a patch sees of each band, rows that sum to 1: the hats over rings, blurred by the window."""
    ring = hat * f
    blur = (np.exp(-.5 * ((f[:, None] - f) / SMEAR) ** 2) + np.exp(-.5 * ((f[:, None] + f) / SMEAR) ** 2)) * f
    return (ring / ring.sum(1, keepdims=True)) @ (blur / np.maximum(blur.sum(1, keepdims=True), 1e-12))


def edge_hats():
    """[12, frequencies] each band as edges fill it (power f^-1.5 per ring), rows that sum to 1."""
    edges = hats(F, KNOTS)[1:].astype(np.float64) * F ** -1.5
    return edges / edges.sum(1, keepdims=True)


def tables():
    """(log transfer [candidates, 12], noise [floors, candidates, 12], anatomy [slopes, candidates, 12], log prior [candidates])."""
    candidates = list(itertools.product(F50, POWERS, BOOSTS))
    squared = np.maximum(np.array([Scanner('', f, p, b, 1., 1.).mtf(F) for f, p, b in candidates]) ** 2, 1e-12)
    hat = hats(F, KNOTS)[1:].astype(np.float64)
    seen = blurred(hat, F)
    log_transfer = .5 * np.log(squared @ edge_hats().T)
    noise = np.stack([(squared * (.02 * c + F)) @ seen.T for c in FLOORS])
    anatomy = np.stack([(squared * np.maximum(F, LOWEST) ** -s) @ seen.T for s in SLOPES])
    return log_transfer, noise, anatomy, np.array([-b / EDGE_PRIOR for _, _, b in candidates])


LOG_TRANSFER, NOISE, ANATOMY, PRIOR = tables()


def misfit(power, sampled):
    """[floors, slopes, candidates] half the squared log errors of the best non-negative (noise, anatomy) of one group."""
    bands, weight = slice(0, sampled), TOLERANCE[:sampled] ** -2
    u, v = NOISE[:, None, :, bands] / power[bands], ANATOMY[None, :, :, bands] / power[bands]
    uu, vv, uv, u1, v1 = (np.tensordot(a, weight, 1) for a in (u * u, v * v, u * v, u, v))
    det = np.maximum(uu * vv - uv ** 2, 1e-12 * uu * vv)
    n, a = (u1 * vv - v1 * uv) / det, (v1 * uu - u1 * uv) / det
    n, a = np.where(a < 0, u1 / uu, np.maximum(n, 0)), np.where(n < 0, v1 / vv, np.maximum(a, 0))
    error = np.log(np.maximum(n[..., None] * u + a[..., None] * v, 1e-6))
    return .5 * np.tensordot(error ** 2, weight, 1)


def log_curve(groups, sampled):
    """[12] log transfer of a scan from its groups [4, 12] of mean log powers; only sampled bands are read."""
    posterior = PRIOR - sum(misfit(np.exp(g), sampled) for g in groups)
    posterior = np.exp(posterior - posterior.max()).sum((0, 1))
    return posterior @ LOG_TRANSFER / posterior.sum()
