"""Stored scans of people who show skin, under any simulated scanner: whole slices, each one's own kernel taken out as far as its skin tells it."""
import numpy as np
from scipy.optimize import minimize

from ct import chain
from ct.bands import fft_size, radial_frequency, sampled_bands
from ct.hounsfield import Scan, read_scan, without_padding
from ct.kernels import FREQUENCY, GAIN_LIMIT, Scanner, standard_power
from ct.render import filter_slices, noise_map
from skin_profile import SkinOfPerson, reading

SKINS = 24  # simulated people whose mean is expected


def own_kernel(scan):
    """The kernel that the skin of a scan speaks for, as a Scanner without noise: exp(-ln 2 (f / f50)^power)."""
    (seen, _), spacing = chain.Reading(scan).skin, scan.spacing[1:]
    people = [SkinOfPerson(np.random.default_rng(i)) for i in range(SKINS)]
    shown = slice(1, min(9, sampled_bands(spacing)))
    of = lambda p: Scanner('own', float(np.exp(p[0])), 1. + float(np.exp(p[1])), 0., 0., 1.)
    expected = lambda s: np.mean([reading(person, s, spacing, np.random.default_rng(5)) for person in people], 0)
    best = minimize(lambda p: float(((expected(of(p)) - seen)[shown] ** 2).mean()), [np.log(.4), np.log(.7)], method='Nelder-Mead', options=dict(maxiter=40))
    return of(best.x)


class Person:
    """The middle slices of a scan."""

    def __init__(self, path, slices):
        scan = read_scan(path)
        self.own, first = own_kernel(scan), max(0, (scan.hu.shape[0] - slices) // 2)
        self.scan = Scan(without_padding(scan.hu[first:first + slices]), scan.spacing)
        self.map, self.f = noise_map(self.scan), radial_frequency(tuple(fft_size(n) for n in self.scan.hu.shape[1:]), self.scan.spacing[1:])

    def transfer(self, scanner):
        """Over FREQUENCY, what the scan must be filtered by."""
        return np.minimum(scanner.mtf() / np.maximum(self.own.mtf(), 1e-3), GAIN_LIMIT)

    def under(self, scanner, noise):
        """The scan under a scanner; noise: white, of the scanner's sigma."""
        amplitude = np.sqrt(scanner.noise_shape() / standard_power(.5 / max(self.scan.spacing[1:])))
        filtered = lambda hu, response: filter_slices(hu, np.interp(self.f, FREQUENCY, response))
        return Scan(filtered(self.scan.hu, self.transfer(scanner)) + filtered(noise * self.map, amplitude), self.scan.spacing)
