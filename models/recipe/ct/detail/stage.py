"""The product's detail stage in numpy: tiles of whole slices after the gain field. src/detail holds the same arithmetic in TypeScript."""
import numpy as np
from scipy.ndimage import gaussian_filter

from ct.bands import SOFT_CAP, in_range
from ct.detail.conditions import DETAIL_SCALE, LOW_HU, condition
from ct.hounsfield import PADDING_HU, SMOOTH_MM, SOFT, memberships

TIMESTEPS = (999.,)  # the mean answer; two and four steps measured worse
CAP_HU = 200.0
TILE, OVERLAP = 192, 32


def starts(n):
    """First pixels of the tiles along an axis of n pixels: evenly spread, overlapping by at least OVERLAP; one tile where they fit."""
    if n <= TILE:
        return [0]
    count = int(np.ceil((n - OVERLAP) / (TILE - OVERLAP)))
    return [int(np.floor(i * (n - TILE) / (count - 1) + .5)) for i in range(count)]


def window(size):
    """Share of a tile's pixel along one axis: a ramp over OVERLAP pixels at both ends, never 0."""
    x = np.arange(size) + .5
    return np.minimum(1, np.minimum(x, size - x) / OVERLAP)


def alpha_bar(timestep):
    """networks.alpha_bar, for a number."""
    return np.cos(np.pi / 2 * (timestep + 1) / 1000) ** 2


def smoothed(plane, spacing):
    return gaussian_filter(plane, [SMOOTH_MM / s for s in spacing], mode='nearest', truncate=3.0)


def noises(key, shape, correlation):
    """Endless standard normal planes, one a slice, each with this correlation to the one before it."""
    plane, rng = None, np.random.default_rng(key)
    while True:
        fresh = rng.standard_normal(shape).astype(np.float32)
        plane = fresh if plane is None else (correlation * plane + np.sqrt(1 - correlation ** 2) * fresh).astype(np.float32)
        yield plane


class Stage:
    """A network (arrays in, v out) with what one pair of scans tells it: powers [12] of source and reference, spacing (row, column) mm."""

    def __init__(self, network, source_nps, reference_nps, spacing, timesteps=TIMESTEPS):
        self.network, self.spacing, self.timesteps = network, spacing, timesteps
        self.condition, self.scale = condition(source_nps, reference_nps, spacing)

    def missing(self, image, noise):
        """Sampled detail in HU of a padded plane; image [3, J, I], noise [J, I], sides multiples of 8 (DDIM, eta 0)."""
        x = noise[None, None]
        for t, following in zip(self.timesteps, [*self.timesteps[1:], None]):
            signal, sigma = np.sqrt(alpha_bar(t)), np.sqrt(1 - alpha_bar(t))
            v = self.network(image[None], x.astype(np.float32), self.condition[None], np.float32([t]))
            x0, eps = signal * x - sigma * v, sigma * x + signal * v
            if following is not None:
                x = np.sqrt(alpha_bar(following)) * x0 + np.sqrt(1 - alpha_bar(following)) * eps
        return x0[0, 0] * self.scale / DETAIL_SCALE

    def change(self, hu, started, slow, weight, noise):
        """[J, I] HU to add to the gain field's slice: tiles blended, high-passed, bounded, weighted. hu with padding read as air."""
        shape = hu.shape
        image = np.stack([(hu - slow) / self.scale, (started - slow) / self.scale, slow / LOW_HU]).astype(np.float32)
        total, shares = np.zeros(shape), np.zeros(shape)
        for j in starts(shape[0]):
            for i in starts(shape[1]):
                box = np.s_[j:j + TILE, i:i + TILE]
                if not weight[box].any():
                    continue
                size = weight[box].shape
                pad = [(0, -n % 8) for n in size]
                out = self.missing(np.pad(image[:, *box], [(0, 0), *pad], 'edge'), np.pad(noise[box], pad, 'edge'))[:size[0], :size[1]]
                share = np.outer(window(size[0]), window(size[1]))
                total[box] += share * out
                shares[box] += share
        blended = (total / np.maximum(shares, 1e-9)).astype(np.float32)
        return weight * np.clip(blended - smoothed(blended, self.spacing), -CAP_HU, CAP_HU)

    def slices(self, parts, started, used, correlation=0., key=0):
        """Slices `used` of a scan after the stage; parts: ct.gain_statistics.Parts of the source, started [len(used), J, I] under the noise gains."""
        planes = noises(key, started.shape[1:], correlation)
        return np.stack([self.slice(parts.scan.hu[k], parts.hu[k], plane, parts.smoothed[k], memberships(parts.smoothed[k])[SOFT], parts.weight[k], next(planes)) for k, plane in zip(used, started)])

    def slice(self, before, clean, started, slow, soft, weight, noise):
        """One slice [J, I]; what it differs from the source is bounded in soft tissue as the gain field's change is."""
        change = started - before + self.change(clean, np.where(before < PADDING_HU, clean, started), slow, weight, noise)
        return in_range(before, before + change + soft * (np.clip(change, -SOFT_CAP, SOFT_CAP) - change))


def load(path):
    """A network as a function of arrays: ONNX as it ships, or the averaged weights of a checkpoint."""
    if path.endswith('.onnx'):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
        names = [i.name for i in session.get_inputs()]
        return lambda *inputs: session.run(None, dict(zip(names, map(np.ascontiguousarray, inputs))))[0]
    import torch
    from ct.detail.network import DetailDenoiser
    stored = torch.load(path, map_location='cpu', weights_only=True)['average']
    network = DetailDenoiser()
    network.load_state_dict({k.removeprefix('denoiser.'): v for k, v in stored.items()})
    network = network.eval().requires_grad_(False)
    return lambda *inputs: network(*(torch.from_numpy(np.ascontiguousarray(i)) for i in inputs)).numpy()
