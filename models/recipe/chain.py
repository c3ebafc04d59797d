"""The product's chain from statistics to restyled voxels, in numpy and PyTorch: what evaluate.py and calibrate.py measure.

src/field and src/diffusion hold the same arithmetic in TypeScript.
"""
import json
import os

import numpy as np
import onnxruntime
import torch

import style_statistics as S
import tone_field
from networks import alpha_bar
from noise import smooth_noise

FIELD_SCALE = 6.0
TIMESTEPS = (999., 499.)  # two of the four levels of training: measured as good as four, at half the cost (README.md)


class OnnxNetwork:
    """A network of a bundle, called like the PyTorch module it was exported from."""

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        self.session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
        self.names = [i.name for i in self.session.get_inputs()]

    def __call__(self, *tensors):
        out, = self.session.run(None, {n: t.contiguous().numpy() for n, t in zip(self.names, tensors)})
        return torch.from_numpy(out)


def load_bundle(folder):
    """The three networks of models/<id>/<version>/ and their manifest."""
    with open(os.path.join(folder, 'manifest.json')) as f:
        manifest = json.load(f)
    path = lambda name: os.path.join(folder, manifest['networks'][name]['path'])
    return dict(encoder=OnnxNetwork(path('style_encoder')), decoder=OnnxNetwork(path('style_decoder')), denoiser=OnnxNetwork(path('denoiser'))), manifest


@torch.no_grad()
def encode(networks, statistics):
    return networks['encoder'](torch.from_numpy(np.asarray(statistics, np.float32))[None])


@torch.no_grad()
def sample_fields(networks, item, draws=8, timesteps=TIMESTEPS, seed=0, source_code=None, reference_code=None):
    """`draws` residual fields on the model scale, [draws, knots, 12, 15, 12] (DDIM, eta 0)."""
    tensor = lambda a: torch.from_numpy(np.asarray(a, np.float32))[None].expand(draws, *np.shape(a))
    z_r = encode(networks, item['reference']) if reference_code is None else reference_code
    z_s = encode(networks, item['source']) if source_code is None else source_code
    style_map, source_map = (networks['decoder'](z).expand(draws, -1, -1, -1, -1) for z in (z_r, z_s))
    x = smooth_noise(draws, torch.Generator().manual_seed(seed))
    for t, following in zip(timesteps, [*timesteps[1:], None]):
        ab = alpha_bar(torch.tensor(t))
        v = networks['denoiser'](tensor(item['started']), style_map, x, torch.full((draws,), t), z_r.expand(draws, -1), z_s.expand(draws, -1), tensor(item['shift']), source_map)
        x0, eps = ab.sqrt() * x - (1 - ab).sqrt() * v, (1 - ab).sqrt() * x + ab.sqrt() * v
        if following is None:
            return (x0 / FIELD_SCALE).numpy()
        nb = alpha_bar(torch.tensor(following))
        x = nb.sqrt() * x0 + (1 - nb).sqrt() * eps
    raise ValueError('no timesteps')


LAMBDAS = np.linspace(0, 1, 11)


def distances(before, after, reference):
    """W1 of a region's quantiles to the reference's for every lambda; None where the reference has no voxels there."""
    if reference is None or before.size == 0:
        return None
    return np.array([np.abs(np.quantile(before + w * (after - before), S.PROBABILITIES) - reference).mean() for w in LAMBDAS])


def proven(distance, margin, reduction):
    """The largest lambda that brings the region nearer to the reference by `margin` and by `reduction` of the distance; else 0."""
    if distance is None:
        return 0.
    useful = (distance <= distance[0] - margin) & (distance <= distance[0] * (1 - reduction))
    useful[0] = False
    return float(LAMBDAS[useful].max()) if useful.any() else 0.


def regions(item):
    """The voxels that must prove a change: of the brain, and of the upper head outside of it (booleans, ZYX)."""
    return (item['ellipse'] & item['view'] & (item['values'] > .08), S.outside(item['values'], item['brain_share'], item['view']))


def evidence(item, fields):
    """Distances to the reference in the brain and outside, for every lambda."""
    tone = tone_field.compose(item['curve'], fields.mean(0))
    return [distances(item['values'][r], tone_field.apply_tone(tone, item['values'], r), reference)
            for r, reference in zip(regions(item), (item['reference_quantiles'], item['reference_outside']))]


def by_cell(item, fields, shrinkage):
    """One strength a cell [12, 15, 12], as src/pipeline/changeStrength.ts has it: the brain moves by one, the rest of the head by another."""
    brain, outside = (proven(d, **shrinkage[k]) for d, k in zip(evidence(item, fields), ('brain', 'outside')))
    return outside + (brain - outside) * item['brain_share']
