"""The recipe's own arithmetic on arrays that the test wrote: statistics, quantiles, start, composed tone field, applied."""
import json
import sys

import numpy as np

folder, recipe = sys.argv[1:3]
sys.path.insert(0, recipe)
import style_statistics as S  # noqa: E402
import tone_field  # noqa: E402

load = lambda name, dtype=np.float32: np.fromfile(f'{folder}/{name}', dtype)
working = load('working').reshape(S.FRAME)
brain = load('brain', np.uint8).reshape(S.FRAME) > 0
residual = load('residual').reshape(S.KNOTS, *S.GRID)
reference = load('reference')
qs = S.quantiles(working[brain])
curve = S.start_curve(qs, reference)
counts, = S.splat(S.apply_curve(curve, working).ravel(), S.CELL_INDEX)
tone = tone_field.compose(curve, residual)
share = load('share').reshape(S.GRID)
met = tone_field.meet(tone, (S.start_curve(qs, reference), .8), (S.start_curve(reference, qs), .5), share)
brain_values = working[brain]
parts = np.stack([(np.arange(brain_values.size) % (k + 3) == 0) * (.2 + .1 * k) for k in range(4)])
parts /= np.maximum(1, parts.sum(0))
amounts, looks = S.tissue_quantiles(brain_values, parts)
out = {'amounts': amounts, 'looks': looks, 'standard': S.with_amounts(np.array([.1, .3, .05, .4, .15]), looks), 'statistics': S.local_statistics(counts), 'quantiles': qs, 'applied': tone_field.apply_tone(met, working, brain),
       'tone': tone.transpose(1, 2, 3, 0), 'met': met.transpose(1, 2, 3, 0)}
for name, values in out.items():
    np.ascontiguousarray(values, np.float32).tofile(f'{folder}/{name}.out')
print(json.dumps({name: list(np.shape(values)) for name, values in out.items()}))
