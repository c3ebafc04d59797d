"""The product's CT chain in numpy: statistics, start, sampled residual field, operator. src/field and src/diffusion hold the same arithmetic in TypeScript."""
import json
import os
from functools import cached_property

import numpy as np
import torch

from chain import OnnxNetwork
from ct import cells
from ct.bands import BANDS, GAIN_MAX, GAIN_MIN, apply_gains, band_images, band_weights, fft_size
from ct.dose import held_back, wanted_dose
from ct.flat_patches import nps, pooled
from ct.gain_start import start_gain
from ct.kernel_look import Look, mean_look
from ct.gain_statistics import CLASS_COUNT, MIN_SUPPORT_MM3, USED_SLICES, Parts, energies, evenly, tensor
from ct.hounsfield import SOFT
from ct.noise import smooth_noise
from ct.patch_spectra import some, spectra
from ct.simulate import FIELD_SCALE, mean_groups, spectral
from ct.skin import skin
from networks import alpha_bar

TIMESTEPS = (999., 499.)
DRAWS = 8


def load_bundle(folder):
    """(networks, manifest) of models/<id>/<version>/."""
    with open(os.path.join(folder, 'manifest.json')) as f:
        manifest = json.load(f)
    network = lambda name: OnnxNetwork(os.path.join(folder, manifest['networks'][name]['path']))
    return dict(encoder=network('style_encoder'), decoder=network('style_decoder'), denoiser=network('denoiser'), reader=network('kernel_reader')), manifest


class Reading(Parts):
    """Everything that is measured of one scan, statistics on at most `most` slices."""

    def __init__(self, scan, most=USED_SLICES):
        super().__init__(scan)
        self.most = most

    @cached_property
    def measured(self):
        return energies(self, evenly(self.hu.shape[0], self.most))

    @cached_property
    def flat(self):
        return nps(self.hu, self.scan.spacing[1:])

    @cached_property
    def groups(self):
        """(groups of patches [4, 12] or None, sampled bands)."""
        return spectra(self, evenly(self.hu.shape[0], self.most))

    @cached_property
    def skin(self):
        """(log amplitude [12], patches) of the skin's edge."""
        return skin(self, some(evenly(self.hu.shape[0], self.most)))

    @cached_property
    def look(self):
        """What patches say, or None."""
        groups, sampled = self.groups
        return None if groups is None else Look(groups, sampled, *self.flat)

    @cached_property
    def statistics(self):
        return tensor(*self.measured)

    @property
    def supported(self):
        """[4, Z, Y, X] nodes that count."""
        return self.measured[1] >= MIN_SUPPORT_MM3


def mean_flat(readings):
    """(nps, patches) of several scans."""
    return pooled([r.flat for r in readings])


class Restyling:
    """A source towards the style of references: start, codes, field, and slices under any strength. `reader`: of kernels, instead of the bundle's; `cohort`: readings that speak for the source's kernel."""

    def __init__(self, networks, source, references, reader=None, cohort=()):
        self.networks, self.source, self.references = networks, source, references
        tensor1 = lambda a: torch.from_numpy(np.asarray(a, np.float32))[None]
        speaking = cohort or [source]
        self.start = start_gain(*(mean_look([r.look for r in side]) for side in (speaking, references)), reader or networks['reader'])
        self.spectra = [tensor1(spectral(mean_groups([r.groups[0] for r in side]))) for side in (speaking, references)]
        self.source_code, self.reference_code = (torch.cat([networks['encoder'](tensor1(r.statistics)) for r in side]).mean(0, keepdim=True) for side in (speaking, references))
        energy, volume = source.measured
        self.started = tensor1(tensor(energy * self.start[None, :, None, None, None] ** 2, volume))

    def fields(self, draws=DRAWS, timesteps=TIMESTEPS, seed=0):
        """Residual log gains [draws, 4, 12, Z, Y, X] (DDIM, eta 0)."""
        many = lambda t: t.expand(draws, *t.shape[1:])
        style_map = self.networks['decoder'](self.reference_code)
        conditions = (self.reference_code, self.source_code, torch.from_numpy(np.log(self.start).astype(np.float32))[None], *self.spectra)
        x = smooth_noise(draws, self.source.grid, torch.Generator().manual_seed(seed))
        for t, following in zip(timesteps, [*timesteps[1:], None]):
            ab = alpha_bar(torch.tensor(t))
            v = self.networks['denoiser'](many(self.started), many(style_map), x, torch.full((draws,), t), *map(many, conditions))
            x0, eps = ab.sqrt() * x - (1 - ab).sqrt() * v, (1 - ab).sqrt() * x + ab.sqrt() * v
            if following is not None:
                nb = alpha_bar(torch.tensor(following))
                x = nb.sqrt() * x0 + (1 - nb).sqrt() * eps
        return (x0 / FIELD_SCALE).numpy().reshape(draws, CLASS_COUNT, BANDS, *self.source.grid)

    def everywhere(self, gains):
        """Nodes [4, 12, Z, Y, X] of the same 12 gains."""
        return np.broadcast_to(gains[None, :, None, None, None], (CLASS_COUNT, BANDS, *self.source.grid))

    def nodes(self, residual, strength=1., share=1.):
        """Gains [4, 12, Z, Y, X]: strength · (log start + share · residual), bounded; unsupported nodes follow the start."""
        kept = residual * self.source.supported[:, None]
        return np.clip(np.exp(strength * (np.log(self.start)[None, :, None, None, None] + share * kept)), GAIN_MIN, GAIN_MAX)

    def dose(self, nodes):
        """The Dose that the noise still asks for under these nodes, or None."""
        soft = self.source.supported[SOFT]
        gains = nodes[SOFT][:, soft if soft.any() else slice(None)].reshape(BANDS, -1).mean(1)
        return wanted_dose(self.source.flat, mean_flat(self.references), gains, self.source.scan.spacing[1:])


class Slices:
    """Bands, classes and weights of chosen slices, kept so that many gains can be tried."""

    def __init__(self, reading, used):
        self.reading, self.used = reading, list(used)
        spacing, shape = reading.scan.spacing, reading.hu.shape
        self.axes = [cells.axis_weights(n, s, g) for n, s, g in zip(shape, spacing, reading.grid)]
        spectral = band_weights(tuple(fft_size(n) for n in shape[1:]), spacing[1:])
        self.parts = [(reading.scan.hu[k], reading.hu[k], band_images(reading.hu[k], spectral), reading.classes(k), reading.weight[k]) for k in self.used]

    def under(self, nodes, dose=None):
        """[slices, J, I] restyled by gains [4, 12, Z, Y, X], and by a dose."""
        flat = bool(np.ptp(nodes, (0, 2, 3, 4)).max() < 1e-6)
        out, spacing = [], self.reading.scan.spacing[1:]
        for k, (plane, clean, bands, classes, weight) in zip(self.used, self.parts):
            gains = nodes[0, :, :1, :1, :1].reshape(BANDS, 1, 1) if flat else np.einsum('cji,cbji->bji', classes, cells.at_slice(nodes, k, self.axes), optimize=True)
            more = 0 if dose is None else held_back(clean, np.tensordot(dose.gains, bands, 1), dose, spacing, weight)
            out.append(apply_gains(plane, bands, gains, classes, weight, more))
        return np.stack(out)
