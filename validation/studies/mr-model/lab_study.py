"""The first study's own scripts as judge, run from a scratch folder that holds its frac.npy and real.npz:

python lab_study.py pairs --lab DIR --out pairs.npz                              its 24 simulated pairs (anatomies 17-20, its scanners), for lab_pairs.py
python lab_study.py T1w --lab DIR --cohort DIR --harmonized B-TO-A A-TO-B        its distances on the two-protocol cohort, of scans that concord wrote
"""
import argparse
import glob
import json
import sys

import numpy as np

GROUP_B = ('05', '06', '08', '20', '23')


def pairs(study, path, count=24):
    drawn = [study.S.synth((16, 20)) for _ in range(count)]
    starts = [study.begin(c, r) for c, _, r in drawn]
    half = lambda volumes: np.stack([v.numpy() for v in volumes]).astype(np.float16)
    source, truth, reference = zip(*drawn)
    np.savez(path, source=half(source), truth=half(truth), reference=half(reference), start=half(starts), brain=study.S.BM.numpy())


def cohort(study, folder, harmonized, contrast):
    """Its three distances to the held-out half, before and after, both ways."""
    read = lambda path: study.load2mm(path)[0]
    scans = {f'{i:02d}': read(f'{folder}/nichart-subj{i:02d}-{contrast}.nii.gz') for i in range(1, 24)}
    others = [s for s in scans if s not in GROUP_B]
    brain = {s: study.ellipsoid(v) > 0 for s, v in scans.items()}
    gradient = lambda v: np.sqrt(sum(g ** 2 for g in np.gradient(v)))
    seen = {'brain': lambda s, v: v[brain[s] & (scans[s] > .12)], 'head': lambda s, v: v[scans[s] > .12], 'gradient': lambda s, v: gradient(v)[brain[s] & (scans[s] > .12)]}
    rng = np.random.default_rng(0)
    pool = lambda values: np.concatenate([rng.choice(v, 4000) for v in values])
    out = {}
    for name, sources, targets, written in (('B to A', list(GROUP_B), others, harmonized[0]), ('A to B', others, list(GROUP_B), harmonized[1])):
        after = {s: read(glob.glob(f'{written}/**/*subj{s}*desc-harmonized*.nii.gz', recursive=True)[0]) for s in sources}
        for measure, of in seen.items():
            held_out = pool([of(s, scans[s]) for s in targets[1::2]])
            distance = lambda volumes: round(float(study.w1(pool([of(s, volumes[s]) for s in sources]), held_out)), 4)
            out[f'{name}, {measure}'] = dict(nothing=distance(scans), concord=distance(after))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('part', choices=('pairs', 'T1w', 'FLAIR'))
    parser.add_argument('--lab', required=True)
    parser.add_argument('--out')
    parser.add_argument('--cohort')
    parser.add_argument('--harmonized', nargs=2)
    parser.add_argument('--json')
    options = parser.parse_args()
    sys.path.insert(0, options.lab)
    import evaluate as study  # reads frac.npy and real.npz here
    if options.part == 'pairs':
        pairs(study, options.out)
        return
    found = cohort(study, options.cohort, options.harmonized, options.part)
    print(json.dumps(found, indent=1))
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(found, f, indent=1)


if __name__ == '__main__':
    main()
