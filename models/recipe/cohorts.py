"""Does a scan that speaks for its cohort fare better? python cohorts.py --bundle models/mr-head/VERSION --fractions CACHE [--groups 16] [--json OUT]

Groups of eight heads of held-out anatomies under one pair of unseen scanners: four sources on the first, four references on the second (other anatomies). Mean absolute error to the
truth for doing nothing, histogram matching of the brain, the product on each scan alone, and with the four sources' style as --source-style.
"""
import argparse
import json
from functools import partial

import numpy as np
import torch

import chain
import style_statistics as S
import tone_field
from evaluate import KINDS, bootstrap
from simulate import finished, restarted
from travel import load_heads, simulated, travelling

SOURCES = 4


def group(rng, heads, kinds, look):
    """Four conformed pairs with the same references; two anatomies, warped twice, on either side."""
    while True:
        a, b, c, d = rng.permutation(len(heads))[:4]
        drawn = travelling(rng, heads, [a, b, a, b, c, d, c, d], kinds)
        items = drawn and [finished(simulated(*drawn, who, 0, range(SOURCES, 2 * SOURCES)), keep_volumes=True, look=look) for who in range(SOURCES)]
        if items and all(items) and all(q is not None for item in items for q in chain.own_quantiles(item)) and items[0]['reference_outside'] is not None:
            return items


def speaking_for(items, item):
    """The item as it is started and conditioned when it speaks for all of them."""
    amounts, tissue = (np.mean([i[key] for i in items], 0) for key in ('amounts', 'tissue'))
    cohort = [S.with_amounts(amounts, tissue), np.mean([chain.own_quantiles(i)[1] for i in items], 0)]
    wanted = S.with_amounts(amounts, item['reference_tissue'])
    return dict(restarted(item, cohort[0], wanted), cohort=cohort, amounts=amounts, tissue=tissue, reference_quantiles=wanted, sources=len(items))


def errors(networks, items, spread, seed):
    """Name -> (head, brain) of every source."""
    code = torch.stack([chain.encode(networks, i['source'])[0] for i in items]).mean(0)[None]
    for n, item in enumerate(items):
        head = item['view'] & (item['values'] > .12) & (item['truth'] > .05)
        together = speaking_for(items, item)
        alone = chain.toned(item, chain.sample_fields(networks, item, 8, seed=seed + n), spread)
        cohort = chain.toned(together, chain.sample_fields(networks, together, 8, seed=seed + n, source_code=code), spread)
        values = item['values'][head]
        made = {'doing nothing': values, 'histogram, brain': S.apply_curve(S.start_curve(*item['plain_quantiles']), values), 'concord, scan alone': tone_field.apply_tone(alone, item['values'], head),
                'concord, with --source-style': tone_field.apply_tone(cohort, item['values'], head)}
        off = {name: np.abs(v - item['truth'][head]) for name, v in made.items()}
        yield {name: (float(e.mean()), float(e[item['ellipse'][head]].mean())) for name, e in off.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--fractions', required=True)
    parser.add_argument('--groups', type=int, default=16)
    parser.add_argument('--seed', type=int, default=4700)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    heads, rows = load_heads(options.fractions, 16, 20), []
    for g in range(options.groups):
        items = group(np.random.default_rng([options.seed, g]), heads, KINDS[g % 4 == 0], partial(chain.tissue_look, networks))
        rows += [dict(group=g, **row) for row in errors(networks, items, manifest['calibration']['personSpread'], SOURCES * g)]
    groups, table = np.array([r['group'] for r in rows]), {}
    for name in rows[0]:
        if name == 'group':
            continue
        own, nothing = (np.array([r[k] for r in rows]) for k in (name, 'doing nothing'))
        table[name] = {region: dict(mean=round(float(own[:, i].mean()), 4), ci=bootstrap(own[:, i], groups, np.mean), worse_than_nothing=round(float((own[:, i] > 1.01 * nothing[:, i]).mean()), 3))
                       for i, region in enumerate(('head', 'brain'))}
        print(name, table[name], flush=True)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(dict(groups=options.groups, scans=len(rows), seed=options.seed, methods=table), f, indent=1)


if __name__ == '__main__':
    main()
