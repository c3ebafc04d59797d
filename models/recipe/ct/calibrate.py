"""How far to trust the networks, measured in rendered pairs of training anatomies under scanners they never saw → calibration.json

python -m ct.calibrate --bundle DIR --readers DIR --out calibration.json --volumes FILE... [--pairs 160]
Starts are read by networks that were trained on neither volume of a pair.
residual: the share of the generated field with the least error over pairs of different scanners, in the geometric mean (a pair counts alike whatever its noise), or the smallest within one standard
error of it. The denoiser knows these volumes, so here the start is read by networks that know them too: beside a start of strangers the residual would look better than it is. Shrinkage: scans of one kernel show a start too, by chance and by what their anatomies differ in. A start no larger than what nine of ten such pairs show
(m) is left alone; beyond it lambda = 1 - (m / size)^power, James and Stein's rule for power 2; the power with the least mean error is taken. Limits: 99.5 % points.
"""
import argparse
import json

import numpy as np

from ct import chain
from ct.gain_statistics import BANDS
from ct.gain_start import Readers, start_size
from ct.render import Volumes
from ct.simulate import KINDS

LAMBDAS = np.linspace(0, 1, 5)
SHARES = np.array([0., .25, .5, .75, 1.])
POWERS = (2, 4)
LEFT_ALONE, LEAST_NEAR = .9, .02       # share of one kernel's starts; the least size that is one
VARIED = .5                            # share of pairs whose scanners leave their families' curves, as those that the start is fitted to do
TABLE = (1, 1.03, 1.08, 1.15, 1.25, 1.4, 1.65, 2, 2.7, 4, 8)  # sizes over m at which the manifest has lambda


def strength(size, near, power):
    """Lambda of a start of this size."""
    return np.maximum(0, 1 - (near / np.maximum(size, 1e-9)) ** power)


def redraw_error(networks, reading):
    """Root mean square over supported nodes of statistic minus style map, as src/style has it for CT."""
    import torch
    code = networks['encoder'](torch.from_numpy(reading.statistics)[None])
    style_map = networks['decoder'](code).numpy()[0].reshape(4, BANDS, 1, 1, 1)
    difference = (reading.statistics[:4 * BANDS].reshape(4, BANDS, *reading.grid) - style_map) * reading.supported[:, None]
    return float(np.sqrt((difference ** 2).sum() / max(1, BANDS * reading.supported.sum())))


