"""A cohort of CT for `concord evaluate`, whose truth is known: python validation/studies/ct-kernel/rendered_cohort.py --data DIR --abdomen FILE --output DIR

Parts of five real bodies under two simulated scanners that were fitted to the two kernels of one chest (kernel_pair.py), each body's own kernel taken out as its skin tells it (people.py).
`before` (the sharp kernel) and `truth` (the same parts and noise under the smooth one) hold every other part, `reference` (the smooth one) the parts between. Parts of one body are no independent people: p values and intervals mean nothing here.
`concord harmonize before after --reference reference`, then `concord evaluate --before before --after after --reference reference --truth truth --arms all`.
"""
import argparse
import os
import sys

import nibabel as nib
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../../../models/recipe'))
sys.path.insert(0, os.path.dirname(__file__))

from ct.hounsfield import Scan  # noqa: E402
from ct.render import white  # noqa: E402
from kernel_pair import KERNELS, Acquisition  # noqa: E402
from people import Person  # noqa: E402

PARTS, DOSES, ALL = 4, .12, 10 ** 6  # of a body; log SD of the noise of each part; slices


def save(scan, folder, name):
    os.makedirs(folder, exist_ok=True)
    stored = np.round(np.clip(scan.hu, -1024, 3071)).astype(np.int16).transpose(2, 1, 0)
    nib.save(nib.Nifti1Image(stored, np.diag([*scan.spacing[::-1], 1.])), os.path.join(folder, f'{name}_ct.nii.gz'))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('data', 'abdomen', 'output'):
        parser.add_argument('--' + name, required=True)
    options = parser.parse_args()
    volume, pair = (lambda name: os.path.join(options.data, 'ct/volumes', name + '.nii.gz')), os.path.join(options.data, 'ct/kernel-pair')
    bodies = dict(thigh=volume('ibsi-STS_010-CT'), abdomen=options.abdomen, chest=os.path.join(pair, f'ct-lungdx-A0002-{KERNELS[0]}.nii.gz'), aorta=volume('ct-totalseg-aorta'), example=volume('ct-totalseg-example'))
    smooth, sharp = Acquisition(pair, [bodies['thigh'], bodies['abdomen']]).scanners
    for seed, (name, path) in enumerate(bodies.items()):
        person, rng = Person(path, ALL), np.random.default_rng(seed)
        whole, noise_map = person.scan, person.map
        for part, used in enumerate(np.array_split(np.arange(whole.hu.shape[0]), PARTS)):
            person.scan, person.map = Scan(whole.hu[used], whole.spacing), noise_map[used]
            noise = white(person.scan.hu.shape, rng) * np.exp(rng.normal(0, DOSES))
            under = lambda scanner: person.under(scanner, scanner.sigma * noise)
            for folder, scanner in (('reference', smooth),) if part % 2 else (('before', sharp), ('truth', smooth)):
                save(under(scanner), os.path.join(options.output, folder), f'sub-{name}{part}')


if __name__ == '__main__':
    main()
