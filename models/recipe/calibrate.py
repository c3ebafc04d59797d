"""What the networks are unsure of, measured on training anatomies under scanners they never saw → calibration.json

python calibrate.py --bundle DIR --fractions CACHE --out calibration.json [--pairs 160]
Shrinkage: for pairs binned by the Mahalanobis distance of their codes (as with one reference scan), the lambda in [0, 1] with the least mean error,
made non-decreasing in the distance, from 0 at distance 0 (one's own style changes nothing). Limits: 99.5 % points of redraw error, code distance from the training mean and of
the mean SD over draws.
"""
import argparse
import json

import numpy as np
import torch

import chain
import style_statistics as S
import tone_field
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
    """Root mean square of decoder(encoder(statistics)) minus them, as src/style/styleCode.ts has it."""
    tensor = torch.from_numpy(np.asarray(statistics, np.float32))[None]
    with torch.no_grad():
        return float(((networks['decoder'](networks['encoder'](tensor)) - tensor) ** 2).mean().sqrt())


def mean_sd(item, fields):
    """Mean SD over draws at the brain's voxels, before shrinkage (the gate of src/pipeline/gateFacts.ts)."""
    brain = item['ellipse'] & (item['values'] > .08)
    started = S.apply_curve(item['curve'], tone_field.FINE)
    position = np.clip(started / S.STEP, 0, S.KNOTS - 1)
    low = np.minimum(position.astype(int), S.KNOTS - 2)
    w = (position - low).reshape(-1, 1, 1, 1)
    sd = fields.std(0)
    return float(tone_field.apply_tone(sd[low] * (1 - w) + sd[low + 1] * w, np.minimum(item['values'], 2), brain).mean())


def errors_by_lambda(item, fields):
    """Mean absolute brain error for every lambda."""
    brain = item['ellipse'] & item['view'] & (item['values'] > .12)
    v, truth = item['values'][brain], item['truth'][brain]
    full = tone_field.apply_tone(tone_field.compose(item['curve'], fields.mean(0)), item['values'], brain)
    return [float(np.abs(v + w * (full - v) - truth).mean()) for w in LAMBDAS]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True, help='a bundle exported without calibration')
    parser.add_argument('--fractions', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--pairs', type=int, default=160)
    parser.add_argument('--seed', type=int, default=7000)
    options = parser.parse_args()
    networks, _ = chain.load_bundle(options.bundle)
    heads = load_heads(options.fractions, 0, 16)
    rows = []
    for i in range(options.pairs):
        item = sample(np.random.default_rng([options.seed, i]), heads, None, 0, keep_volumes=True)
        fields = chain.sample_fields(networks, item, 8, seed=i)
        codes = [chain.encode(networks, item[k]).numpy()[0] for k in ('source', 'reference')]
        rows.append(dict(codes=codes, references=item['references'], errors=errors_by_lambda(item, fields), sd=mean_sd(item, fields),
                         redraw=redraw_error(networks, item['source'])))
    codes = np.array([c for r in rows for c in r['codes']])
    mean, precision = codes.mean(0), np.linalg.inv(np.cov(codes.T) + .02 * np.eye(codes.shape[1]))
    distance = lambda d: float(np.sqrt(d @ precision @ d))
    far = np.array([chain.comparable_distance(distance(r['codes'][1] - r['codes'][0]), r['references']) for r in rows])
    order, errors = np.argsort(far), np.array([r['errors'] for r in rows])
    bins = np.array_split(order, 8)
    best = [float(LAMBDAS[np.argmin(errors[b].mean(0))]) for b in bins]
    strength = increasing(best)
    spread = [r['sd'] * np.interp(f, [far[b].mean() for b in bins], strength) for r, f in zip(rows, far)]
    limit = lambda values: round(float(np.quantile(values, .995)), 6)
    out = dict(
        shrinkage={'codeDistance': [0.] + [round(float(far[b].mean()), 4) for b in bins], 'lambda': [0.] + [round(v, 3) for v in strength]},
        redrawError=dict(p995=limit([r['redraw'] for r in rows])), uncertainty=dict(limit=limit(spread)),
        codeSpread=dict(mean=[round(float(m), 6) for m in mean], precision=[[round(float(p), 6) for p in row] for row in precision],
                        p995=limit([distance(c - mean) for c in codes])))
    print(json.dumps(dict(bins=[dict(distance=round(float(far[b].mean()), 3), nothing=round(float(errors[b, 0].mean()), 4), full=round(float(errors[b, -1].mean()), 4),
                                     best=round(float(errors[b].mean(0).min()), 4)) for b in bins], **{k: out[k] for k in ('shrinkage', 'redrawError', 'uncertainty')})))
    with open(options.out, 'w') as f:
        json.dump(out, f, indent=1)


if __name__ == '__main__':
    main()
