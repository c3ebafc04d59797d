"""What the difference of two looks says of the kernels between them, from rendered pairs of training volumes → start.json

python -m ct.fit_start --volumes FILE... --out start.json [--pairs 700] [--seed 5000]
Every pair knows its true log gain; ridge regression of it on `gain_start.difference`, without a constant, so that exchanging source and reference turns the sign. That is the posterior
mean of a Gaussian model: curves and groups count by how precisely they tell each band, and where they tell nothing the gain is 1. Half of the pairs have another part of the
same volume as reference, a quarter are of one scanner; pixels, slices and scanners vary more widely than in the pairs that measure. Weights are kept by the names of the volumes left
out ('' for none; one or two), so that calibration and training never read a volume by weights that were fitted on it.
`near`: the size that three quarters of the starts between scans of one kernel stay below (both rules, weights that know neither volume); `calibrate` leaves such starts alone.
"""
import argparse
import itertools
import json

import numpy as np

from ct import chain, simulate
from ct.bands import BANDS, GAIN_MAX, GAIN_MIN
from ct.gain_start import READ, difference, start_gain, start_size
from ct.hounsfield import Scan
from ct.kernel_curve import F, edge_hats
from ct.render import Scene, Volumes, block
from ct.views import thicker

PIXELS_MM, SAME_PIXELS, OTHER_PIXELS = (.5, 1.), .03, .1  # range of the source's, log SD of the reference's around it
VARIED = .6            # share of scanners that leave their families' curves
RIDGE = .15            # of every pair; this and the next by leaving volumes out
CURVE_PRIOR = 3.       # a curve's coefficients may be so much larger than a group's
ONE_KERNEL = .1        # largest true log gain between two scans of one kernel
LEFT_ALONE = .75       # share of their starts


def part(scan, which, thickness):
    """Half of a volume, or all of it, in thicker slices where at least six remain."""
    half = scan.hu.shape[0] // 2
    hu = scan.hu[dict(all=slice(None), first=slice(0, half), second=slice(half, None))[which]]
    n = thickness if len(hu) // thickness >= 6 else 1
    return Scan(thicker(hu, n), (scan.spacing[0] * n, *scan.spacing[1:]))


def pair(volumes, rng):
    """(source, reference, scanners, names): looks of two blocks under two scanners, and the volumes they are of."""
    _, a, b = simulate.scanners(rng, varied=bool(rng.random() < VARIED))
    index, pixel, same = int(rng.integers(len(volumes.scans))), float(rng.uniform(*PIXELS_MM)), bool(rng.random() < .5)
    thickness = int(rng.choice([1, 1, 2, 3]))
    other = index if same else int(rng.choice([i for i in range(len(volumes.scans)) if i != index]))

    def look(i, size, which, scanner, shared):
        scan = part(volumes.scans[i], which, thickness)
        return chain.Reading(Scene(block(scan, max(size, scan.spacing[1] / 3), 200, 12, rng), rng).under(scanner, shared)).look
    source = look(index, pixel, 'first' if same else 'all', a, min(a.sigma, b.sigma))
    size = pixel * float(np.exp(rng.normal(0, SAME_PIXELS if same else OTHER_PIXELS)))
    return source, look(other, size, 'second' if same else 'all', b, 0.), (a, b), {volumes.names[index], volumes.names[other]}


def true_log_gain(a, b):
    """[12] log ratio of the transfers that edges see, within what gains may be."""
    seen = edge_hats()
    transfer = lambda s: np.log(np.maximum(np.interp(F, simulate.FREQUENCY, s.transfer()) @ seen.T, 1e-4))
    return np.clip(transfer(b) - transfer(a), np.log(GAIN_MIN), np.log(1.25 * GAIN_MAX))


def fitted(rows):
    """[12, 60] ridge regression; the penalty grows with the number of pairs."""
    differences, gains = (np.array([r[k] for r in rows]) for k in ('difference', 'gain'))
    scale = np.r_[np.full(BANDS, CURVE_PRIOR), np.ones(READ - BANDS)]
    x = differences * scale
    return np.linalg.solve(x.T @ x + RIDGE * len(x) * np.eye(READ), x.T @ gains).T * scale


def named(names):
    return ' '.join(sorted(names))


def all_weights(rows, names):
    """{names left out: weights}, none, one or two of them."""
    left_out = [set(c) for n in range(3) for c in itertools.combinations(names, n)]
    return {named(out): fitted([r for r in rows if not r['names'] & out]) for out in left_out}


def near_size(rows, weights):
    """75 % point of the sizes of starts where the kernels are one."""
    one = [r for r in rows if np.abs(r['gain']).max() < ONE_KERNEL]
    return float(np.quantile([start_size(start_gain(*r['looks'], weights[named(r['names'])])[0]) for r in one], LEFT_ALONE))


def left_out_error(rows, weights):
    """Root mean square error of the log gain of bands 2 to 9 by weights that know neither volume."""
    return float(np.sqrt(np.mean([(weights[named(r['names'])] @ r['difference'] - r['gain'])[1:9] ** 2 for r in rows])))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--volumes', nargs='+', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--pairs', type=int, default=700)
    parser.add_argument('--seed', type=int, default=5000)
    options = parser.parse_args()
    volumes, rows = Volumes(options.volumes), []
    for i in range(options.pairs):
        source, reference, scanners, names = pair(volumes, np.random.default_rng([options.seed, i]))
        if source is not None and reference is not None:
            rows.append(dict(looks=(source, reference), difference=difference(source, reference), gain=true_log_gain(*scanners), names=names))
    weights = all_weights(rows, volumes.names)
    near = near_size(rows, weights)
    with open(options.out, 'w') as f:
        json.dump(dict(pairs=len(rows), seed=options.seed, near=round(near, 4), weights={k: np.round(w, 5).tolist() for k, w in weights.items()}), f)
        f.write('\n')
    print(json.dumps(dict(pairs=len(rows), near=round(near, 3), left_out_error=round(left_out_error(rows, weights), 3))))


if __name__ == '__main__':
    main()
