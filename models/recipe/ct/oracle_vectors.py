"""What TypeScript must reproduce, on a synthetic phantom: python -m ct.oracle_vectors OUT.json (from models/recipe). Deterministic, no data needed."""
import base64
import json
import sys

import numpy as np

from ct import cells
from ct.bands import BANDS, PARABOLA, apply_gains, band_images, band_weights, fft_size
from ct.dose import LEAST_PATCHES, held_back, wanted_dose
from ct.flat_patches import ENOUGH, nps
from ct.gain_statistics import CLASS_COUNT, Parts, energies, tensor
from ct.hounsfield import Scan
from ct.kernel_look import Look, encoded
from ct.patch_spectra import some, spectra
from ct.skin import skin

SHAPE, SPACING = (14, 150, 132), (4.0, 0.8, 0.7)


def phantom(sigma, seed):
    """A body with lung, bone, fat and metal, white noise of `sigma` HU smoothed by a [1 2 1] filter, a padded corner: [14, 150, 132] HU."""
    j, i = np.mgrid[:SHAPE[1], :SHAPE[2]].astype(np.float64)
    inside = lambda cj, ci, rj, ri: ((j - cj) / rj) ** 2 + ((i - ci) / ri) ** 2 < 1
    hu = np.full(SHAPE, -1000.0)
    hu[:, inside(75, 66, 68, 60)] = -95
    hu[:, inside(75, 66, 62, 54)] = 55
    hu[:, inside(40, 30, 16, 14)] = -830
    hu[:, inside(110, 66, 8, 8)] = 600
    hu[:, inside(110, 96, 2, 2)] = 2600
    noise = np.random.default_rng(seed).normal(0, sigma, SHAPE)
    for axis in (1, 2):
        noise = (np.roll(noise, 1, axis) + 2 * noise + np.roll(noise, -1, axis)) / 4
    hu += noise
    hu[:, :12, :12] = -2000
    return hu.astype(np.float32)


def packed(a):
    a = np.ascontiguousarray(a, np.float32)
    return dict(shape=list(a.shape), base64=base64.b64encode(a.tobytes()).decode())


def vectors():
    source, reference = (Scan(phantom(s, n), SPACING) for s, n in ((40., 1), (15., 2)))
    parts = Parts(source)
    energy, volume = energies(parts)
    powers = [nps(Parts(s).hu, SPACING[1:]) for s in (source, reference)]
    both = [parts, Parts(reference)]
    looks, skins = [Look(*spectra(p, range(SHAPE[0])), *flat) for p, flat in zip(both, powers)], [skin(p, some(range(SHAPE[0]))) for p in both]
    flat = looks[0]._replace(nps=np.linspace(1e-3, 50., BANDS), patches=ENOUGH)
    z, y, x = parts.grid
    nodes = np.exp(np.random.default_rng(3).normal(0, .3, (CLASS_COUNT, BANDS, z, y, x)) + np.linspace(.2, -1.2, BANDS)[None, :, None, None, None])
    nodes = np.clip(nodes, .1, 10).astype(np.float32)
    weights = [cells.axis_weights(n, s, g) for n, s, g in zip(SHAPE, SPACING, parts.grid)]
    spectral = band_weights(tuple(fft_size(n) for n in SHAPE[1:]), SPACING[1:])
    k = 12
    bands, classes = band_images(parts.hu[k], spectral), parts.classes(k)
    gains = np.einsum('cji,cbji->bji', classes, cells.at_slice(nodes, k, weights))
    field_gains = np.linspace(1.1, .7, BANDS)
    doses = [wanted_dose((a, LEAST_PATCHES), (b * field_gains ** 2, LEAST_PATCHES), field_gains, SPACING[1:]) for a, b in ((powers[0][0], powers[0][0] * .3), (powers[1][0], powers[1][0] * 2.))]
    dosed = apply_gains(source.hu[k], bands, gains, classes, parts.weight[k], held_back(parts.hu[k], np.tensordot(doses[0].gains, bands, 1), doses[0], SPACING[1:], parts.weight[k]))
    return dict(
        spacing=list(SPACING), source=packed(source.hu), reference=packed(reference.hu), smoothed=packed(parts.smoothed[k]), weight=packed(parts.weight[k]),
        body=packed(parts.body[k]), classes=packed(classes), bands=packed(bands), grid=list(parts.grid), volume=packed(volume), energy=packed(energy),
        statistics=packed(tensor(energy, volume)), nps=[packed(p) for p, _ in powers], patches=[n for _, n in powers], parabola=PARABOLA.tolist(), skins=[dict(amplitude=packed(a), patches=n) for a, n in skins],
        spectra=[packed(l.groups) for l in looks], looks=[packed(encoded(l)) for l in looks], flat=dict(nps=packed(flat.nps), patches=flat.patches, look=packed(encoded(flat))),
        nodes=packed(nodes), slice=k, operated=packed(apply_gains(source.hu[k], bands, gains, classes, parts.weight[k])), dosed=packed(dosed), field_gains=packed(field_gains),
        doses=[dict(gains=packed(d.gains), variance=d.variance, grain=d.grain) for d in doses])


if __name__ == '__main__':
    with open(sys.argv[1], 'w') as f:
        json.dump(vectors(), f)
