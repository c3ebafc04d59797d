"""What the networks are unsure of, measured on training anatomies under scanners they never saw → calibration.json

python calibrate.py --bundle DIR --fractions CACHE --out calibration.json [--pairs 160]
Shrinkage: how much of a change to apply inside the brain and outside of it, by the Mahalanobis distance of the two codes (as with one reference
scan); non-decreasing, 0 at distance 0 (one's own style changes nothing). Inside the brain the change must also bring the histogram nearer to the
reference's by `margin`. Harm counts three times. Limits: 99.5 % points of redraw error, code distance from the training mean and of
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

LAMBDAS = chain.LAMBDAS
MARGINS = (0., .001, .002, .003, .005, .0075)  # model scale


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
    """Mean absolute error for every lambda in the brain and outside of it, and the brain's distances to the reference."""
    head = item['view'] & (item['values'] > .12) & (item['truth'] > .05)
    v, truth = item['values'][head], item['truth'][head]
    full = tone_field.apply_tone(tone_field.compose(item['curve'], fields.mean(0)), item['values'], head)
    brain = item['ellipse'][head]
    outside = (S.brain_share_of_voxels(item['brain_share']) < .5)[head]
    error = lambda mask: [float(np.abs(v + w * (full - v) - truth)[mask].mean()) for w in LAMBDAS]
    return error(brain), error(outside), chain.brain_distances(v[brain], full[brain], item['reference_quantiles'])


def harm_weighted(errors):
    """Change of the error against doing nothing, harm counted three times: [pairs, lambdas]."""
    change = errors - errors[:, :1]
    return change + 2 * np.maximum(change, 0)


def best_by_bin(cost, bins):
    """lambda of least mean cost in every bin of pairs, made non-decreasing."""
    return increasing([float(LAMBDAS[np.argmin(cost[b].mean(0))]) for b in bins])


def brain_rule(errors, distances, bins):
    """(margin, lambda by bin) of least harm-weighted error when the guard has its say."""
    best = None
    for margin in MARGINS:
        allowed = np.array([[chain.guarded(d, w, margin) for w in LAMBDAS] for d in distances])
        cost = np.take_along_axis(harm_weighted(errors), np.rint(allowed * 10).astype(int), 1)
        limits = best_by_bin(cost, bins)
        total = sum(cost[b, np.searchsorted(LAMBDAS, limit - 1e-9)].sum() for b, limit in zip(bins, limits))
        if best is None or total < best[0]:
            best = (total, margin, limits)
    return best[1:]


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
        item = sample(np.random.default_rng([options.seed, i]), heads)
        fields = chain.sample_fields(networks, item, 8, seed=i)
        codes = [chain.encode(networks, item[k]).numpy()[0] for k in ('source', 'reference')]
        brain, outside, distances = errors_by_lambda(item, fields)
        rows.append(dict(codes=codes, references=item['references'], brain=brain, outside=outside, distances=distances, sd=mean_sd(item, fields),
                         redraw=redraw_error(networks, item['source'])))
    codes = np.array([c for r in rows for c in r['codes']])
    mean, precision = codes.mean(0), np.linalg.inv(np.cov(codes.T) + .02 * np.eye(codes.shape[1]))
    distance = lambda d: float(np.sqrt(d @ precision @ d))
    far = np.array([chain.comparable_distance(distance(r['codes'][1] - r['codes'][0]), r['references']) for r in rows])
    bins = np.array_split(np.argsort(far), 8)
    brain, outside, distances = (np.array([r[k] for r in rows]) for k in ('brain', 'outside', 'distances'))
    margin, limits = brain_rule(brain, distances, bins)
    beyond = best_by_bin(harm_weighted(outside), bins)
    centres = [float(far[b].mean()) for b in bins]
    guarded = np.array([chain.guarded(d, np.interp(f, [0, *centres], [0, *limits]), margin) for d, f in zip(distances, far)])
    spread = np.array([r['sd'] for r in rows]) * guarded
    limit = lambda values: round(float(np.quantile(values, .995)), 6)
    out = dict(
        shrinkage={'codeDistance': [0.] + [round(c, 4) for c in centres], 'outside': [0.] + [round(v, 3) for v in beyond],
                   'brain': [0.] + [round(v, 3) for v in limits], 'margin': margin},
        redrawError=dict(p995=limit([r['redraw'] for r in rows])), uncertainty=dict(limit=limit(spread)),
        codeSpread=dict(mean=[round(float(m), 6) for m in mean], precision=[[round(float(p), 6) for p in row] for row in precision],
                        p995=limit([distance(c - mean) for c in codes])))
    at = np.rint(guarded * 10).astype(int)
    error = np.take_along_axis(brain, at[:, None], 1)[:, 0]
    print(json.dumps(dict(pairs=len(rows), nothing=round(float(brain[:, 0].mean()), 4), full=round(float(brain[:, -1].mean()), 4), guarded=round(float(error.mean()), 4),
                          worse=round(float((error > 1.01 * brain[:, 0]).mean()), 3), outside={'nothing': round(float(outside[:, 0].mean()), 4), 'full': round(float(outside[:, -1].mean()), 4)},
                          **{k: out[k] for k in ('shrinkage', 'redrawError', 'uncertainty')})))
    with open(options.out, 'w') as f:
        json.dump(out, f, indent=1)


if __name__ == '__main__':
    main()
