"""What is measured between a restyled CT and its truth, and the comparators a researcher would use instead."""
import numpy as np
from scipy.fft import fft2, ifft2
from scipy.ndimage import gaussian_filter, uniform_filter

from ct.bands import fft_size, mirrored, radial_frequency
from ct.flat_patches import nps

RING = .02  # cycles/mm, resolution of the fitted filter and of whole-slice spectra
LUNG_HU = (-1000.0, -600.0)
SOFT_HU = (-50.0, 150.0)
HOMOGENEOUS_SD = 25.0
REGION_HU = dict(lung=(-1000.0, -400.0), fat=(-400.0, -10.0), soft=(-10.0, 200.0), bone=(200.0, 3000.0))
SIGMAS = np.r_[0, np.arange(.3, 2.05, .1)]  # pixels


def detail(hu):
    """What a Gaussian of 2 pixels takes away."""
    return hu - gaussian_filter(hu, (0, 2, 2))


def against(hu, truth, source, body, spacing, with_spectra=True):
    """Errors and ratios in `body`; the lung and soft masks come from the truth. Regions are 10 mm squares wholly inside the body."""
    error = (hu - truth)[body]
    a, b = detail(hu), detail(truth)
    soft, lung = (body & (truth > lo) & (truth < hi) for lo, hi in (SOFT_HU, LUNG_HU))
    ratio = lambda m: float(a[m].std() / max(b[m].std(), 1e-6)) if m.sum() > 500 else None
    out = dict(mae=float(np.abs(error).mean()), mean_shift=float((hu - source)[body].mean()), hf_sd_ratio=ratio(body), soft_ratio=ratio(soft), lung_ratio=ratio(lung))
    if lung.sum() > 5000:
        emphysema = lambda v: float((v[lung] < -950).mean() * 100)
        out |= dict(laa950=emphysema(hu), laa950_true=emphysema(truth), perc15=float(np.percentile(hu[lung], 15)), perc15_true=float(np.percentile(truth[lung], 15)))
    return out | regions(hu, source, body, spacing) | (spectra(hu, truth, spacing) if with_spectra else {})


def regions(hu, source, body, spacing):
    """Change of the mean of 10 mm squares inside the body, HU: mean, 95 % and largest of all, and by tissue of those that show no edge.

    A kernel rightly moves what lies at an edge, in a region too; so homogeneous ones are those whose smoothed source (Gaussian of 2 mm) has an SD below 25 HU.
    """
    size = [1] + [max(3, int(round(10 / s))) for s in spacing[1:]]
    over = lambda v: uniform_filter(v.astype(np.float32), size)
    whole = over(body) > .999
    shift, smoothed = over(hu - source), gaussian_filter(source, (0, *(2 / s for s in spacing[1:])))
    if not whole.any():
        return {}
    level = over(smoothed)
    even = whole & (np.sqrt(np.maximum(over((smoothed - level) ** 2), 0)) < HOMOGENEOUS_SD)
    out = dict(region_shift_mean=float(np.abs(shift[whole]).mean()), region_shift_p95=float(np.percentile(np.abs(shift[whole]), 95)), region_shift_max=float(np.abs(shift[whole]).max()))
    for tissue, (low, high) in REGION_HU.items():
        chosen = shift[even & (level > low) & (level <= high)]
        if chosen.size > 500:
            out[f'homogeneous_{tissue}'] = [round(float(v), 2) for v in (chosen.mean(), np.percentile(np.abs(chosen), 95), (np.abs(chosen) < 1).mean() * 100)]
    return out


def spectra(hu, truth, spacing):
    """Largest and mean deviation of the flat-patch NPS from the truth's over the sampled bands, per cent."""
    (a, n), (b, _) = (nps(v, spacing[1:]) for v in (hu, truth))
    if n < 30:
        return {}
    off = np.abs(a / b - 1) * 100
    return dict(nps_deviation_mean=float(off.mean()), nps_deviation_max=float(off.max()), nps_deviation=[round(float(v), 1) for v in (a / b - 1) * 100])


class Spectral:
    """Padded spectra of a stack of slices, and any radial response on them."""

    def __init__(self, hu, spacing):
        self.shape = hu.shape[1:]
        j, i = (mirrored(n, fft_size(n)) for n in self.shape)
        self.f = np.stack([fft2(s[np.ix_(j, i)]) for s in hu])
        self.radius = radial_frequency(self.f.shape[1:], spacing[1:])
        self.ring = np.round(self.radius / RING).astype(int)

    def radial(self, power):
        """[rings] sums of a plane over rings."""
        return np.bincount(self.ring.ravel(), power.ravel(), self.ring.max() + 1)

    def under(self, frequencies, response):
        r = np.interp(self.radius, frequencies, response)
        return np.stack([ifft2(s * r).real[:self.shape[0], :self.shape[1]] for s in self.f]).astype(np.float32)


def best_linear(source, truth, spacing):
    """The radial filter with the least squared error to the truth: what no user has."""
    a, b = Spectral(source, spacing), Spectral(truth, spacing)
    cross = sum(a.radial((x.conj() * y).real) for x, y in zip(a.f, b.f))
    own = sum(a.radial(np.abs(x) ** 2) for x in a.f)
    return a.under(RING * np.arange(len(own)), cross / np.maximum(own, 1e-9))


def hand_gaussian(source, truth, body):
    """The in-plane Gaussian with the least error to the truth, picked on the pair (0 pixels: nothing)."""
    tried = [(float(np.abs((gaussian_filter(source, (0, s, s)) - truth)[body]).mean()), s) for s in SIGMAS]
    sigma = min(tried)[1]
    return gaussian_filter(source, (0, sigma, sigma)), sigma


def spectrum_matching(source, references, spacing):
    """Amplitude spectra of whole slices brought to the references' mean, ring by ring."""
    a = Spectral(source, spacing)
    mean = lambda s: sum(s.radial(np.abs(x) ** 2) for x in s.f) / len(s.f) / s.radial(np.ones(s.radius.shape)) / s.radius.size
    others = [Spectral(hu, sp) for hu, sp in references]
    grid = RING * np.arange(a.ring.max() + 1)
    wanted = np.mean([np.interp(grid, RING * np.arange(o.ring.max() + 1), mean(o)) for o in others], 0)
    response = np.sqrt(wanted / np.maximum(mean(a), 1e-9))
    response[0] = 1  # the mean of a slice says what is in view, not how it was reconstructed
    return a.under(grid, response)