def measured(networks, pair, stranger, acquainted, seed):
    """One row: errors of every lambda at every share, the start read by a network that knows neither volume; `known`: errors of every share at full strength, read by one that knows them; distance facts, spread."""
    source, references = chain.Reading(pair.source), [chain.Reading(r) for r in pair.references]
    restyling, known = (chain.Restyling(networks, source, references, reader) for reader in (stranger, acquainted))
    fields = restyling.fields(seed=seed)
    used = np.unique(np.linspace(1, source.hu.shape[0] - 2, 3).astype(int))
    slices, truth = chain.Slices(source, used), pair.truth.hu[used]
    body = source.weight[used] > .5
    error = lambda nodes: float(np.abs(slices.under(nodes) - truth)[body].mean())
    mean, known_mean = fields.mean(0), known.fields(seed=seed).mean(0)
    table = np.array([[error(restyling.nodes(mean, l, s)) for l in LAMBDAS[1:]] for s in SHARES])
    nothing = float(np.abs(source.scan.hu[used] - truth)[body].mean())
    sd = fields.std(0)[np.broadcast_to(source.supported[:, None], fields.shape[1:])]
    return dict(kind=pair.kind, nothing=nothing, table=np.concatenate([np.full((len(SHARES), 1), nothing), table], 1),
                known=[error(known.nodes(known_mean, 1., s)) for s in SHARES], sd=float(sd.mean()) if sd.size else 0.,
                redraw=[redraw_error(networks, r) for r in (source, *references)], size=start_size(restyling.start),
                codes=[restyling.source_code.numpy()[0], restyling.reference_code.numpy()[0]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--readers', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--volumes', nargs='+', required=True)
    parser.add_argument('--pairs', type=int, default=160)
    parser.add_argument('--seed', type=int, default=9000)
    options = parser.parse_args()
    networks, _ = chain.load_bundle(options.bundle)
    volumes, readers = Volumes(options.volumes), Readers(options.readers)
    pairs = (volumes.pair(np.random.default_rng([options.seed, i]), varied=VARIED) for i in range(options.pairs))
    rows = [measured(networks, pair, readers.without(pair.volumes), readers.without(), i) for i, pair in enumerate(pairs)]
    result, report = calibration(rows)
    print(json.dumps(report))
    with open(options.out, 'w') as f:
        json.dump(result, f, indent=1)


def residual_share(rows):
    """(index of the share, [shares] geometric means of the error over pairs of different scanners)."""
    logs = np.log([r['known'] for r in rows if r['kind'] != 'same'])
    more = logs - logs[:, [logs.mean(0).argmin()]]
    return int(np.argmax(more.mean(0) <= more.std(0) / np.sqrt(len(more)))), np.exp(logs.mean(0))


def calibration(rows):
    """(calibration of the manifest, what it was chosen from)."""
    codes = np.array([c for r in rows for c in r['codes']])
    mean, precision = codes.mean(0), np.linalg.inv(np.cov(codes.T) + .02 * np.eye(codes.shape[1]))
    distance = lambda d: float(np.sqrt(d @ precision @ d))
    far = np.array([r['size'] for r in rows])
    tables = np.array([r['table'] for r in rows])
    differ = np.array([r['kind'] != 'same' for r in rows])
    one_kernel = np.array([r['kind'] in ('same', 'dose') for r in rows])
    near = max(LEAST_NEAR, float(np.quantile(far[one_kernel], LEFT_ALONE)))
    share, by_share = residual_share(rows)
    tables_kept = tables[:, share]  # [pairs, lambdas]
    errors = lambda lambdas: np.array([np.interp(l, LAMBDAS, t) for l, t in zip(lambdas, tables_kept)])
    by_power = {p: errors(strength(far, near, p)) for p in POWERS}
    power = min(POWERS, key=lambda p: by_power[p].mean())
    sizes = near * np.array(TABLE)
    limit = lambda values: round(float(np.quantile(values, .995)), 6)
    result = dict(
        shrinkage={'startSize': [round(float(v), 4) for v in sizes], 'lambda': [round(float(v), 3) for v in strength(sizes, near, power)]}, residual=float(SHARES[share]),
        redrawError=dict(p995=limit([e for r in rows for e in r['redraw']])), uncertainty=dict(limit=limit([r['sd'] for r in rows])),
        codeSpread=dict(mean=[round(float(m), 6) for m in mean], precision=[[round(float(p), 6) for p in row] for row in precision],
                        p995=limit([distance(c - mean) for c in codes])))
    by_kind = {k: dict(pairs=int(of.sum()), by_share=tables[of, :, -1].mean(0).round(2).tolist(), nothing=round(float(tables[of, 0, 0].mean()), 2))
               for k in KINDS for of in [np.array([r['kind'] == k for r in rows])] if of.any()}
    report = dict(pairs=len(rows), shares=SHARES.tolist(), differing=int(differ.sum()), by_share=by_share.round(3).tolist(), by_kind=by_kind,
                  near=round(near, 3), power=power, by_power={p: round(float(e.mean()), 3) for p, e in by_power.items()}, full=round(float(tables_kept[:, -1].mean()), 3),
                  worse=round(float((by_power[power] > 1.01 * tables[:, 0, 0] + .01).mean()), 3), worse_at_full=round(float((tables_kept[:, -1] > 1.01 * tables[:, 0, 0] + .01).mean()), 3),
                  shrinkage=result['shrinkage'], residual=result['residual'])
    return result, report


if __name__ == '__main__':
    main()
