"""Training tiles: one anatomy under two simulated scanners, with ONE noise field that each scanner filters and scales in its own way.

The truth of a lower dose is therefore "the same grain, less of it": what a network predicts on average keeps the reference's noise level and texture instead of smoothing
it away, and edges stay. Where a scanner took detail away for good (by its kernel and its rounding to whole HU) the answer is not unique: there draws differ.
"""
from dataclasses import replace

import numpy as np
from scipy.fft import irfft2, rfft2, fftfreq, rfftfreq

from ct.bands import BANDS, KNOTS
from ct.detail.conditions import DETAIL_SCALE, LOW_HU, condition, noise_gains
from ct.hounsfield import METAL_HU, SMOOTH_MM
from ct.kernels import FREQUENCY, draw, standard_power
from ct.simulate import HATS, SLOPE

TILE, CROP = 96, 128
KINDS = dict(same=.1, dose=.8, kernel=.02, both=.08)
INSERT_SD = (1.2, 6.)        # contrast of inserted structures, in SD of the source's noise
INSERT_HU = (20., 400.)
INSERT_MM = (3., 24.)        # their diameter; half of the tiles have the border of a half plane too
SEEN_SHARP = .5              # share of tiles whose inserts no kernel blurs
PIXELS_MM = (.45, 1.25)
MARGIN = slice((CROP - TILE) // 2, (CROP + TILE) // 2)


class Anatomies:
    """Noise-free volumes of anatomy.py, padded to hold a crop."""

    def __init__(self, path):
        with np.load(path) as stored:
            names = sorted({k.rsplit('|', 1)[0] for k in stored.files})
            self.volumes = []
            for name in names:
                hu, body = stored[name + '|hu'], stored[name + '|body']
                pad = [(0, 0)] + [(0, max(0, CROP - n)) for n in hu.shape[1:]]
                self.volumes.append((float(name.split('|')[1]), np.pad(hu, pad, 'symmetric'), np.pad(body, pad, 'symmetric')))

    def crop(self, rng):
        """(HU [128, 128] float32, body, pixel size in mm it is taken to have): turned and mirrored at random, at least a third of the tile in the body."""
        while True:
            native, hu, body = self.volumes[rng.integers(len(self.volumes))]
            k, j, i = rng.integers(len(hu)), *(rng.integers(n - CROP + 1) for n in hu.shape[1:])
            inside = body[k, j:j + CROP, i:i + CROP]
            if inside[MARGIN, MARGIN].mean() > .33:
                break
        pixel = float(np.exp(rng.uniform(np.log(max(PIXELS_MM[0], native / 3.5)), np.log(min(PIXELS_MM[1], native * 1.1)) if native > PIXELS_MM[0] else np.log(PIXELS_MM[0] * 1.1))))
        turn = lambda a: np.rot90(a[:, ::-1] if turned & 4 else a, turned & 3)
        turned = int(rng.integers(8))
        return turn(hu[k, j:j + CROP, i:i + CROP]).astype(np.float32), turn(inside), pixel


def ellipse(shape_mm, centre, angle, pixel):
    """Share of every pixel of a crop inside an ellipse of these half axes, [128, 128]."""
    y, x = np.mgrid[:CROP, :CROP].astype(np.float32)
    (a, b), (cy, cx) = np.asarray(shape_mm) / pixel, centre
    u, v = (y - cy) * np.cos(angle) + (x - cx) * np.sin(angle), (x - cx) * np.cos(angle) - (y - cy) * np.sin(angle)
    return np.clip((1 - np.sqrt((u / a) ** 2 + (v / b) ** 2)) * min(a, b) + .5, 0, 1)


def with_inclusions(hu, pixel, rng):
    """Up to four small ellipses of 2 to 12 mm and -120 to +300 HU: nodules, vessels, holes. Modifies the crop."""
    for _ in range(rng.integers(5)):
        centre, shape = rng.uniform(MARGIN.start, MARGIN.stop, 2), np.exp(rng.uniform(np.log(1.), np.log(6.), 2))
        inside = ellipse(shape, centre, rng.uniform(0, np.pi), pixel)
        hu += rng.uniform(-120, 300) * inside
    return hu


def inserts(sigma, pixel, rng):
    """[128, 128] HU of two to six faint structures of about one contrast, bright or dark: discs, ellipses, the border of an organ."""
    contrast = float(np.clip(sigma * np.exp(rng.uniform(*np.log(INSERT_SD))), *INSERT_HU))
    strength = lambda: contrast * rng.uniform(.7, 1.3) * rng.choice([-1, 1])
    out, free = np.zeros((CROP, CROP), np.float32), np.ones((CROP, CROP), bool)
    if rng.random() < .5:
        y, x = np.mgrid[:CROP, :CROP].astype(np.float32) - CROP / 2
        angle = rng.uniform(0, 2 * np.pi)
        out += strength() * np.clip(y * np.cos(angle) + x * np.sin(angle) + rng.uniform(-30, 30) + .5, 0, 1)
    for _ in range(rng.integers(2, 7)):
        radius = .5 * np.exp(rng.uniform(*np.log(INSERT_MM)))
        shape = (radius, radius * (1 if rng.random() < .6 else rng.uniform(.5, 1)))
        inside = ellipse(shape, rng.uniform(MARGIN.start, MARGIN.stop, 2), rng.uniform(0, np.pi), pixel)
        if free[inside > 0].all():
            out += strength() * inside
            free &= inside == 0
    return out


class Plane:
    """Frequencies of a crop at one pixel size, in cycles/mm."""

    def __init__(self, pixel):
        u, v = fftfreq(CROP, pixel)[:, None], rfftfreq(CROP, pixel)[None]
        self.f, self.angle = np.hypot(u, v), np.arctan2(u, v)

    def of(self, frequencies, response):
        return np.interp(self.f, frequencies, response).astype(np.float32)

    def gaussian(self, sigma_mm):
        return np.exp(-2 * (np.pi * sigma_mm * self.f) ** 2).astype(np.float32)


def wander(rng, sd):
    """A slow random curve over FREQUENCY, as a factor: no product has exactly our kernels."""
    return np.exp(np.interp(FREQUENCY, np.linspace(0, 1.2, 7), rng.normal(0, sd, 7)))


class Curves:
    """One scanner's transfer function and noise amplitude over FREQUENCY, with its own deviations."""

    def __init__(self, scanner, rng, like=None):
        self.scanner = scanner
        self.kernel, self.grain = (like.kernel, like.grain) if like else (wander(rng, .08), wander(rng, .12))
        self.transfer = scanner.transfer() * self.kernel / self.kernel[0]
        self.amplitude = np.sqrt(scanner.noise_shape()) * self.kernel * self.grain

    def flat_nps(self, nyquist, size, anatomy, slope, rng):
        """[12] what flat patches show: noise, and the anatomy they hold."""
        inside = FREQUENCY <= nyquist
        ring = FREQUENCY * inside
        area = (HATS * ring).sum(1)
        power = (self.scanner.sigma * size) ** 2 / standard_power(nyquist) * (HATS * ring * self.amplitude ** 2).sum(1) / np.maximum(area, 1e-9)
        weight = HATS ** 2 * SLOPE
        passed = (weight * self.transfer ** 2).sum(1) / weight.sum(1)
        power = (power + anatomy ** 2 * (KNOTS[1:] / KNOTS[1]) ** -slope * passed) * np.exp(rng.normal(0, .05, BANDS))
        last = np.flatnonzero(area > 1e-3 * ring.sum()).max()
        power[last + 1:] = power[last]
        return power


def scanner_pair(rng):
    """(kind, source, reference) with their curves."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    a, b = draw(rng), draw(rng)
    dose = lambda s: float(np.clip(s * np.exp(rng.uniform(-1.6, .3)), 3, 80))
    if kind == 'same':
        b = replace(a, sigma=a.sigma * float(np.exp(rng.normal(0, .04))))
    elif kind == 'dose':
        b = replace(a, sigma=dose(a.sigma))
    elif kind == 'kernel':
        b = replace(b, sigma=a.sigma, floor=a.floor)
    else:
        b = replace(b, sigma=dose(a.sigma))
    source = Curves(a, rng)
    return kind, source, Curves(b, rng, source if kind in ('same', 'dose') else None)


def noise_field(hu, plane, rng):
    """White noise whose SD follows the tissue and drifts over the crop, [128, 128], about 1 in soft tissue."""
    slow = irfft2(rfft2(hu) * plane.gaussian(6.))
    tissue = np.interp(slow, [-1000, -800, 0, 400, 1500], [.6, .75, 1., 1.15, 1.4])
    y, x = np.mgrid[-1:1:CROP * 1j, -1:1:CROP * 1j]
    drift = np.exp(rng.normal(0, .2) + rng.normal(0, .3) * y + rng.normal(0, .3) * x)
    return (rng.standard_normal((CROP, CROP)) * tissue * drift).astype(np.float32)


def pair(rng, anatomies):
    """One tile without and with faint structures, all else equal: {image [2, 3, 96, 96], detail [2, 1, 96, 96] (what is missing after the noise gains, over the noise scale,
    times DETAIL_SCALE), structure [1, 96, 96] (the detail of the structures in the truth, same unit), weight, condition, kind}"""
    hu, body, pixel = anatomies.crop(rng)
    plane, (kind, a, b) = Plane(pixel), scanner_pair(rng)
    if rng.random() < .6:
        with_inclusions(hu, pixel, rng)
    nyquist = .5 / pixel
    streaks = np.exp(rng.uniform(0, .5) * np.cos(2 * (plane.angle - rng.uniform(0, np.pi)))).astype(np.float32)
    anatomy, noise = rfft2(hu), rfft2(noise_field(hu, plane, rng)) * streaks
    structure, is_sharp = rfft2(inserts(a.scanner.sigma, pixel, rng)), rng.random() < SEEN_SHARP
    amplitude = lambda c: c.scanner.sigma / np.sqrt(standard_power(nyquist)) * plane.of(FREQUENCY, c.amplitude)
    transfers = {c: plane.of(FREQUENCY, c.transfer) for c in (a, b)}
    bare = {c: anatomy * transfers[c] + noise * amplitude(c) for c in (a, b)}
    put_in = {c: structure if is_sharp else structure * transfers[c] for c in (a, b)}
    sizes, slope, contents = np.exp(rng.normal(0, .06, 2)), rng.uniform(2.3, 3.3), np.exp(rng.normal(np.log(40), .4)) * np.exp(rng.normal(0, .25, 2))
    powers = [c.flat_nps(nyquist, s, content, slope, rng) for c, s, content in zip((a, b), sizes, contents)]
    numbers, scale = condition(powers[0], powers[1], (pixel, pixel))
    gains = plane.of(KNOTS, np.r_[1, noise_gains(*powers) * np.exp(rng.normal(0, .04, BANDS))])
    low, high = plane.gaussian(SMOOTH_MM), 1 - plane.gaussian(SMOOTH_MM)
    back = lambda spectrum: irfft2(spectrum)[MARGIN, MARGIN]

    def seen(share):
        source, truth = (bare[c] + share * put_in[c] for c in (a, b))
        source = rfft2(np.round(irfft2(source)))
        started = source * gains
        slow = back(source * low)
        return np.stack([back(source * high) / scale, (back(started) - slow) / scale, slow / LOW_HU]), DETAIL_SCALE * back((truth - started) * high)[None] / scale

    both = [seen(share) for share in (0, 1)]
    weight = body[MARGIN, MARGIN] & (hu[MARGIN, MARGIN] < METAL_HU)
    as_float = lambda array: np.asarray(array, np.float32)
    return dict(kind=kind, image=as_float([b[0] for b in both]), detail=as_float([b[1] for b in both]), structure=as_float(DETAIL_SCALE * back(put_in[b] * high)[None] / scale),
                weight=as_float(weight[None]), condition=numbers)
