"""What a cohort tells of a kernel that one scan does not: python validation/studies/ct-kernel/cohorts.py --bundle models/ct-kernel/VERSION --data DIR --abdomen FILE --head FILE [--json OUT]

One chest under two kernels, and three other people under scanners that were fitted to both (kernel_pair.py, people.py), in every way of sharing them out: some make the reference, some stand beside the chest as its cohort.
Errors are of the log gains that bring one kernel to the other and, on three slices of the chest, of what ships in HU.
And by chance: how far rendered scans of held-out people lie from three others of their own scanner, and how far four lie from their mean when they are of one kernel and of two, which the product asks before a cohort speaks.
"""
import argparse
import json
import os
import sys
from itertools import product

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../../../models/recipe'))
sys.path.insert(0, os.path.dirname(__file__))

from ct import chain  # noqa: E402
from ct.evaluate import as_shipped  # noqa: E402
from ct.gain_start import start_gain, start_size  # noqa: E402
from ct.kernel_look import mean_look  # noqa: E402
from ct.kernels import draw  # noqa: E402
from ct.render import Scene, Volumes, block  # noqa: E402
from ct.simulate import changed  # noqa: E402
from kernel_pair import KERNELS, Acquisition, Direction  # noqa: E402
from strangers import JUDGED, root_mean_square, transfer_between  # noqa: E402

CHANCES, DOSES, SEED = 120, .3, 6100  # cohorts; log SD of the dose of each scan
BEYOND_CHANCE, MIXED = 3, 1.5         # times the start that nine of ten pairs of one kernel stay below (src/pipeline/kernelSpeaker.ts)
APART = ((.15, .3), (.3, .6), (.6, 1.), (1., 3.))


def shares(names):
    """Every (cohort, reference) that people can be shared out to, some left out; a reference has one at least."""
    for roles in product(('', 'cohort', 'reference'), repeat=len(names)):
        cohort, reference = ([n for n, r in zip(names, roles) if r == role] for role in ('cohort', 'reference'))
        if reference:
            yield cohort, reference


def measure(networks, calibration, data, paths):
    """Rows by direction, cohort and reference."""
    pair, rows = Acquisition(os.path.join(data, 'ct/kernel-pair'), paths.values()), []
    people = dict(zip(paths, pair.people))
    for source, target in ((1, 0), (0, 1)):
        direction, truth = Direction(pair.scans[source], pair.scans[target], pair.half), transfer_between(pair.scans[source], pair.scans[target])
        for cohort, reference in shares(list(people)):
            together = [direction.source, *(people[n][source] for n in cohort)] if cohort else []
            restyling = chain.Restyling(networks, direction.source, [people[n][target] for n in reference], cohort=together)
            shipped = as_shipped(restyling, calibration)
            found = direction.measured(direction.slices.under(shipped.nodes, shipped.dose))
            error = (np.log(restyling.start) - truth)[JUDGED]
            rows.append(dict(direction=f'{KERNELS[source]} to {KERNELS[target]}', cohort=cohort, reference=reference, error=root_mean_square(error), bias=round(float(error.mean()), 3),
                             **{k: round(found[k], 3) for k in ('mae', 'hf_sd_ratio')}))
    return rows


class Strangers:
    """Four scans, two of one body and two of other people, under each of two scanners with one noise."""

    def __init__(self, volumes, rng):
        a, b = (draw(rng, varied=bool(rng.random() < .5)) for _ in range(2))
        order, pixel = rng.permutation(len(volumes.scans)), max(.8, *(s.spacing[1] / 3 for s in volumes.scans))
        parts = [(order[0], False), (order[0], True), *((i, bool(rng.random() < .5)) for i in order[1:3])]
        self.looks = [[self.look(volumes.scans[i], pixel, is_second, changed(scanner, sigma=a.sigma * float(np.exp(rng.normal(0, DOSES)))), rng) for i, is_second in parts] for scanner in (a, b)]

    @staticmethod
    def look(scan, pixel, is_second, scanner, rng):
        half = scan.hu.shape[0] // 2
        return chain.Reading(Scene(block(scan, pixel, 220, 12, rng, slice(half, None) if is_second else slice(0, half)), rng).under(scanner, 0.)).look


def by_chance(networks, volumes):
    """{what: sizes of the start [n]}: between a scan and three others of its scanner; the root mean square over four scans of one scanner to their mean; over two and two of two scanners, and between those."""
    size = lambda look, together: start_size(start_gain(look, mean_look(together), networks['reader']))
    spread = lambda looks: float(np.sqrt(np.mean([size(l, looks) ** 2 for l in looks])))
    rows = []
    for n in range(CHANCES):
        a, b = Strangers(volumes, np.random.default_rng([SEED, n])).looks
        if all(l is not None for l in a + b):
            rows.append((size(a[0], a[1:]), spread(a), spread([a[0], b[1], a[2], b[3]]), size(a[0], b[:1])))
    return dict(zip(('scan', 'one_kernel', 'two_kernels', 'apart'), np.array(rows).T))


def chances(found, near):
    """What is beyond the limits; near: what nine of ten pairs of one kernel stay below."""
    quantiles = lambda v: np.quantile(v, [.5, .9, .99]).round(3).tolist()
    share = lambda v, times: round(float((v > times * near).mean()), 3)
    two = [dict(apart=[low, high], cohorts=int(of.sum()), found=share(found['two_kernels'][of], MIXED)) for low, high in APART for of in [(found['apart'] > low) & (found['apart'] <= high)]]
    return dict(cohorts=len(found['scan']), scan=quantiles(found['scan']), scan_limit=round(BEYOND_CHANCE * near, 3), scan_beyond=share(found['scan'], BEYOND_CHANCE),
                one_kernel=quantiles(found['one_kernel']), spread_limit=round(MIXED * near, 3), one_kernel_beyond=share(found['one_kernel'], MIXED), two_kernels=two)


def summary(rows):
    """Means over the ways to share people out, by direction and numbers of people."""
    groups = {}
    for row in rows:
        groups.setdefault((row['direction'], 1 + len(row['cohort']), len(row['reference'])), []).append(row)
    return [dict(direction=d, cohort=c, reference=r, ways=len(of), **{k: round(float(np.mean([row[k] for row in of])), 3) for k in ('error', 'bias', 'mae', 'hf_sd_ratio')}) for (d, c, r), of in sorted(groups.items(), reverse=True)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('bundle', 'data', 'abdomen', 'head'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    paths = dict(STS_010=os.path.join(options.data, 'ct/volumes/ibsi-STS_010-CT.nii.gz'), abdomen=options.abdomen, head=options.head)
    volumes = Volumes([os.path.join(options.data, 'ct/volumes/ct-totalseg-pulm.nii.gz'), paths['STS_010'], options.abdomen])
    chance = chances(by_chance(networks, volumes), manifest['calibration']['shrinkage']['startSize'][0])
    print(json.dumps(chance), flush=True)
    rows = measure(networks, manifest['calibration'], options.data, paths)
    for row in summary(rows):
        print(json.dumps(row), flush=True)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(dict(by_chance=chance, summary=summary(rows), rows=rows), f, indent=1)


if __name__ == '__main__':
    main()
