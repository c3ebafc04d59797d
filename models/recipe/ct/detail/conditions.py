"""What the detail network is told about both scans: twelve bands of noise power each, the noise scale and the pixel size; and the linear start it corrects."""
import numpy as np

from ct.bands import BANDS, GAIN_MAX, GAIN_MIN, band_weights

SCALE_HU, PIXEL_MM = 20.0, .8
LOW_HU = 500.0         # of the smoothed slice: 1
DETAIL_SCALE = 2.0     # the missing detail, over the noise scale, then has an SD of about 1
LEAST_SCALE_HU = 4.0
LEAST_POWER = 1e-4     # of the squared scale
GRID = 64
LOCK = np.r_[.3, .9, np.ones(BANDS - 2)]  # at low frequency the patches see anatomy, not noise: the gain is pulled to 1


def noise_sd(nps, spacing):
    """SD in HU of the noise that flat patches show: twelve band powers weighted by the share of the sampled frequency plane that each fills; spacing (row, column) mm."""
    share = band_weights((GRID, GRID), spacing)[1:].mean((1, 2))
    return float(np.sqrt((share * nps).sum()))


def noise_scale(source_nps, reference_nps, spacing):
    """HU that the network calls 1: the noisier of both scans."""
    return max(LEAST_SCALE_HU, noise_sd(source_nps, spacing), noise_sd(reference_nps, spacing))


def condition(source_nps, reference_nps, spacing):
    """([26] float32, noise scale in HU)."""
    scale = noise_scale(source_nps, reference_nps, spacing)
    logs = [np.log(np.maximum(nps / scale ** 2, LEAST_POWER)) / 4 for nps in (source_nps, reference_nps)]
    return np.r_[logs[0], logs[1], np.log(scale / SCALE_HU), np.log(np.sqrt(spacing[0] * spacing[1]) / PIXEL_MM)].astype(np.float32), scale


def direction(source_nps, reference_nps, spacing):
    """(level, shape): the reference's noise SD over the source's, and how far their spectra are from the same shape (SD over bands 4 to 12 of half the log ratio; a kernel changes it, dose does not)."""
    ratio = .5 * np.log(np.maximum(reference_nps, 1e-9) / np.maximum(source_nps, 1e-9))
    return noise_sd(reference_nps, spacing) / max(noise_sd(source_nps, spacing), 1e-9), float(ratio[3:].std())


def noise_gains(source_nps, reference_nps, lock=LOCK):
    """[12] gains that give the source the reference's noise power: the right grain, and edges as wrong as the doses differ. The first two lead from 1 to the third."""
    gains = 1 + lock * (np.sqrt(reference_nps / np.maximum(source_nps, 1e-9)) - 1)
    for b in (1, 0):
        gains[b] = np.clip(gains[b], min(1, gains[b + 1]), max(1, gains[b + 1]))
    return np.clip(gains, GAIN_MIN, GAIN_MAX)
