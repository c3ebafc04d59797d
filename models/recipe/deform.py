"""What happens to a head and to a picture of it, drawn at random: warps, lesions, texture, blur, noise, shading, thick slices. Volumes are ZYX."""
import numpy as np
import torch
import torch.nn.functional as F

import style_statistics as S

ZYX = S.FRAME


def smooth_random(rng, control, shape=ZYX, channels=1):
    """Unit-variance control points, trilinearly enlarged: [channels, *shape]."""
    grid = torch.from_numpy(rng.normal(size=(1, channels, *control)).astype(np.float32))
    return F.interpolate(grid, shape, mode='trilinear', align_corners=True)[0]


def draw_warp(rng, strength=1.0, size=1.0):
    """Sampling positions [Z, Y, X, 3] (x, y, z in grid_sample's [-1, 1]): affine up to 15 %, tilt up to 20 degrees, elastic."""
    angles = rng.normal(size=3) * np.deg2rad(6) * strength
    if rng.random() < .15:
        angles[rng.integers(3)] = np.deg2rad(rng.uniform(-20, 20)) * strength
    rotation = np.eye(3)
    for axis, angle in enumerate(angles):
        i, j = [(1, 2), (0, 2), (0, 1)][axis]
        r = np.eye(3)
        r[i, i] = r[j, j] = np.cos(angle)
        r[i, j], r[j, i] = -np.sin(angle), np.sin(angle)
        rotation = rotation @ r
    matrix = rotation @ np.diag(1 + rng.uniform(-.13, .13, 3) * strength) / size
    centre = np.array([56., 59.5, 47.5])
    z, y, x = (torch.arange(n, dtype=torch.float32) - c for n, c in zip(ZYX, centre))
    m = torch.from_numpy(matrix.astype(np.float32))
    control = smooth_random(rng, (5, 6, 5), (9, 11, 9), channels=3) * float(rng.uniform(.5, 3.)) * strength
    control += smooth_random(rng, (9, 11, 9), (9, 11, 9), channels=3) * float(rng.uniform(0, 1.)) * strength
    elastic = F.interpolate(control[None], ZYX, mode='trilinear', align_corners=True)[0]
    coordinate = lambda row: m[row, 0] * z[:, None, None] + m[row, 1] * y[None, :, None] + m[row, 2] * x[None, None, :] + centre[row]
    points = [coordinate(d) + elastic[d] for d in range(3)]
    if rng.random() < .5:
        points[2] = ZYX[2] - 1 - points[2]
    return torch.stack([(p * 2 + 1) / n - 1 for p, n in zip(reversed(points), reversed(ZYX))], -1)


def warp(channels, positions):
    return F.grid_sample(channels[None], positions[None], mode='bilinear', padding_mode='zeros', align_corners=False)[0]


def gaussian_blur(volume, sigma):
    """Separable 5-tap Gaussian, edges repeated; as sums of shifted copies, which beats a one-channel convolution."""
    if sigma < .25:
        return volume
    k = np.exp(-.5 * (np.arange(-2, 3) / sigma) ** 2)
    k = (k / k.sum()).tolist()
    for axis, n in enumerate(volume.shape):
        first, last = volume.narrow(axis, 0, 1), volume.narrow(axis, n - 1, 1)
        padded = torch.cat([first, first, volume, last, last], axis)
        total = padded.narrow(axis, 0, n) * k[0]
        for i in range(1, 5):
            total.add_(padded.narrow(axis, i, n), alpha=k[i])
        volume = total
    return volume


def texture(rng, strength):
    fine = torch.from_numpy(rng.standard_normal(ZYX, dtype=np.float32)) * strength
    return 1 + fine + smooth_random(rng, (12, 15, 12))[0] * .04


def rician(rng, volume, sigma):
    noise = torch.from_numpy(rng.standard_normal((2, *volume.shape), dtype=np.float32)) * sigma
    return ((volume + noise[0]) ** 2 + noise[1] ** 2).sqrt()


def shading(rng, sigma):
    return torch.exp(smooth_random(rng, (3, 4, 3))[0] * sigma)


def thick_slices(volume, axis, factor):
    kernel, size = [1, 1, 1], list(volume.shape)
    kernel[axis] = factor
    v = F.avg_pool3d(volume[None, None], kernel, ceil_mode=True)
    return F.interpolate(v, size, mode='trilinear', align_corners=False)[0, 0]


def lesion_mask(rng, brain, radius=(1, 5)):
    """Soft ellipsoids (3-20 mm; `radius` in voxels of 2 mm) in the brain: weights [Z, Y, X]; brain is a boolean array before the warp."""
    mask = np.zeros(ZYX, np.float32)
    inside = np.argwhere(brain)
    for _ in range(rng.integers(1, 6)):
        c = inside[rng.integers(len(inside))]
        radii = rng.uniform(*radius, 3)
        reach = int(1.3 * radius[1]) + 1
        box = tuple(slice(max(0, int(p - reach)), int(p + reach + 1)) for p in c)
        grids = np.meshgrid(*[np.arange(b.start, min(b.stop, n)) for b, n in zip(box, ZYX)], indexing='ij')
        r = sum(((g - p) / q) ** 2 for g, p, q in zip(grids, c, radii))
        mask[box] = np.maximum(mask[box], np.clip(1.5 - r, 0, 1))
    return mask * brain
