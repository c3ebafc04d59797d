"""The product's chain from statistics to restyled voxels, in numpy and PyTorch: what evaluate.py and calibrate.py measure.

src/field, src/diffusion and src/pipeline hold the same arithmetic in TypeScript.
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
from tissue import equalised

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
    """The four networks of models/<id>/<version>/ and their manifest."""
    with open(os.path.join(folder, 'manifest.json')) as f:
        manifest = json.load(f)
    path = lambda name: os.path.join(folder, manifest['networks'][name]['path'])
    return dict(encoder=OnnxNetwork(path('style_encoder')), decoder=OnnxNetwork(path('style_decoder')), denoiser=OnnxNetwork(path('denoiser')),
                tissue=OnnxNetwork(path('tissue'))), manifest


def brain(values, ellipse, view):
    """The voxels that a brain's histogram counts; boolean ZYX."""
    return ellipse & view & (values > .08)


@torch.no_grad()
def tissue_look(networks, scan):
    """Amounts and quantiles of the tissues of a conformed scan's brain (S.tissue_quantiles), and its head outside the brain; partial(tissue_look, networks) is the `look` of simulate.py."""
    region = brain(scan.values, scan.ellipse, scan.view)
    shares = networks['tissue'](torch.from_numpy(equalised(scan.values, scan.view, scan.quantiles))[None, None])[0].numpy()
    amounts, tissue = S.tissue_quantiles(scan.values[region], shares[:, region])
    return dict(amounts=amounts, tissue=tissue, outside=S.outside(scan.values, scan.brain_share, scan.view, shares))


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


HALF_WAY = .5  # weight of the histogram where nothing tells which of field and histogram errs less


def regions(item):
    """The voxels that styles are compared on: of the brain, and of the upper head outside of it (booleans, ZYX)."""
    return brain(item['values'], item['ellipse'], item['view']), item['outside']


def region_quantiles(values):
    return np.quantile(values, S.PROBABILITIES) if values.size >= 200 else None


def diffused(item, fields):
    """Start and mean residual as a tone field at full strength."""
    return tone_field.compose(item['curve'], fields.mean(0))


def own_quantiles(item):
    return [region_quantiles(item['values'][r]) for r in regions(item)]


def spoken_for(item):
    """Quantiles in the brain and outside that the change starts from: the source's, or its cohort's when item['cohort'] has one."""
    return item.get('cohort') or [item['source_quantiles'], region_quantiles(item['values'][item['outside']])]


def evidence(item):
    """How far the source (or its cohort) lies from the reference: tissue by tissue in the brain, W1 outside of it; 0 where one of them shows nothing."""
    own, reference = spoken_for(item)[1], item['reference_outside']
    outside = 0. if own is None or reference is None else float(np.abs(own - reference).mean())
    return S.tissue_distance(item['amounts'], item['tissue'], item['reference_tissue']), outside


def settled(item, tone):
    """The field led to the reference's histogram, region by region; a cohort is taken to move as the scan does (src/pipeline/regionEvidence.ts)."""
    matches = []
    own = own_quantiles(item)
    for region, reference, start, before in zip(regions(item), (item['reference_quantiles'], item['reference_outside']), spoken_for(item), own):
        after = region_quantiles(tone_field.apply_tone(tone, item['values'], region))
        if after is None or reference is None or start is None:
            matches.append(None)
            continue
        after = np.sort(start + after - before)
        left = np.abs(after - reference).mean() / max(np.abs(start - reference).mean(), 1e-9)
        matches.append((S.start_curve(after, reference), HALF_WAY if matches else float(np.clip(left, HALF_WAY, 1))))
    return tone_field.meet(tone, *matches, item['brain_share'])


def trusted(distance, spread, references, sources=1):
    """Share of a change that is applied: positive-part James-Stein with the fourth power, `sources` scans against `references` others (src/pipeline/changeStrength.ts)."""
    by_chance = spread ** 2 * (1 / sources + 1 / references)
    return 1 - (by_chance / distance ** 2) ** 2 if distance ** 2 > by_chance else 0.


def toned(item, fields, spread=None):
    """The tone field that the product applies; without `spread` (the manifest's personSpread) at full strength."""
    tone = settled(item, diffused(item, fields))
    if spread is None:
        return tone
    brain, outside = (trusted(d, spread[k], item['references'], item.get('sources', 1)) for d, k in zip(evidence(item), ('brain', 'outside')))
    identity = tone_field.FINE.reshape(-1, 1, 1, 1)
    return identity + (outside + (brain - outside) * item['brain_share']) * (tone - identity)
