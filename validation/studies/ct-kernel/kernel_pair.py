"""One chest, two reconstruction kernels: how close does each method come, with a reference from other slices and from another patient?

python validation/studies/ct-kernel/kernel_pair.py --bundle models/ct-kernel/VERSION --pair DIR --other FILE... [--json OUT]

Three slices of the second half are measured. Reference a: the first half under the other kernel. Reference b: other patients' volumes, put by simulation under a scanner whose
flat-patch noise was fitted to that kernel's first half. The truth is seen by the comparators that need it (Gaussian, best linear filter) and by no other.
"""
import argparse
import json
import os
import sys

import numpy as np
from scipy.optimize import minimize

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../../../models/recipe'))

from ct import chain, measures  # noqa: E402
from ct.evaluate import METHODS, residual_share, table_shrinkage  # noqa: E402
from ct.gain_statistics import evenly  # noqa: E402
from ct.hounsfield import Scan, read_scan  # noqa: E402
from ct.kernels import Scanner  # noqa: E402
from ct.render import Scene, block  # noqa: E402
from ct.simulate import flat_power  # noqa: E402

KEYS = ('mae', 'hf_sd_ratio', 'soft_ratio', 'lung_ratio', 'laa950', 'laa950_true', 'perc15', 'perc15_true', 'mean_shift', 'region_shift_p95', 'region_shift_max',
        'nps_deviation_mean', 'nps_deviation_max')
ELSEWHERE_PIXELS, ELSEWHERE_SLICES = 240, 16
MEASURED, READ = 3, 10  # slices of the second half that are measured, slices that statistics read


def fitted_scanner(power, nyquist):
    """The simulated scanner whose flat-patch noise is closest, in log power, to a measured one."""
    scanner = lambda p: Scanner('fitted', *np.exp(p[:2]), abs(p[2]), *np.exp(p[3:5]))
    sampled = np.arange(12) < 11
    cost = lambda p: float(((np.log(flat_power(scanner(p), nyquist)) - np.log(power))[sampled] ** 2).sum())
    starts = [np.r_[np.log([f50, 2.]), boost, np.log([20., 1.])] for f50 in (.3, .45, .65) for boost in (.05, .5)]
    best = min((minimize(cost, s, method='Nelder-Mead', options=dict(maxiter=2000)) for s in starts), key=lambda r: r.fun)
    return scanner(best.x), float(np.sqrt(best.fun / sampled.sum()))


def elsewhere(path, scanner, pixel, seed):
    """Another patient's volume under the scanner, read at the pair's pixel size."""
    rng = np.random.default_rng(seed)
    return Scene(block(read_scan(path), pixel, ELSEWHERE_PIXELS, ELSEWHERE_SLICES, rng), rng).under(scanner, 0.)


class Direction:
    """Source and truth of one direction with what no reference changes: slices, body, and the comparators that see the truth."""

    def __init__(self, source, target, half):
        self.source, self.half, self.target = chain.Reading(source, READ), half, target
        used = half + evenly(source.hu.shape[0] - half, MEASURED)
        self.slices = chain.Slices(self.source, used)
        self.hu, self.truth, self.body, self.spacing = source.hu[used], target.hu[used], self.source.weight[used] > .5, source.spacing
        gaussian, self.sigma = measures.hand_gaussian(self.hu, self.truth, self.body)
        self.fixed = {n: self.measured(v) for n, v in (('nothing', self.hu), ('gaussian', gaussian), ('best_linear', measures.best_linear(self.hu, self.truth, self.spacing)))}

    def measured(self, hu):
        return measures.against(hu, self.truth, self.hu, self.body, self.spacing)

    def towards(self, networks, calibration, references):
        """{method: measures} with these references."""
        restyling = chain.Restyling(networks, self.source, references)
        residual = restyling.fields().mean(0)
        distance, strength = table_shrinkage(calibration)(restyling)
        arms = dict(start=(1., 0.), field=(1., 1.), model=(strength, residual_share(calibration, restyling)))
        values = dict(self.fixed, spectrum=self.measured(measures.spectrum_matching(self.hu, [(r.hu, r.scan.spacing) for r in references], self.spacing)))
        values |= {name: self.measured(self.slices.under(restyling.nodes(residual, *s))) for name, s in arms.items()}
        return dict(values={m: values[m] for m in METHODS}, distance=distance, strength=strength, sigma=float(self.sigma), start=[round(float(g), 3) for g in restyling.start],
                    patches=self.source.flat[1])


def printed(name, result):
    print(f"\n{name}: distance {result['distance']:.2f}, lambda {result['strength']:.2f}, Gaussian {result['sigma']:.1f} px, start {result['start']}")
    for m in METHODS:
        print(f'{m:12s}', ' '.join(f'{k} {v:.2f}' for k, v in result['values'][m].items() if k in KEYS), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--pair', required=True)
    parser.add_argument('--other', nargs='+', required=True)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    smooth, sharp = (read_scan(os.path.join(options.pair, f'ct-lungdx-A0002-{k}.nii.gz')) for k in ('B40f', 'B70f'))
    half = smooth.hu.shape[0] // 2
    result = {}
    for name, source, target in (('B70f_to_B40f', sharp, smooth), ('B40f_to_B70f', smooth, sharp)):
        first = chain.Reading(Scan(target.hu[:half], target.spacing), READ)
        scanner, misfit = fitted_scanner(first.flat[0], .5 / target.spacing[1])
        others = [chain.Reading(elsewhere(p, scanner, target.spacing[1], i)) for i, p in enumerate(options.other)]
        direction = Direction(source, target, half)
        for kind, references in (('other_slices', [first]), ('other_patient', others)):
            key = f'{name}_{kind}'
            result[key] = direction.towards(networks, manifest['calibration'], references)
            result[key] |= dict(fitted=dict(scanner.__dict__, log_misfit=misfit)) if kind == 'other_patient' else {}
            printed(key, result[key])
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(result, f, indent=1)


if __name__ == '__main__':
    main()
