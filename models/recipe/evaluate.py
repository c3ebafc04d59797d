"""Held-out simulated travelling pairs: python evaluate.py --bundle models/mr-head/VERSION --fractions CACHE [--pairs 64] [--json OUT]

Anatomies 17-20 and scanners that training never drew; every fourth pair near-identical. Mean absolute error to the truth on the model scale (brain p90 = .7),
in the head and in the brain ellipsoid, next to doing nothing, brain z-score, Nyul's landmarks, histogram matching on the head
and on the brain ("start"), the same on the source's amounts of tissue ("same_brain": the start of the chain), the best single curve and the best field (both oracles). Intervals: bootstrap over anatomies
and pairs, 95 %.
"""
import argparse
import json
from functools import partial

import numpy as np

import chain
import style_statistics as S
import tone_field
from physics import FAMILIES
from simulate import sample
from travel import load_heads

LANDMARKS = np.r_[.01, np.arange(.1, .95, .1), .99]  # Nyul & Udupa 1999: deciles and the two ends
KINDS = {True: ('same', 'near'), False: FAMILIES}
METHODS = ('nothing', 'zscore', 'nyul', 'head_histogram', 'start', 'same_brain', 'diffused', 'one_step', 'model', 'best_curve', 'best_field')


def best_curve(values, truth):
    """The best single tone curve an oracle could draw: mean truth by intensity, 64 bins."""
    index = np.clip((values * 32).astype(int), 0, 63)
    count = np.bincount(index, minlength=64)
    mean = np.bincount(index, truth, 64) / np.maximum(count, 1)
    centres = (np.arange(64) + .5) / 32
    return np.interp(values, centres[count > 0], mean[count > 0])


def arms(networks, item, head, spread, draws, seed):
    """Restyled values at the head's voxels for every method, with the fields' SD."""
    v, truth, c = item['values'][head], item['truth'][head], item['curve']
    q_s, q_r = item['plain_quantiles']
    fields = chain.sample_fields(networks, item, draws, seed=seed)
    single = chain.sample_fields(networks, item, 1, timesteps=(999.,), seed=seed)[0]
    landmarks = lambda q: np.interp(LANDMARKS, S.PROBABILITIES, q)
    x, y = landmarks(q_s), landmarks(q_r)
    out = dict(
        nothing=v, start=S.apply_curve(S.start_curve(q_s, q_r), v), same_brain=S.apply_curve(c, v), zscore=(v - q_s.mean()) / q_s.std() * q_r.std() + q_r.mean(),
        nyul=np.interp(v, np.r_[0, x, x[-1] + 9], np.r_[0, y, y[-1] + 9]),
        head_histogram=match(v, item['reference_head_quantiles']),
        diffused=tone_field.apply_tone(chain.diffused(item, fields), item['values'], head),
        one_step=tone_field.apply_tone(chain.toned(item, single[None], spread), item['values'], head),
        model=tone_field.apply_tone(chain.toned(item, fields, spread), item['values'], head),
        best_curve=best_curve(v, truth),
        best_field=tone_field.apply_tone(tone_field.compose(c, item['field'] / chain.FIELD_SCALE), item['values'], head))
    return out, truth, fields


def match(values, reference_quantiles):
    p = np.linspace(.005, .995, len(reference_quantiles))
    return np.interp(values, np.quantile(values, p) + 1e-5 * np.arange(len(p)), reference_quantiles)


def head_quantiles(statistics):
    """Quantiles of the whole head above the background, read off the reference's own local statistics."""
    counts = np.expm1(3 * statistics).sum((1, 2, 3))
    counts[0] = 0
    counts[1] *= .5
    cumulative = np.r_[0, np.cumsum(counts)] / counts.sum()
    edges = np.r_[S.KNOT_VALUES - .05, S.TOP_KNOT + .05]
    return np.interp(np.linspace(.005, .995, 128), cumulative, np.maximum(edges, 0))


def bootstrap(values, groups, statistic=np.median, rounds=2000):
    rng = np.random.default_rng(0)
    values, names = np.asarray(values), np.unique(groups)
    rows = [np.concatenate([rng.choice(values[groups == g], (groups == g).sum()) for g in rng.choice(names, len(names))]) for _ in range(rounds)]
    return [round(float(q), 4) for q in np.quantile([statistic(r) for r in rows], [.025, .975])]


