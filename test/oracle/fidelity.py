"""Reference values for the fidelity metrics: prints one JSON object for two float32 volumes and a mask (C order, [k, j, i])."""
import json
import sys

import numpy as np
from scipy.ndimage import distance_transform_edt, label, uniform_filter
from scipy.stats import pearsonr, spearmanr
from skimage.metrics import structural_similarity

path_a, path_b, path_mask, path_edges_a, path_edges_b, i, j, k = sys.argv[1:]
shape = (int(k), int(j), int(i))
a = np.fromfile(path_a, np.float32).reshape(shape).astype(np.float64)
b = np.fromfile(path_b, np.float32).reshape(shape).astype(np.float64)
mask = np.fromfile(path_mask, np.uint8).reshape(shape) == 1
edges = [np.fromfile(path, np.uint8).reshape(shape) == 1 for path in (path_edges_a, path_edges_b)]


def multi_scale(x, y, inside):
    """Wang 2003 with three scales; C3 = C2/2, so contrast times structure is SSIM without its luminance term."""
    weights = np.array([0.0448, 0.2856, 0.3001])
    weights /= weights.sum()
    value = 1.0
    for scale, weight in enumerate(weights):
        settings = dict(data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True)
        full = structural_similarity(x, y, **settings)[1]
        # K1 so large that the luminance term is 1
        structure = structural_similarity(x, y, K1=1e6, **settings)[1]
        luminance = full / structure
        value *= structure[inside].mean() ** weight
        if scale == 2:
            value *= luminance[inside].mean() ** weight
            break
        def halved(v):
            v = v[: v.shape[0] // 2 * 2, : v.shape[1] // 2 * 2, : v.shape[2] // 2 * 2]
            return v.reshape(v.shape[0] // 2, 2, v.shape[1] // 2, 2, v.shape[2] // 2, 2).mean((1, 3, 5))
        x, y = halved(x), halved(y)
        share = halved(inside.astype(float)) if scale == 0 else halved(share)
        inside = share >= 0.5
    return value


def window_mean(v):
    return uniform_filter(v, 9, mode="constant") / uniform_filter(np.ones(shape), 9, mode="constant")


x, y = a - a[mask].mean(), b - b[mask].mean()
covariance = window_mean(x * y) - window_mean(x) * window_mean(y)
spread = np.sqrt((window_mean(x * x) - window_mean(x) ** 2) * (window_mean(y * y) - window_mean(y) ** 2))
to_b, to_a = (distance_transform_edt(~e, sampling=2.0) for e in edges[::-1])
apart = np.concatenate([to_b[edges[0]], to_a[edges[1]]])
print(json.dumps({
    "msSsim": multi_scale(a, b, mask),
    "localNcc": (covariance / spread)[mask].mean(),
    "pearson": pearsonr(a[mask], b[mask]).statistic,
    "spearman": spearmanr(a[mask], b[mask]).statistic,
    "assdMm": apart.mean(),
    "precision": (to_a[edges[1]] <= 2).mean(),
    "recall": (to_b[edges[0]] <= 2).mean(),
    "parts": int(label(edges[0], np.ones((3, 3, 3)))[1]),
}))
