"""Held-out rendered pairs: python -m ct.evaluate --bundle ../ct-kernel/VERSION --volumes FILE... [--pairs 40] [--json OUT]

Volumes and scanners that training never drew. Mean absolute error to the truth in HU inside the body, and the share of the gap from doing nothing to the best linear
filter (fitted on the pair) that each method closes; next to a Gaussian picked on the pair, whole-slice spectrum matching and the closed form alone.
"""
import argparse
import json
from typing import NamedTuple

import numpy as np

from ct import chain, measures
from ct.flat_patches import flat_gain
from ct.gain_start import start_size
from ct.render import Volumes

METHODS = ('nothing', 'gaussian', 'spectrum', 'flat', 'start', 'field', 'model', 'best_linear')


class Shipped(NamedTuple):
    """What the product makes of a restyling under the calibration of its manifest."""

    residual: np.ndarray  # mean over draws
    size: float           # of the start
    strength: float       # its lambda
    nodes: np.ndarray     # gains [4, 12, Z, Y, X]
    dose: object          # ct.dose.Dose or None


def as_shipped(restyling, calibration, seed=0):
    table, residual, size = calibration['shrinkage'], restyling.fields(seed=seed).mean(0), start_size(restyling.start)
    strength = float(np.interp(size, table['startSize'], table['lambda']))
    nodes = restyling.nodes(residual, strength, calibration['residual'])
    return Shipped(residual, size, strength, nodes, restyling.dose(nodes))


def arms(networks, calibration, source, references, truth, used, seed=0):
    """Restyled slices of every method, and what the model did."""
    restyling = chain.Restyling(networks, source, references)
    slices, (residual, distance, strength, nodes, dose) = chain.Slices(source, used), as_shipped(restyling, calibration, seed)
    hu, spacing = source.scan.hu[used], source.scan.spacing
    body = source.weight[used] > .5
    gaussian, sigma = measures.hand_gaussian(hu, truth, body)
    flat = flat_gain(source.flat, chain.mean_flat(references))
    out = dict(nothing=hu, gaussian=gaussian, spectrum=measures.spectrum_matching(hu, [(r.hu, r.scan.spacing) for r in references], spacing),
               flat=slices.under(restyling.everywhere(flat)), start=slices.under(restyling.nodes(residual, 1., 0.)), field=slices.under(restyling.nodes(residual, 1., 1.)),
               model=slices.under(nodes, dose), best_linear=measures.best_linear(hu, truth, spacing))
    return out, body, dict(distance=distance, strength=strength, sigma=float(sigma), start=[round(float(g), 3) for g in restyling.start], patches=source.flat[1], dose=dose is not None)


def row(networks, calibration, pair, seed):
    source, references = chain.Reading(pair.source), [chain.Reading(r) for r in pair.references]
    used = np.arange(1, source.hu.shape[0], 3)
    out, body, facts = arms(networks, calibration, source, references, pair.truth.hu[used], used, seed)
    values = {m: measures.against(v, pair.truth.hu[used], source.scan.hu[used], body, source.scan.spacing, False) for m, v in out.items()}
    return dict(kind=pair.kind, families=[s.family for s in pair.scanners], sigmas=[round(s.sigma, 1) for s in pair.scanners], values=values, **facts)


def bootstrap(values, rounds=2000):
    rng = np.random.default_rng(0)
    return [round(float(q), 4) for q in np.quantile([np.median(rng.choice(values, len(values))) for _ in range(rounds)], [.025, .975])]


def summary(rows):
    """{methods: {mae, share, …}} over pairs; shares over those whose gap to the best linear filter is above 1 HU."""
    e = {m: np.array([r['values'][m]['mae'] for r in rows]) for m in METHODS}
    gap = e['nothing'] - e['best_linear']
    differ = gap > 1
    out = dict(pairs=len(rows), differing=int(differ.sum()), methods={})
    for m in METHODS:
        share = ((e['nothing'] - e[m]) / np.where(differ, gap, 1))[differ]
        pick = lambda key: [r['values'][m][key] for r in rows if r['values'][m].get(key) is not None]
        log_ratio = np.abs(np.log(pick('hf_sd_ratio')))
        out['methods'][m] = dict(
            mae=round(float(np.median(e[m])), 4), mae_ci=bootstrap(e[m]), share=round(float(np.median(share)), 3) if share.size else None,
            share_ci=bootstrap(share) if share.size else None, worse_than_nothing=round(float((e[m] > 1.01 * e['nothing'] + .01).mean()), 3),
            better_than_start=round(float((e[m] < .995 * e['start']).mean()), 3), hf_sd_off_percent=round(float(100 * np.expm1(np.median(log_ratio))), 1),
            region_shift_p95=round(float(np.median(pick('region_shift_p95'))), 2), region_shift_max=round(float(np.max(pick('region_shift_max'))), 2))
    return out


def printed(name, result):
    print(f"\n{name}: {result['pairs']} pairs, {result['differing']} that differ\n{'method':12s} MAE HU [95 %]            share [95 %]             worse  >start HF-SD off %  region p95/max")
    for m, t in result['methods'].items():
        print(f"{m:12s} {t['mae']:7.3f} {str(t['mae_ci']):20s} {str(t['share']):6s} {str(t['share_ci']):18s} {t['worse_than_nothing']:.2f}  {t['better_than_start']:.2f}  {t['hf_sd_off_percent']:6.1f}  {t['region_shift_p95']:.2f}/{t['region_shift_max']:.2f}")


def measure(networks, calibration, volumes, pairs, seed):
    """{simulated_pairs, simulated_kernel, …}: tables of methods over all pairs and by kind, printed on the way."""
    rows = [row(networks, calibration, volumes.pair(np.random.default_rng([seed, i])), i) for i in range(pairs)]
    result = {}
    for kind in ('pairs', 'kernel', 'both', 'dose', 'same'):
        mine = [r for r in rows if kind in ('pairs', r['kind'])]
        if mine:
            result[f'simulated_{kind}'] = summary(mine)
            printed(kind, result[f'simulated_{kind}'])
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--volumes', nargs='+', required=True)
    parser.add_argument('--pairs', type=int, default=40)
    parser.add_argument('--seed', type=int, default=4000)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    result = measure(networks, manifest['calibration'], Volumes(options.volumes), options.pairs, options.seed)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(result, f, indent=1)


if __name__ == '__main__':
    main()
