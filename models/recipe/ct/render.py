"""Image-space travelling pairs for calibration and measurement: one anatomy under two scanners, and another person under the second."""
from dataclasses import dataclass

import numpy as np
from scipy.fft import fft2, ifft2

from ct.bands import fft_size, mirrored, radial_frequency
from ct.hounsfield import Scan, read_scan, smooth_in_plane
from ct.kernels import FREQUENCY, standard_power
from ct.simulate import scanners
from ct.views import centre, volume_name


@dataclass
class Pair:
    kind: str
    scanners: tuple
    source: Scan
    truth: Scan
    references: list    # scans of other people under the second scanner
    volumes: frozenset  # names of the volumes that both are of


def block(scan, pixel, pixels, slices, rng, part=slice(None)):
    """A block of neighbouring slices of a part of a volume, read with `pixel` mm."""
    scale = pixel / scan.spacing[1]
    hu = centre(scan.hu[part], pixels)
    first = rng.integers(0, max(1, hu.shape[0] - slices + 1))
    return Scan(hu[first:first + slices], (scan.spacing[0] * scale, pixel, scan.spacing[2] * scale))


def filter_slices(hu, response):
    """Every slice under a real, even response over the padded FFT."""
    j, i = (mirrored(n, fft_size(n)) for n in hu.shape[1:])
    rows, columns = hu.shape[1:]
    return np.stack([ifft2(fft2(s[np.ix_(j, i)]) * response).real[:rows, :columns] for s in hu]).astype(np.float32)


def white(shape, rng):
    return rng.standard_normal(shape).astype(np.float32)


def noise_map(scan):
    """[K, J, I] relative SD of the noise: more in dense tissue and bone, less in lung and air."""
    smoothed = smooth_in_plane(scan.hu, scan.spacing, 6.)
    return np.interp(smoothed, [-1000, -800, 0, 400, 1500], [.6, .75, 1., 1.15, 1.4]).astype(np.float32)


class Scene:
    """One block of anatomy with its draws of noise; the same draws are seen by every scanner."""

    def __init__(self, scan, rng):
        self.scan, self.rng = scan, rng
        self.map = noise_map(scan)
        self.shared = white(scan.hu.shape, rng)
        self.f = radial_frequency(tuple(fft_size(n) for n in scan.hu.shape[1:]), scan.spacing[1:])

    def under(self, scanner, least_sigma):
        """The scan by `scanner`; noise up to least_sigma is shared with the other scanner, the rest is this one's own."""
        own = np.sqrt(max(0., scanner.sigma ** 2 - least_sigma ** 2))
        noise = (least_sigma * self.shared + own * white(self.shared.shape, self.rng)) * self.map
        nyquist = .5 / max(self.scan.spacing[1:])
        amplitude = np.sqrt(scanner.noise_shape() / standard_power(nyquist))
        anatomy = filter_slices(self.scan.hu, np.interp(self.f, FREQUENCY, scanner.transfer()))
        return Scan(anatomy + filter_slices(noise, np.interp(self.f, FREQUENCY, amplitude)), self.scan.spacing)


class Volumes:
    """Stored volumes by name."""

    def __init__(self, paths):
        self.scans, self.names = [read_scan(p) for p in paths], [volume_name(p) for p in paths]

    def pair(self, rng, pixels=200, slices=12, kinds=None, varied=0.):
        """A random pair; the reference is another volume or, every second time, the other half of the slices of the same one. `varied`: share of pairs whose scanners leave their families' curves."""
        while True:
            kind, a, b = scanners(rng, varied=varied > 0 and bool(rng.random() < varied))
            if kinds is None or kind in kinds:
                break
        index = int(rng.integers(len(self.scans)))
        pixel = float(rng.choice([.6, .8, .95]))
        fits = lambda i: max(pixel, self.scans[i].spacing[1] / 3)
        half, same = self.scans[index].hu.shape[0] // 2, rng.random() < .5
        scene = Scene(block(self.scans[index], fits(index), pixels, slices, rng, slice(0, half) if same else slice(None)), rng)
        least = min(a.sigma, b.sigma)
        other = index if same else int(rng.choice([i for i in range(len(self.scans)) if i != index]))
        references = [Scene(block(self.scans[other], fits(index), 240, slices, rng, slice(half, None) if same else slice(None)), rng).under(b, 0.)]
        return Pair(kind, (a, b), scene.under(a, least), scene.under(b, least), references, frozenset({self.names[index], self.names[other]}))
