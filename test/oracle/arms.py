"""Reference arms for src/pipeline/evaluation/arms: scipy's blur, intensity-normalization's rivals, scikit-image's histogram matching.

Arguments: shape (i j k), then raw float32 volumes (C order, [k, j, i]): source, reference 1, reference 2, and their uint8 masks.
Prints one JSON object: for every arm the source's voxels after it, in steps of 97 voxels of the mask.
"""
import json
import sys

import numpy as np
from intensity_normalization.adapters.images import NumpyImageAdapter
from intensity_normalization.normalizers.individual.whitestripe import WhiteStripeNormalizer
from intensity_normalization.normalizers.individual.zscore import ZScoreNormalizer
from intensity_normalization.normalizers.population.nyul import NyulNormalizer
from scipy.ndimage import gaussian_filter
from skimage.exposure import match_histograms

i, j, k = map(int, sys.argv[1:4])
volumes = [np.fromfile(path, np.float32).reshape(k, j, i).astype(np.float64) for path in sys.argv[4:7]]
masks = [np.fromfile(path, np.uint8).reshape(k, j, i) for path in sys.argv[7:10]]
images = [NumpyImageAdapter(v) for v in volumes]
covers = [NumpyImageAdapter(m) for m in masks]
inside = masks[0] == 1


def voxels(volume):
    return np.asarray(volume)[inside][::97].tolist()


ends = [np.mean([np.percentile(v[m == 1], p) for v, m in zip(volumes[1:], masks[1:])]) for p in (1, 99)]
nyul = NyulNormalizer(output_min_value=ends[0], output_max_value=ends[1]).fit_population(images[1:], covers[1:])
stripes = []
for image, cover in zip(images, covers):
    stripe = WhiteStripeNormalizer().fit(image, cover)
    stripes.append([stripe.mean, stripe.std])
matched = volumes[0].copy()
matched[inside] = match_histograms(volumes[0][inside], volumes[1][masks[1] == 1])
print(json.dumps({
    "blur": voxels(gaussian_filter(volumes[0], 2, mode="reflect", truncate=4)),
    "zscore": voxels(ZScoreNormalizer().fit(images[0], covers[0]).transform(images[0], covers[0]).get_data()),
    "nyul": voxels(nyul.transform(images[0], covers[0]).get_data()),
    "histogram": voxels(matched),
    "stripes": stripes,
}))
