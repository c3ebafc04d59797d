"""Unusual scans: python conditions.py --bundle models/mr-head/VERSION --fractions CACHE [--pairs 12] [--json OUT]

Held-out T1w pairs, each condition on the same seeds: reference cohorts of 1, 3 and 10 scans, skull-stripped, thick slices, vertex cut off,
a small child's head, lesions of 20-40 mm, contrast agent in the source alone, defaced. Mean absolute error in the brain and the head for doing nothing, histogram matching of the brain
("start") and the calibrated chain.
"""
import argparse
import json
from functools import partial

import numpy as np

import chain
import style_statistics as S
import tone_field
from simulate import sample
from travel import Forced, load_heads

CONDITIONS = {
    '1 reference scan': Forced(references=1), '3 reference scans': Forced(references=3), '10 reference scans': Forced(references=10),
    'skull-stripped': Forced(references=3, stripped=True), 'slices of 6 mm': Forced(references=3, slices=(0, 3)),
    'vertex cut off by 28 mm': Forced(references=3, vertex_cut=14), 'a head of .8 the size': Forced(references=3, size=.8),
    'lesions of 20-40 mm': Forced(references=3, large_lesions=True), 'contrast agent': Forced(references=3, contrast_agent=True), 'defaced': Forced(references=3, defaced=True),
}


def errors(networks, item, spread, seed):
    """[3 methods, 2 regions]"""
    head = item['view'] & (item['values'] > .12) & (item['truth'] > .05)
    v, truth, brain = item['values'][head], item['truth'][head], item['ellipse'][head]
    fields = chain.sample_fields(networks, item, 8, seed=seed)
    tone = chain.toned(item, fields, spread)
    made = (v, S.apply_curve(S.start_curve(*item['plain_quantiles']), v), tone_field.apply_tone(tone, item['values'], head))
    return [[float(np.abs(m - truth)[r].mean()) for r in (slice(None), brain)] for m in made]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--fractions', required=True)
    parser.add_argument('--pairs', type=int, default=12)
    parser.add_argument('--seed', type=int, default=5000)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    look = partial(chain.tissue_look, networks)
    spread, heads, table = manifest['calibration']['personSpread'], load_heads(options.fractions, 16, 20), {}
    for name, forced in CONDITIONS.items():
        rows = np.array([errors(networks, sample(np.random.default_rng([options.seed, i]), heads, person=i % len(heads), kinds=('T1w',), forced=forced, look=look), spread, i)
                         for i in range(options.pairs)])
        mean = rows.mean(0).round(4).tolist()
        table[name] = dict(zip(('nothing', 'start', 'concord'), [dict(head=h, brain=b) for h, b in mean]),
                           worse_than_nothing=round(float((rows[:, 2, 1] > 1.01 * rows[:, 0, 1]).mean()), 3))
        print(name, table[name], flush=True)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(dict(pairs=options.pairs, seed=options.seed, conditions=table), f, indent=1)


if __name__ == '__main__':
    main()
