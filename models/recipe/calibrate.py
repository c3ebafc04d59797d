"""What the networks are unsure of, measured on training anatomies under scanners they never saw → calibration.json

python calibrate.py --bundle DIR --fractions CACHE --out calibration.json [--pairs 160]
Shrinkage: what a change must achieve before it is applied, in the brain and outside of it: the region's histogram comes nearer to the reference's by
`margin` and by `reduction` of the distance. The least limits within one standard error of the best, harm counted twice. Further limits: 99.5 % points of redraw
error, code distance from the training mean and of the mean SD over draws.
"""
import argparse
import json

import numpy as np
import torch

import chain
import style_statistics as S
import tone_field
from simulate import load_heads, sample

MARGINS = (0., .002, .004, .006, .01, .015, .02, .03)  # model scale
REDUCTIONS = (0., .1, .2, .3, .4)


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
    """Mean absolute error for every lambda, in the brain and in the head outside of it."""
    head = item['view'] & (item['values'] > .12) & (item['truth'] > .05)
    v, truth = item['values'][head], item['truth'][head]
    full = tone_field.apply_tone(tone_field.compose(item['curve'], fields.mean(0)), item['values'], head)
    outside = (S.brain_share_of_voxels(item['brain_share']) < .5)[head]
    return [[float(np.abs(v + w * (full - v) - truth)[mask].mean()) for w in chain.LAMBDAS] for mask in (item['ellipse'][head], outside)]


def applied(distances, errors, margin, reduction):
    """(error, error of doing nothing) of every pair under these limits."""
    chosen = [chain.proven(d, margin, reduction) for d in distances]
    return np.array([e[int(round(w * 10))] for e, w in zip(errors, chosen)]), np.array([e[0] for e in errors]), np.array(chosen)


def proof(distances, errors):
    """The least limits that cost no more than the best ones do, within one standard error over pairs (Breiman et al. 1984): (margin, reduction).

    Cost: change of the error, harm counted twice. Larger limits than needed would leave alone what could be helped.
    """
    def costs(limits):
        error, nothing, _ = applied(distances, errors, *limits)
        return error - nothing + np.maximum(error - nothing, 0)
    limits = [(m, r) for m in MARGINS for r in REDUCTIONS]
    table = {pair: costs(pair) for pair in limits}
    best = min(limits, key=lambda pair: table[pair].mean())
    worse = {pair: table[pair] - table[best] for pair in limits}
    margin, reduction = next(pair for pair in limits if worse[pair].mean() <= worse[pair].std() / np.sqrt(len(distances)))
    return dict(margin=margin, reduction=reduction)


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
        rows.append(dict(codes=codes, errors=errors_by_lambda(item, fields), distances=chain.evidence(item, fields), sd=mean_sd(item, fields),
                         redraw=redraw_error(networks, item['source'])))
    codes = np.array([c for r in rows for c in r['codes']])
    mean, precision = codes.mean(0), np.linalg.inv(np.cov(codes.T) + .02 * np.eye(codes.shape[1]))
    distance = lambda d: float(np.sqrt(d @ precision @ d))
    shrinkage, summary = {}, {}
    for region, name in enumerate(('brain', 'outside')):
        distances, errors = ([r[k][region] for r in rows] for k in ('distances', 'errors'))
        shrinkage[name] = proof(distances, errors)
        error, nothing, strength = applied(distances, errors, **shrinkage[name])
        summary[name] = dict(nothing=round(float(nothing.mean()), 4), full=round(float(np.mean([e[-1] for e in errors])), 4), proven=round(float(error.mean()), 4),
                             worse=round(float((error > 1.01 * nothing).mean()), 3), left_alone=round(float((strength == 0).mean()), 3))
        if name == 'brain':
            spread = np.array([r['sd'] for r in rows]) * strength
    limit = lambda values: round(float(np.quantile(values, .995)), 6)
    out = dict(
        shrinkage=shrinkage,
        redrawError=dict(p995=limit([r['redraw'] for r in rows])), uncertainty=dict(limit=limit(spread)),
        codeSpread=dict(mean=[round(float(m), 6) for m in mean], precision=[[round(float(p), 6) for p in row] for row in precision],
                        p995=limit([distance(c - mean) for c in codes])))
    print(json.dumps(dict(pairs=len(rows), **summary, **{k: out[k] for k in ('shrinkage', 'redrawError', 'uncertainty')})))
    with open(options.out, 'w') as f:
        json.dump(out, f, indent=1)


if __name__ == '__main__':
    main()
