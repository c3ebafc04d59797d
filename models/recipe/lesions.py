"""Do inserted lesions stay? python lesions.py --bundle models/mr-head/VERSION --fractions CACHE [--pairs 24] [--json OUT]

Lesions of 3-20 mm and +-10-60 % of the local intensity are put into the source of held-out pairs. Kept contrast: the contrast
(lesion core minus the shell around it) that the whole chain gives the scan with its lesions, over the contrast that the field of
the same scan without them gives the same voxels. 1: the model did not react to the lesion; below 1: it painted it away.
"""
import argparse
import json
from functools import partial
from types import SimpleNamespace

import numpy as np

import chain
import style_statistics as S
import tone_field
from simulate import restarted, sample
from travel import load_heads

DIAMETERS = (3, 6, 10, 20)  # mm
PER_SIZE = 3


def ellipsoids(rng, inside):
    """(weight [Z, Y, X] in 0..1, core, shell) of spheres that do not overlap, of every diameter."""
    places, taken, out = np.argwhere(inside), np.zeros(S.FRAME, bool), []
    grid = np.indices(S.FRAME, dtype=np.float32)
    for diameter in [d for d in reversed(DIAMETERS) for _ in range(PER_SIZE)]:
        for _ in range(200):
            centre = places[rng.integers(len(places))]
            r = np.sqrt(sum((g - c) ** 2 for g, c in zip(grid, centre))) * 2  # mm
            near = r < diameter / 2 + 5
            if not taken[near].any() and inside[near].mean() > .9:
                break
        else:
            continue
        taken |= near
        out.append((diameter, np.clip(diameter / 2 - r + .5, 0, 1), r < max(1.9, diameter / 2 - 1), near & (r > diameter / 2 + 2)))
    return out


def described(item, values, look):
    """The item as it would be had the scan these values."""
    scan = SimpleNamespace(values=values, view=item['view'], ellipse=item['ellipse'], brain_share=item['brain_share'], quantiles=S.quantiles(values[item['ellipse']]))
    own = look(scan)
    source, reference = S.with_amounts(own['amounts'], own['tissue']), S.with_amounts(own['amounts'], item['reference_tissue'])
    counts, = S.splat(values[item['view']], S.CELL_INDEX[item['view'].ravel()])
    return restarted(item | own | dict(values=values, source=S.local_statistics(counts), source_quantiles=source, reference_quantiles=reference), source, reference)


def tone_of(networks, item, spread, seed):
    fields = chain.sample_fields(networks, item, 8, seed=seed)
    return chain.toned(item, fields, spread)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--fractions', required=True)
    parser.add_argument('--pairs', type=int, default=24)
    parser.add_argument('--seed', type=int, default=6000)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    spread = manifest['calibration']['personSpread']
    heads, look = load_heads(options.fractions, 16, 20), partial(chain.tissue_look, networks)
    kept = {d: [] for d in DIAMETERS}
    for i in range(options.pairs):
        rng = np.random.default_rng([options.seed, i])
        item = sample(rng, heads, person=i % len(heads), kinds=('T1w',), look=look)
        inside = item['ellipse'] & item['view'] & (item['values'] > .25)
        lesions = ellipsoids(rng, inside)
        values = item['values'].copy()
        for _, weight, _, _ in lesions:
            values = values * (1 + weight * rng.choice([-1, 1]) * rng.uniform(.1, .6))
        values = values.astype(np.float32)
        restyled = [np.zeros(S.FRAME, np.float32) for _ in range(2)]
        for out, tone in zip(restyled, (tone_of(networks, item, spread, i), tone_of(networks, described(item, values, look), spread, i))):
            out[item['view']] = tone_field.apply_tone(tone, values, item['view'])
        for diameter, _, core, shell in lesions:
            expected, found = (float(v[core].mean() - v[shell].mean()) for v in restyled)
            if abs(expected) > .02:
                kept[diameter].append(found / expected)
    result = {f'{d} mm': dict(lesions=len(k), median=round(float(np.median(k)), 4), p5=round(float(np.quantile(k, .05)), 4), p95=round(float(np.quantile(k, .95)), 4),
                              within=round(float(np.mean([.95 <= v <= 1.05 for v in k])), 3)) for d, k in kept.items()}
    print(json.dumps(result, indent=1))
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(result, f, indent=1)


if __name__ == '__main__':
    main()
