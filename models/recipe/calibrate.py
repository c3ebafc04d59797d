"""What the networks are unsure of, measured on training anatomies under scanners they never saw → calibration.json

python calibrate.py --bundle DIR --fractions CACHE --out calibration.json [--pairs 160]
personSpread: how far one person's histogram lies from the mean of a scanner's people, in the brain and outside of it: the value under which the change that is
applied (chain.trusted) costs least, harm counted four times; and how many people that knowledge is worth beside those of a cohort, from how much scanners differ
in it. Further limits: 99.5 % points of redraw error, code distance from the
training mean and of the mean SD over draws.
"""
import argparse
import json
from functools import partial

import numpy as np
import torch
from scipy.optimize import brentq
from scipy.special import polygamma

import chain
import style_statistics as S
import tone_field
from simulate import sample
from travel import load_heads, travelling

SPREADS = (0., .01, .015, .02, .024, .026, .028, .03, .032, .034, .036, .038, .042, .046, .05, .055, .06, .067, .075)  # model scale


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


SHARES = np.linspace(0, 1, 11)
HARM = 4  # an error that was not there before counts so many times
GROUP = 6  # people of a scanner, for how much scanners differ in their people's spread


def errors_by_share(item, fields):
    """Mean absolute error with 0, .1 ... 1 of the change, in the brain and in the head outside of it."""
    head = item['view'] & (item['values'] > .12) & (item['truth'] > .05)
    v, truth = item['values'][head], item['truth'][head]
    full = tone_field.apply_tone(chain.toned(item, fields), item['values'], head)
    outside = (S.brain_share_of_voxels(item['brain_share']) < .5)[head]
    return [[float(np.abs(v + w * (full - v) - truth)[mask].mean()) if mask.any() else 0. for w in SHARES] for mask in (item['ellipse'][head], outside)]


def applied(rows, region, spread):
    """(error, error of doing nothing, share applied) of every pair, were this the spread."""
    shares = np.array([chain.trusted(r['distances'][region], spread, r['references']) for r in rows])
    errors = [r['errors'][region] for r in rows]
    return np.array([np.interp(w, SHARES, e) for e, w in zip(errors, shares)]), np.array([e[0] for e in errors]), shares


def person_spread(rows, region):
    def cost(spread):
        error, nothing, _ = applied(rows, region, spread)
        return (error - nothing + (HARM - 1) * np.maximum(error - nothing, 0)).mean()
    return min(SPREADS, key=cost)


def scanner_variances(networks, heads, groups, seed):
    """Variance between people of one scanner, in the brain and outside of it, [2 · groups, 2]."""
    out, attempt, look = [], 0, partial(chain.tissue_look, networks)
    while len(out) < 2 * groups:
        rng = np.random.default_rng([seed, attempt])
        attempt += 1
        drawn = travelling(rng, heads, rng.choice(len(heads), GROUP, replace=False))
        if drawn is None or any(s.quantiles is None for t in drawn[0] for s in t.scans):
            continue
        for scans in zip(*(t.scans for t in drawn[0])):
            looks = [look(s) for s in scans]
            tissue = np.mean([own['tissue'] for own in looks], 0)
            beyond = [S.outside_quantiles(s.values, own['outside']) for s, own in zip(scans, looks)]
            if all(q is not None for q in beyond):
                squares = (sum(S.tissue_distance(own['amounts'], own['tissue'], tissue) ** 2 for own in looks),
                           sum(float(np.abs(q - np.mean(beyond, 0)).mean()) ** 2 for q in beyond))
                out.append([s / (GROUP - 1) for s in squares])
    return np.array(out)


def prior_people(variances):
    """Degrees of freedom of the scaled inverse chi-square that the scanners' variances come from (Smyth 2004, sec. 6.2), the mean of brain and outside."""
    def freedom(values):
        excess = np.log(values).var(ddof=1) - polygamma(1, (GROUP - 1) / 2)
        return 2 * brentq(lambda half: polygamma(1, half) - excess, 1e-3, 1e4) if excess > 1e-3 else 50.
    return round(float(np.mean([freedom(v) for v in variances.T])), 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True, help='a bundle exported without calibration')
    parser.add_argument('--fractions', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--pairs', type=int, default=160)
    parser.add_argument('--groups', type=int, default=24, help='groups of people under two scanners each')
    parser.add_argument('--seed', type=int, default=7000)
    options = parser.parse_args()
    networks, _ = chain.load_bundle(options.bundle)
    heads = load_heads(options.fractions, 0, 16)
    rows = []
    for i in range(options.pairs):
        item = sample(np.random.default_rng([options.seed, i]), heads, look=partial(chain.tissue_look, networks))
        fields = chain.sample_fields(networks, item, 8, seed=i)
        codes = [chain.encode(networks, item[k]).numpy()[0] for k in ('source', 'reference')]
        rows.append(dict(codes=codes, errors=errors_by_share(item, fields), distances=chain.evidence(item), references=item['references'], sd=mean_sd(item, fields),
                         redraw=redraw_error(networks, item['source'])))
    codes = np.array([c for r in rows for c in r['codes']])
    mean, precision = codes.mean(0), np.linalg.inv(np.cov(codes.T) + .02 * np.eye(codes.shape[1]))
    distance = lambda d: float(np.sqrt(d @ precision @ d))
    spread, summary = dict(people=prior_people(scanner_variances(networks, heads, options.groups, options.seed + 500))), {}
    for region, name in enumerate(('brain', 'outside')):
        spread[name] = person_spread(rows, region)
        error, nothing, share = applied(rows, region, spread[name])
        summary[name] = dict(nothing=round(float(nothing.mean()), 4), full=round(float(np.mean([r['errors'][region][-1] for r in rows])), 4), trusted=round(float(error.mean()), 4),
                             worse=round(float((error > 1.01 * nothing).mean()), 3), left_alone=round(float((share == 0).mean()), 3))
        if name == 'brain':
            sd = np.array([r['sd'] for r in rows]) * share
    limit = lambda values: round(float(np.quantile(values, .995)), 6)
    out = dict(
        personSpread=spread,
        redrawError=dict(p995=limit([r['redraw'] for r in rows])), uncertainty=dict(limit=limit(sd)),
        codeSpread=dict(mean=[round(float(m), 6) for m in mean], precision=[[round(float(p), 6) for p in row] for row in precision],
                        p995=limit([distance(c - mean) for c in codes])))
    print(json.dumps(dict(pairs=len(rows), **summary, **{k: out[k] for k in ('personSpread', 'redrawError', 'uncertainty')})))
    with open(options.out, 'w') as f:
        json.dump(out, f, indent=1)


if __name__ == '__main__':
    main()
