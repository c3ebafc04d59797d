"""What the networks are unsure of, measured on training anatomies under scanners they never saw → calibration.json

python calibrate.py --checkpoints DIR --fractions CACHE --out calibration.json [--pairs 160]
Shrinkage: for pairs binned by the Mahalanobis distance of their codes, the lambda in [0, 1] with the least mean error,
made non-decreasing in the distance. Limits: 99.5 % points of redraw error, code distance from the training mean and of
the mean SD over draws.
"""
import argparse
import json

import numpy as np
import torch

import chain
import style_statistics as S
from evaluate import load_networks
from simulate import load_heads, sample

LAMBDAS = np.linspace(0, 1, 11)


def increasing(values):
    """Pool adjacent violators: the closest non-decreasing sequence."""
    blocks = []
    for v in values:
        blocks.append([v, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, n), (b, m) = blocks[-2:]
            blocks[-2:] = [[(a * n + b * m) / (n + m), n + m]]
    return [v for v, n in blocks for _ in range(n)]


def redraw_error(networks, statistics):
    """Mean squared error of decoder(encoder(statistics)) against them, occupied knots weighing more (loss.py)."""
    tensor = torch.from_numpy(np.asarray(statistics, np.float32))[None]
    with torch.no_grad():
        drawn = networks['decoder'](networks['encoder'](tensor))
        return float(((.2 + tensor) * (drawn - tensor) ** 2).mean())


def errors_by_lambda(item, fields):
    """Mean absolute brain error for every lambda."""
    brain = item['ellipse'] & item['view'] & (item['values'] > .12)
    v, truth = item['values'][brain], item['truth'][brain]
    full = chain.apply_tone(chain.compose(item['curve'], fields.mean(0)), item['values'], brain)
    return [float(np.abs(v + w * (full - v) - truth).mean()) for w in LAMBDAS]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--checkpoints', required=True)
    parser.add_argument('--fractions', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--pairs', type=int, default=160)
    parser.add_argument('--seed', type=int, default=7000)
    options = parser.parse_args()
    networks, heads = load_networks(options.checkpoints), load_heads(options.fractions, 0, 16)
    rows = []
    for i in range(options.pairs):
        item = sample(np.random.default_rng([options.seed, i]), heads, None, 0, keep_volumes=True)
        fields = chain.sample_fields(networks, item, 8, seed=i)
        codes = [chain.encode(networks, item[k]).numpy()[0] for k in ('source', 'reference')]
        seen = item['weight'] > .5
        rows.append(dict(codes=codes, errors=errors_by_lambda(item, fields), sd=float(fields.std(0)[seen].mean()),
                         redraw=redraw_error(networks, item['source'])))
    codes = np.array([c for r in rows for c in r['codes']])
    mean, precision = codes.mean(0), np.linalg.inv(np.cov(codes.T) + .02 * np.eye(codes.shape[1]))
    distance = lambda d: float(np.sqrt(d @ precision @ d))
    far = np.array([distance(r['codes'][1] - r['codes'][0]) for r in rows])
    order, errors = np.argsort(far), np.array([r['errors'] for r in rows])
    bins = np.array_split(order, 8)
    best = [float(LAMBDAS[np.argmin(errors[b].mean(0))]) for b in bins]
    limit = lambda values: round(float(np.quantile(values, .995)), 6)
    out = dict(
        shrinkage={'codeDistance': [round(float(far[b].mean()), 4) for b in bins], 'lambda': [round(v, 3) for v in increasing(best)]},
        redrawError=dict(p995=limit([r['redraw'] for r in rows])), uncertainty=dict(limit=limit([r['sd'] for r in rows])),
        codeSpread=dict(mean=[round(float(m), 6) for m in mean], precision=[[round(float(p), 6) for p in row] for row in precision],
                        p995=limit([distance(c - mean) for c in codes])))
    print(json.dumps(dict(bins=[dict(distance=round(float(far[b].mean()), 3), nothing=round(float(errors[b, 0].mean()), 4), full=round(float(errors[b, -1].mean()), 4),
                                     best=round(float(errors[b].mean(0).min()), 4)) for b in bins], **{k: out[k] for k in ('shrinkage', 'redrawError', 'uncertainty')})))
    with open(options.out, 'w') as f:
        json.dump(out, f, indent=1)


if __name__ == '__main__':
    main()
