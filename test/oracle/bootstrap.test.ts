import { expect, it } from 'vitest';

import { mean, variance } from '../../src/core/moments.ts';
import { bcaInterval } from '../../src/metrics/bootstrap.ts';
import { equivalenceOfDraws, resampled, resamplesOf } from '../../src/metrics/resampling.ts';
import { spearman } from '../../src/metrics/spearman.ts';
import { describeWithOracle, runOracle } from '../support/oraclePython.ts';

const script = `
import json, sys
import numpy as np
from scipy.stats import bootstrap, spearmanr
x, y = json.loads(sys.argv[1])
found = bootstrap((np.array(x),), np.var, n_resamples=20000, method="BCa", confidence_level=0.95, random_state=1, vectorized=True)
print(json.dumps({"low": found.confidence_interval.low, "high": found.confidence_interval.high, "spearman": spearmanr(x, y).statistic}))
`;

const equivalenceScript = `
import json, sys
from statsmodels.stats.weightstats import DescrStatsW
values, low, high = json.loads(sys.argv[1])
print(json.dumps({"p": DescrStatsW(values).ttost_mean(low, high)[0]}))
`;

describeWithOracle('equivalence by draws against the two one-sided t tests of statsmodels', ['statsmodels'], () => {
  // a bootstrap has lighter tails than t and, of few values, a variance too small by (n − 1)/n: 40 values keep both small
  const values = Array.from({ length: 40 }, (_, n) => 1 + 0.25 * Math.sin(2.4 * n) + 0.1 * Math.cos(7.1 * n));
  const resamples = resamplesOf(values.map((_, n) => ({ subject: `sub-${n}`, site: 'a' })), { resamples: 20_000, seed: 3 });
  const drawn = resampled((rows) => mean(Array.from(rows, (n) => values[n]!)), resamples);

  it.each([[0.9, 1.1], [0.95, 1.05], [0.97, 1.2], [0.99, 1.01]])('the margin %f to %f', async (low, high) => {
    const { p } = (await runOracle(equivalenceScript, [JSON.stringify([values, low, high])])) as { p: number };
    expect(Math.abs(equivalenceOfDraws(drawn, { low, high }) - p)).toBeLessThan(0.01);
  });
});

describeWithOracle('resampling statistics against scipy', ['scipy'], () => {
  // skewed, so that bias and acceleration matter: the percentile interval is lower by a fifth
  const x = [0.2, 0.3, 0.3, 0.5, 0.8, 0.9, 1.1, 1.4, 1.5, 1.9, 2.2, 2.4, 3.1, 3.3, 4.5, 5.2, 6.8, 9.7, 12.4, 18.9];
  const y = [3, 1, 1, 2, 8, 5, 4, 9, 7, 7, 6, 12, 10, 11, 15, 13, 14, 18, 16, 17];

  it('the BCa interval of a variance agrees within 4 % of its ends, the Monte Carlo error of 20,000 resamples', async () => {
    const theirs = (await runOracle(script, [JSON.stringify([x, y])])) as { low: number; high: number; spearman: number };
    const ours = bcaInterval((drawn) => variance(drawn.map((n) => x[n]!)), { clusters: x.length, resamples: 20_000, confidence: 0.95, seed: 5 });
    if ('withheld' in ours) throw new Error(ours.withheld);
    expect(Math.abs(ours.low / theirs.low - 1)).toBeLessThan(0.04);
    expect(Math.abs(ours.high / theirs.high - 1)).toBeLessThan(0.04);
    expect(spearman(x, y)).toBeCloseTo(theirs.spearman, 12);
  });
});
