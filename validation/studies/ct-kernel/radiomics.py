"""Called by bars.py with a folder of regions (*.npz): MIRP's first-order and texture features of source, harmonized and truth in one fixed mask each, and their CCC."""
import glob
import json
import logging
import sys

import numpy as np
from mirp import extract_features

FAMILIES = dict(statistics='stat', intensity_histogram='ih', glcm='cm', glrlm='rlm', glszm='szm', ngtdm='ngt')


def features(image, mask, spacing):
    """{name: value} over the region, averaged slices (2-D), 25 HU bins."""
    table = extract_features(image=image.astype(float), mask=mask.astype(int), image_spacing=tuple(float(s) for s in spacing), by_slice=True, base_feature_families=list(FAMILIES),
                             base_discretisation_method='fixed_bin_size', base_discretisation_bin_width=25., resegmentation_intensity_range=[-1024., 3071.], image_modality='ct')[0]
    return {k: float(v) for k, v in table.iloc[0].items() if isinstance(v, (int, float, np.floating)) and k.split('_')[0] in FAMILIES.values()}


def ccc(a, b):
    """Lin's concordance."""
    return float(2 * np.cov(a, b, ddof=0)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)) if a.std() + b.std() > 0 else None


def main():
    logging.disable(logging.CRITICAL)
    rows = []
    for path in sorted(glob.glob(sys.argv[1] + '/*.npz')):
        with np.load(path) as region:
            rows.append({who: features(region[who], region['mask'], region['spacing']) for who in ('source', 'after', 'truth')})
    names = [n for n in rows[0]['truth'] if all(np.isfinite(r[w].get(n, np.nan)) for r in rows for w in r)]
    column = lambda who, n: np.array([r[who][n] for r in rows])
    scores = {who: {n: ccc(column(who, n), column('truth', n)) for n in names} for who in ('source', 'after')}
    share = lambda who, first: round(float(np.mean([v >= .85 for n, v in scores[who].items() if v is not None and (n.startswith('stat_') == first)])), 3)
    print(json.dumps(dict(regions=len(rows), features=len(names), **{f'{kind}_{when}': share(who, kind == 'first_order') for kind in ('first_order', 'texture') for who, when in (('source', 'before'), ('after', 'after'))})))


if __name__ == '__main__':
    main()
