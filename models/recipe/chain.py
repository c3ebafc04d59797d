"""The product's chain from statistics to restyled voxels, in numpy and PyTorch: what evaluate.py and calibrate.py measure.

src/field and src/diffusion hold the same arithmetic in TypeScript.
"""
import json
import os

import numpy as np
import onnxruntime
import torch
from scipy.ndimage import map_coordinates

import style_statistics as S
from networks import alpha_bar
from noise import smooth_noise

FIELD_SCALE = 6.0
TIMESTEPS = (999., 749., 499., 249.)
FINE = np.arange(41) * .05
SLOPES = (.25, 4.)
ANCHOR = 14  # the fine knot at .7


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
    style_map = networks['decoder'](z_r).expand(draws, -1, -1, -1, -1)
    x = smooth_noise(draws, torch.Generator().manual_seed(seed))
    for t, following in zip(timesteps, [*timesteps[1:], None]):
        ab = alpha_bar(torch.tensor(t))
        v = networks['denoiser'](tensor(item['started']), style_map, x, torch.full((draws,), t), z_r.expand(draws, -1), z_s.expand(draws, -1), tensor(item['shift']))
        x0, eps = ab.sqrt() * x - (1 - ab).sqrt() * v, (1 - ab).sqrt() * x + ab.sqrt() * v
        if following is None:
            return (x0 / FIELD_SCALE).numpy()
        nb = alpha_bar(torch.tensor(following))
        x = nb.sqrt() * x0 + (1 - nb).sqrt() * eps
    raise ValueError('no timesteps')


def bounded(tone):
    """Slopes of every segment into bounds, the anchor's value kept, and on the way down inside the cone that ends at 0. [41, ...]"""
    low, high = (slope * FINE.reshape(-1, 1, 1, 1) for slope in SLOPES)
    step = np.clip(np.diff(tone, axis=0), SLOPES[0] * .05, SLOPES[1] * .05)
    out = np.empty_like(tone)
    out[ANCHOR] = np.clip(tone[ANCHOR], low[ANCHOR], high[ANCHOR])
    out[ANCHOR + 1:] = out[ANCHOR] + np.cumsum(step[ANCHOR:], 0)
    for j in range(ANCHOR, 0, -1):
        out[j - 1] = np.clip(out[j] - step[j - 1], low[j - 1], high[j - 1])
    return out


def compose(curve, residual, shrinkage=1.):
    """Start and residual field as one tone field on fine source knots, pulled to the identity by `shrinkage`."""
    started = S.apply_curve(curve, FINE)
    position = np.clip(started / S.STEP, 0, S.KNOTS - 1)
    low = np.minimum(position.astype(int), S.KNOTS - 2)
    w = (position - low).reshape(-1, 1, 1, 1)
    moved = residual[low] * (1 - w) + residual[low + 1] * w
    tone = started.reshape(-1, 1, 1, 1) + moved * np.minimum(1, started / S.STEP).reshape(-1, 1, 1, 1)
    x = FINE.reshape(-1, 1, 1, 1)
    return bounded(x + shrinkage * (tone - x))


def apply_tone(tone, values, mask):
    """Quadrilinear interpolation at the voxels of `mask` (ZYX boolean): [mask.sum()]."""
    where = np.nonzero(mask)
    v = values[where]
    cells = [np.clip((w + .5) / S.CELL - .5, 0, n - 1) for w, n in zip(where, S.GRID)]
    out = map_coordinates(tone.astype(np.float32), np.stack([np.clip(v, 0, 2) / .05, *cells]).astype(np.float32), order=1, mode='nearest')
    return np.maximum(out + np.maximum(v - 2, 0), 0)