def measured(networks, heads, pairs, seed, spread=None, draws=8):
    """One row a pair: errors of every method in head and brain, kind of pair, anatomy, correlation of SD and error."""
    rows, look = [], partial(chain.tissue_look, networks)
    for i in range(pairs):
        anatomy = i % len(heads)
        item = sample(np.random.default_rng([seed, i]), heads, person=anatomy, kinds=KINDS[i // len(heads) % 4 == 0], look=look)
        item['reference_head_quantiles'] = head_quantiles(item['reference'])
        head = item['view'] & (item['values'] > .12) & (item['truth'] > .05)
        inside = item['ellipse'][head]
        out, truth, fields = arms(networks, item, head, spread, draws, i)
        row = dict(kind=item['kind'], anatomy=anatomy, values={})
        for name, v in out.items():
            error = np.abs(v - truth)
            row['values'][name] = dict(head=float(error.mean()), brain=float(error[inside].mean()))
        supported = item['weight'] > .8
        row['sd'] = float(fields.std(0)[supported].mean())
        row['sd_error'] = (fields.std(0)[supported], np.abs(fields.mean(0) - item['field'] / chain.FIELD_SCALE)[supported])
        rows.append(row)
    return rows


def summary(rows):
    groups = np.array([r['anatomy'] for r in rows])
    out = {}
    for region in ('head', 'brain'):
        e = {m: np.array([r['values'][m][region] for r in rows]) for m in METHODS}
        gap = e['nothing'] - e['best_field']
        differ = gap > .02
        table = {}
        for m in METHODS:
            share = ((e['nothing'] - e[m]) / np.where(differ, gap, 1))[differ]
            table[m] = dict(mae=round(float(np.median(e[m])), 4), mae_ci=bootstrap(e[m], groups), mean=round(float(e[m].mean()), 4), share=round(float(np.median(share)), 3),
                            share_ci=bootstrap(share, groups[differ]), worse_than_nothing=round(float((e[m] > 1.01 * e['nothing']).mean()), 3),
                            better_than_start=round(float((e[m] < .995 * e['start']).mean()), 3))
        out[region] = dict(pairs=len(rows), differing=int(differ.sum()), methods=table)
    near = np.array([r['kind'] in ('same', 'near') for r in rows])
    out['near_identical'] = {m: round(float(np.median([r['values'][m]['brain'] for r, n in zip(rows, near) if n])), 4) for m in METHODS} | {'pairs': int(near.sum())}
    return out


def refusal(rows):
    """Does the mean SD find the worst tenth of the pairs (head error)? AUC, and the share of the worst among the tenth with the largest SD."""
    sd, error = np.array([r['sd'] for r in rows]), np.array([r['values']['model']['head'] for r in rows])
    count = max(1, round(len(rows) / 10))
    worst = np.zeros(len(rows), bool)
    worst[np.argsort(error)[-count:]] = True
    auc = np.mean([(w > g) + .5 * (w == g) for w in sd[worst] for g in sd[~worst]])
    return dict(auc=round(float(auc), 3), caught=round(float(worst[np.argsort(sd)[-count:]].mean()), 3), chance=round(count / len(rows), 3))


def printed(result):
    for region in ('head', 'brain'):
        r = result[region]
        print(f"\n{region}: {r['pairs']} pairs, {r['differing']} that differ\n{'method':16s} MAE    95 % CI            share  95 % CI            worse  better than start")
        for m, t in r['methods'].items():
            print(f"{m:16s} {t['mae']:.4f} [{t['mae_ci'][0]:.4f}, {t['mae_ci'][1]:.4f}]  {t['share']:6.3f} [{t['share_ci'][0]:6.3f}, {t['share_ci'][1]:6.3f}]  {t['worse_than_nothing']:.3f}  {t['better_than_start']:.3f}")
    print('near-identical, brain MAE:', result['near_identical'])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--fractions', required=True)
    parser.add_argument('--pairs', type=int, default=64)
    parser.add_argument('--draws', type=int, default=8)
    parser.add_argument('--seed', type=int, default=4000)
    parser.add_argument('--full-strength', action='store_true', help='apply all of every change')
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    spread = None if options.full_strength else manifest['calibration']['personSpread']
    rows = measured(networks, load_heads(options.fractions, 16, 20), options.pairs, options.seed, spread, options.draws)
    result = summary(rows)
    sd, error = (np.concatenate([r['sd_error'][k] for r in rows]) for k in (0, 1))
    rank = lambda a: np.argsort(np.argsort(a))
    result['uncertainty_spearman'] = round(float(np.corrcoef(rank(sd), rank(error))[0, 1]), 3)
    result['refusal'] = refusal(rows)
    printed(result)
    print('Refusing by SD:', result['refusal'])
    print('Spearman of SD over draws with the true error, by node:', result['uncertainty_spearman'])
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(result, f, indent=1)


if __name__ == '__main__':
    main()
