"""What a cohort tells of a kernel that one scan does not: python validation/studies/ct-kernel/cohorts.py --bundle models/ct-kernel/VERSION --data DIR --abdomen FILE --head FILE [--json OUT]

One chest under two kernels, and three other people under scanners that were fitted to both (kernel_pair.py, people.py), in every way of sharing them out: some make the reference, some stand beside the chest as its cohort.
Errors are of the log gains that bring one kernel to the other and, on three slices of the chest, of what ships in HU.
And by chance: how far rendered scans of held-out people lie from three others of their own scanner, which the product asks before a cohort speaks for a scan.
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
from ct.hounsfield import Scan, read_scan  # noqa: E402
from ct.kernel_look import mean_look  # noqa: E402
from ct.kernels import draw  # noqa: E402
from ct.render import Scene, Volumes, block  # noqa: E402
from ct.simulate import changed  # noqa: E402
from kernel_pair import ELSEWHERE_SLICES, READ, Direction, elsewhere, fitted_scanners  # noqa: E402
from people import Person  # noqa: E402
from strangers import JUDGED, root_mean_square, transfer_between  # noqa: E402

KERNELS = ('B40f', 'B70f')
CHANCES, DOSES, SEED = 120, .3, 6100  # scans against cohorts; log SD of the dose of each
BEYOND_CHANCE = 3                     # times the start that nine of ten pairs of one kernel stay below (src/pipeline/kernelSpeaker.ts)


def shares(names):
    """Every (cohort, reference) that people can be shared out to, some left out; a reference has one at least."""
    for roles in product(('', 'cohort', 'reference'), repeat=len(names)):
        cohort, reference = ([n for n, r in zip(names, roles) if r == role] for role in ('cohort', 'reference'))
        if reference:
            yield cohort, reference


def measure(networks, calibration, data, paths):
    """Rows by direction, cohort and reference."""
    scans = [read_scan(os.path.join(data, 'ct/kernel-pair', f'ct-lungdx-A0002-{k}.nii.gz')) for k in KERNELS]
    half = scans[0].hu.shape[0] // 2
    firsts = [chain.Reading(Scan(s.hu[:half], s.spacing), READ) for s in scans]
    scanners, *_ = fitted_scanners([f.flat[0] for f in firsts], .5 / scans[0].spacing[1])
    people = {name: [chain.Reading(elsewhere(person, s, n)) for s in scanners] for n, (name, person) in enumerate((name, Person(p, ELSEWHERE_SLICES)) for name, p in paths.items())}
    rows = []
    for source, target in ((1, 0), (0, 1)):
        direction, truth = Direction(scans[source], scans[target], half), transfer_between(scans[source], scans[target])
        for cohort, reference in shares(list(people)):
            together = [direction.source, *(people[n][source] for n in cohort)] if cohort else []
            restyling = chain.Restyling(networks, direction.source, [people[n][target] for n in reference], cohort=together)
            shipped = as_shipped(restyling, calibration)
            found = direction.measured(direction.slices.under(shipped.nodes, shipped.dose))
            error = (np.log(restyling.start) - truth)[JUDGED]
            rows.append(dict(direction=f'{KERNELS[source]} to {KERNELS[target]}', cohort=cohort, reference=reference, error=root_mean_square(error), bias=round(float(error.mean()), 3),
                             **{k: round(found[k], 3) for k in ('mae', 'hf_sd_ratio')}))
    return rows


def by_chance(networks, volumes):
    """[n] sizes of the start between a scan and three others of its scanner: another part of the same body, and two people."""
    sizes = []
    for n in range(CHANCES):
        rng = np.random.default_rng([SEED, n])
        scanner, order = draw(rng, varied=bool(rng.random() < .5)), rng.permutation(len(volumes.scans))
        pixel = max(.8, *(s.spacing[1] / 3 for s in volumes.scans))
        looks = []
        for i, is_second in ((order[0], False), (order[0], True), *((i, rng.random() < .5) for i in order[1:3])):
            half = volumes.scans[i].hu.shape[0] // 2
            scene = Scene(block(volumes.scans[i], pixel, 220, 12, rng, slice(half, None) if is_second else slice(0, half)), rng)
            looks.append(chain.Reading(scene.under(changed(scanner, sigma=scanner.sigma * float(np.exp(rng.normal(0, DOSES)))), 0.)).look)
        if looks[0] is not None and mean_look(looks[1:]) is not None:
            sizes.append(start_size(start_gain(looks[0], mean_look(looks[1:]), networks['reader'])))
    return np.array(sizes)


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
    sizes, limit = by_chance(networks, Volumes([os.path.join(options.data, 'ct/volumes/ct-totalseg-pulm.nii.gz'), paths['STS_010'], options.abdomen])), BEYOND_CHANCE * manifest['calibration']['shrinkage']['startSize'][0]
    chance = dict(scans=len(sizes), median_90_99=np.quantile(sizes, [.5, .9, .99]).round(3).tolist(), limit=round(limit, 3), beyond=round(float((sizes > limit).mean()), 3))
    print(json.dumps(chance), flush=True)
    rows = measure(networks, manifest['calibration'], options.data, paths)
    for row in summary(rows):
        print(json.dumps(row), flush=True)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(dict(by_chance=chance, summary=summary(rows), rows=rows), f, indent=1)


if __name__ == '__main__':
    main()
