"""One chest, two reconstruction kernels: how close does each method come, with a reference from other slices and from another patient?

python validation/studies/ct-kernel/kernel_pair.py --bundle models/ct-kernel/VERSION --pair DIR --other FILE... [--json OUT]

Three slices of the second half are measured. Reference a: the first half under the other kernel. Reference b: other patients' volumes, put by simulation under scanners whose
flat-patch noise was fitted to the first half under both kernels. The truth is seen by the comparators that need it (Gaussian, best linear filter) and by no other.
"""
import argparse
import json
import os
import sys

import numpy as np
from scipy.optimize import minimize

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../../../models/recipe'))
sys.path.insert(0, os.path.dirname(__file__))

from ct import chain, measures  # noqa: E402
from ct.evaluate import METHODS, as_shipped  # noqa: E402
from ct.flat_patches import flat_gain  # noqa: E402
from ct.gain_statistics import evenly  # noqa: E402
from ct.hounsfield import Scan, read_scan  # noqa: E402
from ct.kernels import FREQUENCY, Scanner  # noqa: E402
from ct.render import white  # noqa: E402
from ct.simulate import HATS, noise_power  # noqa: E402
from people import Person  # noqa: E402

KEYS = ('mae', 'hf_sd_ratio', 'soft_ratio', 'lung_ratio', 'laa950', 'laa950_true', 'perc15', 'perc15_true', 'mean_shift', 'region_shift_p95', 'region_shift_max',
        'nps_deviation_mean', 'nps_deviation_max')
KERNELS = ('B40f', 'B70f')
ELSEWHERE_SLICES = 16
MEASURED, READ = 3, 10  # slices of the second half that are measured, slices that statistics read


def flat_power(scanner, nyquist):
    """[12] NPS of flat patches, HU²: the mean over each hat."""
    ring = FREQUENCY * (FREQUENCY <= nyquist * 1.2)
    return noise_power(scanner, nyquist, HATS) * ring.sum() / np.maximum((HATS * ring).sum(1), 1e-9)


def fitted_scanners(powers, nyquist):
    """(two simulated scanners whose flat-patch noise is closest, in log power, to that of one acquisition under two kernels, the misfit of each, that of their ratio).

    The kernels stay within the families that are simulated; dose, floor and grain are one, as the raw data are. What two kernels of one acquisition differ by is the kernels',
    so their ratio counts most; how the noise of both departs from the families' is no kernel's. (Fitted one by one, half of the kernels' log ratio had passed for grain.)
    """
    limits = np.array([[.15, .95], [2., 4.5], [0., 1.2]] * 2 + [[3., 90.], [.2, 4.]])
    sampled = np.arange(12) < 11

    def scanners(p):
        values = [lo + (hi - lo) / (1 + np.exp(-v)) for v, (lo, hi) in zip(p[:8], limits)]
        return [Scanner('fitted', *map(float, (*values[3 * i:3 * i + 3], *values[6:])), grain=tuple(map(float, p[8:]))) for i in (0, 1)]

    misfit = lambda p: np.array([(np.log(flat_power(s, nyquist)) - np.log(power))[sampled] for s, power in zip(scanners(p), powers)])
    cost = lambda m, p: float((m.mean(0) ** 2).sum() / .2 ** 2 + ((m[1] - m[0]) ** 2).sum() / .05 ** 2 + (p[8:] ** 2).sum() / .3 ** 2 + (p[:8] ** 2).sum() / 3 ** 2)
    starts = [np.r_[a, 0., b, c, 0., b, 0., 0., np.zeros(3)] for a in (-1.5, 0.) for c in (0., 1.5) for b in (-2., 0.)]
    best = min((minimize(lambda p: cost(misfit(p), p), s, method='Powell', options=dict(maxiter=60)) for s in starts), key=lambda r: r.fun)
    left = misfit(best.x)
    root = lambda d: float(np.sqrt((d ** 2).mean()))
    return scanners(best.x), [root(d) for d in left], root(left[1] - left[0])


def elsewhere(person, scanner, seed):
    """Another patient's scan under the scanner."""
    return person.under(scanner, scanner.sigma * white(person.scan.hu.shape, np.random.default_rng(seed)))


class Acquisition:
    """One chest under two kernels, smooth and sharp, and other people under the scanners fitted to the first half of it."""

    def __init__(self, folder, others):
        self.scans = [read_scan(os.path.join(folder, f'ct-lungdx-A0002-{k}.nii.gz')) for k in KERNELS]
        self.half = self.scans[0].hu.shape[0] // 2
        self.firsts = [chain.Reading(Scan(s.hu[:self.half], s.spacing), READ) for s in self.scans]
        self.scanners, self.misfits, self.misfit_of_ratio = fitted_scanners([f.flat[0] for f in self.firsts], .5 / self.scans[0].spacing[1])
        self.people = [[chain.Reading(elsewhere(person, s, i)) for s in self.scanners] for i, person in enumerate(Person(p, ELSEWHERE_SLICES) for p in others)]


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
        residual, distance, strength, nodes, dose = as_shipped(restyling, calibration)
        arms = dict(start=restyling.nodes(residual, 1., 0.), field=restyling.nodes(residual))
        values = dict(self.fixed, spectrum=self.measured(measures.spectrum_matching(self.hu, [(r.hu, r.scan.spacing) for r in references], self.spacing)))
        values['flat'] = self.measured(self.slices.under(restyling.everywhere(flat_gain(self.source.flat, chain.mean_flat(references)))))
        values |= {name: self.measured(self.slices.under(arm)) for name, arm in arms.items()} | dict(model=self.measured(self.slices.under(nodes, dose)))
        return dict(values={m: values[m] for m in METHODS}, distance=distance, strength=strength, sigma=float(self.sigma), start=[round(float(g), 3) for g in restyling.start],
                    patches=self.source.flat[1], dose=None if dose is None else [round(float(g), 3) for g in dose.gains])


def printed(name, result):
    print(f"\n{name}: distance {result['distance']:.2f}, lambda {result['strength']:.2f}, dose {result['dose']}, Gaussian {result['sigma']:.1f} px, start {result['start']}")
    for m in METHODS:
        print(f'{m:12s}', ' '.join(f'{k} {v:.2f}' for k, v in result['values'][m].items() if k in KEYS), flush=True)


def measure(networks, calibration, folder, others):
    """{direction and reference: result}: the pair in `folder`, the volumes of other patients."""
    pair, result = Acquisition(folder, others), {}
    for target in (0, 1):
        source = 1 - target
        direction = Direction(pair.scans[source], pair.scans[target], pair.half)
        for kind, references in (('other_slices', [pair.firsts[target]]), ('other_patient', [person[target] for person in pair.people])):
            key = f'{KERNELS[source]}_to_{KERNELS[target]}_{kind}'
            result[key] = direction.towards(networks, calibration, references)
            result[key] |= dict(fitted=dict(pair.scanners[target].__dict__, log_misfit=pair.misfits[target], log_misfit_of_ratio=pair.misfit_of_ratio)) if kind == 'other_patient' else {}
            printed(key, result[key])
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--pair', required=True)
    parser.add_argument('--other', nargs='+', required=True)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    result = measure(networks, manifest['calibration'], options.pair, options.other)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(result, f, indent=1)


if __name__ == '__main__':
    main()
