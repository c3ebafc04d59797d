"""Simulated scanners: reconstruction kernels as radial transfer functions and the power spectrum of their noise.

Shapes from very smooth to edge-enhancing, over the ranges that published MTFs of body, lung and bone kernels of the large vendors span;
none is a measurement of a product. Frequencies in cycles/mm. Without edge enhancement their logarithm falls as f² or faster, as that of every window of filtered back-projection does (Hann, Hamming,
cosine, Shepp-Logan; aperture and interpolation too).
"""
from dataclasses import dataclass

import numpy as np

FREQUENCY = np.linspace(0, 1.2, 241)
OWN_F50, OWN_POWER = .42, 2.  # what a stored volume is taken to have been reconstructed with
GAIN_LIMIT = 6.0
FAMILIES = {  # f50 range, power range, boost range
    'very smooth': ((.16, .28), (2., 2.4), (0., 0.)),
    'smooth': ((.26, .36), (2., 2.6), (0., .08)),
    'standard': ((.33, .46), (2., 2.8), (0., .15)),
    'sharp': ((.45, .65), (2., 3.2), (0., .35)),
    'edge-enhancing': ((.5, .8), (2., 3.6), (.2, .8)),
}


def waves(coefficients, f):
    """A smooth curve that is 0 at frequency 0."""
    return sum(c * (1 - np.cos(2 * np.pi * (k + 1) * f / 1.6)) / 2 for k, c in enumerate(coefficients))


@dataclass(frozen=True)
class Scanner:
    family: str
    f50: float      # cycles/mm where the curve without boost falls to one half
    power: float    # steepness of the fall
    boost: float    # height of the edge enhancement at half of f50
    sigma: float    # HU, noise in soft tissue under a standard kernel
    floor: float    # share of the noise that is flat at low frequency
    ripple: tuple = ()  # what a real kernel has beside the family's curve: log factors of waves over 0 … 0.8 cycles/mm
    grain: tuple = ()   # the same for the noise alone: interpolation, filters of the projections

    def mtf(self, f=FREQUENCY):
        edge = 1 + self.boost * np.exp(-.5 * ((f - .6 * self.f50) / (.3 * self.f50)) ** 2) * (1 - np.exp(-(f / .08) ** 2))
        return edge * np.exp(waves(self.ripple, f) - np.log(2) * (f / self.f50) ** self.power)

    def transfer(self, f=FREQUENCY):
        """Relative to the stored volume's own kernel, bounded."""
        own = np.exp(-np.log(2) * (f / OWN_F50) ** OWN_POWER)
        return np.minimum(self.mtf(f) / np.maximum(own, 1e-3), GAIN_LIMIT)

    def noise_shape(self, f=FREQUENCY):
        """Noise power after reconstruction for unit noise: ramp times kernel, squared amplitude (filtered back-projection)."""
        return (self.floor * .02 + f) * self.mtf(f) ** 2 * np.exp(waves(self.grain, f))


def standard_power(nyquist):
    """Mean over the sampled disc of the standard kernel's noise shape: what a sigma refers to."""
    s = Scanner('standard', .4, 2., 0., 1., 1.).noise_shape()
    inside = FREQUENCY <= nyquist
    return float((s * FREQUENCY)[inside].sum() / FREQUENCY[inside].sum())


def draw(rng, family=None, varied=False):
    """A random scanner; `varied` ones leave the family's curve, as training wants them."""
    family = family or rng.choice(list(FAMILIES))
    f50, power, boost = (rng.uniform(*r) for r in FAMILIES[family])
    sigma, floor = float(np.exp(rng.uniform(np.log(4), np.log(45)))), float(rng.uniform(.3, 3))
    wave = lambda sd: tuple(float(v) for v in rng.normal(0, sd / np.arange(1, 4)))
    return Scanner(str(family), f50, power, boost, sigma, floor, *((wave(.25), wave(.3)) if varied else ()))
