"""What is inserted into a scan before it is harmonized, and read off the difference that it makes: discs as nodules and edges, and noise of the scan's own colour."""
import os

import numpy as np
from scipy.ndimage import uniform_filter

from ct.bands import KNOTS, fft_size, radial_frequency
from ct.flat_patches import nps
from ct.hounsfield import Scan, read_scan, smooth_in_plane
from ct.render import filter_slices, noise_map, white
from ct.views import centre

PIXELS, SLICES = 256, 16
DISCS = [(d, c) for d in (3, 5, 8) for c in (-50, 60, 150)] + [(16, c) for c in (60, 150, 400)]  # diameter mm, contrast HU; the widest are read as edges


def placed(scan, used, rng):
    """[(slice, row, column, diameter, contrast)]: inserts in flat soft tissue, apart from each other."""
    out = []
    for k in used:
        smooth = smooth_in_plane(scan.hu[k:k + 1], scan.spacing, 3.)[0]
        flat = uniform_filter(((smooth > -30) & (smooth < 130)).astype(np.float32), int(14 / scan.spacing[1])) > .97
        taken = np.zeros_like(flat)
        for d, c in rng.permutation(DISCS):
            free = np.argwhere(flat & ~taken)
            if not len(free):
                break
            j, i = free[rng.integers(len(free))]
            out.append((int(k), int(j), int(i), float(d), float(c)))
            reach = int(15 / scan.spacing[1])
            taken[max(0, j - reach):j + reach, max(0, i - reach):i + reach] = True
    return out


def distance(shape, j, i, spacing):
    """[J, I] mm from a voxel of the plane."""
    y, x = np.mgrid[:shape[0], :shape[1]]
    return np.hypot((y - j) * spacing[1], (x - i) * spacing[2])


def disc(radius, diameter, spacing):
    """Share of each voxel that lies within a disc or ball, by its distance to the centre in mm; the edge is one pixel wide."""
    return np.clip((diameter / 2 - radius) / spacing[1] + .5, 0, 1)


def with_inserts(scan, inserts):
    hu = scan.hu.copy()
    for k, j, i, d, c in inserts:
        hu[k] += c * disc(distance(hu.shape[1:], j, i, scan.spacing), d, scan.spacing)
    return Scan(hu, scan.spacing)


def profile(plane, radius, spacing, reach):
    """Mean of the plane over rings, and the rings' radii in mm."""
    step = .5 * spacing[1]
    ring = (radius / step).astype(int)
    near = radius < reach
    count = np.bincount(ring[near])
    mean = np.bincount(ring[near], plane[near]) / np.maximum(count, 1)
    return (np.arange(len(mean)) + .5)[count > 0] * step, mean[count > 0]


def rise(r, mean):
    """10 to 90 % rise distance of an edge in mm: between centre and rim plateaus of a disc."""
    top, bottom = mean[r < 4].mean(), mean[r > 12].mean()
    share = (mean - bottom) / (top - bottom)
    at = lambda level: np.interp(-level, -np.minimum.accumulate(share), r)
    return float(at(.1) - at(.9))


def inserted(without, with_, used, inserts, spacing):
    """[(diameter, contrast, measured contrast, area above half of it in mm², rise distance or None)] from the difference of two slices."""
    out = []
    for k, j, i, d, c in inserts:
        difference = with_[list(used).index(k)] - without[list(used).index(k)]
        radius = distance(difference.shape, j, i, spacing)
        core = float(difference[radius <= max(.35 * d, spacing[1])].mean())
        area = float((difference[radius < d / 2 + 4] / core > .5).sum() * spacing[1] * spacing[2])
        out.append((d, c, core, area, rise(*profile(difference, radius, spacing, 15.)) if d > 12 else None))
    return out


def coloured(scan, rng, times):
    """Noise with the shape of the scan's own flat-patch spectrum that makes its SD `times` as large; below band 4 a ramp, as flat patches hold anatomy there."""
    power, _ = nps(scan.hu, scan.spacing[1:])
    power[:3] = power[3] * KNOTS[1:4] / KNOTS[4]
    f = radial_frequency(tuple(fft_size(n) for n in scan.hu.shape[1:]), scan.spacing[1:])
    return filter_slices(white(scan.hu.shape, rng) * noise_map(scan), np.interp(f, KNOTS, np.sqrt(np.r_[0, power] * (times ** 2 - 1))))


def dose_pair(path, times, is_less, seed):
    """(what, (source, truth) of an anatomy, anatomy, reference): a real scan, with and without noise that makes its SD `times` as large, and its other slices, which have as much noise as the truth."""
    scan = read_scan(path)
    hu = centre(scan.hu, PIXELS)
    half = min(SLICES, len(hu) // 2)
    anatomy, reference = Scan(hu[:half], scan.spacing), Scan(hu[half:half + SLICES], scan.spacing)
    rng = np.random.default_rng([seed, 9])
    noise = coloured(anatomy, rng, times)
    noisy = lambda s: Scan(s.hu + noise, s.spacing)
    if not is_less:
        reference = Scan(reference.hu + coloured(reference, rng, times), reference.spacing)
    return dict(volume=os.path.basename(path), times=times), lambda s: (noisy(s), s) if is_less else (s, noisy(s)), anatomy, reference
