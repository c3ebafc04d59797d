"""Reference values for src/metrics: prints one JSON object for two float32 volumes of one shape (C order, [k, j, i])."""
import json
import sys

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, wasserstein_distance
from skimage.metrics import normalized_mutual_information, peak_signal_noise_ratio, structural_similarity

path_a, path_b, path_mask, i, j, k = sys.argv[1:]
shape = (int(k), int(j), int(i))
a = np.fromfile(path_a, np.float32).reshape(shape).astype(np.float64)
b = np.fromfile(path_b, np.float32).reshape(shape).astype(np.float64)
mask = np.fromfile(path_mask, np.uint8).reshape(shape) == 1
x, y = a[mask], b[mask]

_, ssim_map = structural_similarity(a, b, data_range=1, gaussian_weights=True, sigma=1.5,
                                    use_sample_covariance=False, full=True)
edges = np.linspace(0, 2, 81)
p, q = np.histogram(x, edges)[0], np.histogram(y, edges)[0]
magnitude = [np.sqrt(sum(g ** 2 for g in np.gradient(v, 2.0))) for v in (a, b)]
inner = mask.copy()
for axis in range(3):
    ends = [slice(None)] * 3
    for end in (0, -1):
        ends[axis] = end
        inner[tuple(ends)] = False
windows = np.lib.stride_tricks.sliding_window_view(a, (3, 3, 3))

print(json.dumps({
    "wasserstein1": wasserstein_distance(x, y[::2]),
    "ks": ks_2samp(x, y[::2]).statistic,
    "jsd": jensenshannon(p, q, base=2) ** 2,
    "ssim": ssim_map[mask].mean(),
    "psnr": peak_signal_noise_ratio(x, y, data_range=1),
    "mae": np.abs(x - y).mean(),
    "nmi": normalized_mutual_information(x, y, bins=100),
    "gradientCorrelation": np.corrcoef(magnitude[0][inner], magnitude[1][inner])[0, 1],
    "localContrast": np.median(windows.std(axis=(-3, -2, -1))[inner[1:-1, 1:-1, 1:-1]]),
}))
