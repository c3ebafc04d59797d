"""Reads one JSON object of samples, prints the same statistics as src/metrics/cohort by scipy, statsmodels and scikit-learn."""
import json
import sys

import numpy as np
import scipy.linalg
import scipy.stats as st
import statsmodels.api as sm
from sklearn.covariance import ledoit_wolf
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import rbf_kernel
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.weightstats import ttost_ind

given = json.load(open(sys.argv[1]))
a, b, c = (np.array(given[k]) for k in "abc")
x, y = np.array(given["x"]), np.array(given["y"])
out = {}

out["sf"] = [
    st.t.sf(1.7, 9), st.t.sf(-0.3, 4.5), st.f.sf(2.5, 3, 40), st.f.sf(0.2, 1, 7.5), st.chi2.sf(9.1, 4),
    st.norm.cdf(-3.1), st.norm.cdf(0.4),
]
out["anova"] = list(st.f_oneway(a, b, c))
out["brownForsythe"] = list(st.levene(a, b, c, center="median"))
rounded = [np.round(v, 1) for v in (a, b, c)]
out["kruskalWallis"] = list(st.kruskal(*rounded))
table = np.array(given["counts"])
chi = st.chi2_contingency(table, correction=False)
out["chiSquared"] = [chi.statistic, chi.pvalue, st.contingency.association(table, method="cramer")]
out["fisher"] = st.fisher_exact([[3, 9], [11, 4]]).pvalue
out["equivalence"] = ttost_ind(a, b, -0.8, 0.8, usevar="unequal")[0]
out["detectable"] = TTestIndPower().solve_power(nobs1=20, alpha=0.05, power=0.8, ratio=1.5)
p = [0.001, 0.04, 0.03, 0.5, 0.2, 0.04]
out["bh"] = list(multipletests(p, method="fdr_bh")[1])
out["holm"] = list(multipletests(p, method="holm")[1])
out["pearson"] = st.pearsonr(a[:9], b[:9]).statistic
out["spearman"] = st.spearmanr(rounded[0][:9], rounded[1][:9]).statistic
out["cohenD"] = (a.mean() - b.mean()) / ((a.std(ddof=1) + b.std(ddof=1)) / 2)
pooled = np.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2))
out["hedgesG"] = (a.mean() - b.mean()) / pooled * (1 - 3 / (4 * (len(a) + len(b)) - 9))
out["logVarianceRatio"] = np.log(a.var(ddof=1) / b.var(ddof=1))
covariance, shrinkage = ledoit_wolf(x)
out["ledoitWolf"] = [shrinkage, covariance[0, 0], covariance[0, 1]]
within, _ = ledoit_wolf(np.vstack([x - x.mean(0), y - y.mean(0)]), assume_centered=True)
shift = x.mean(0) - y.mean(0)
out["mahalanobis"] = float(np.sqrt(shift @ np.linalg.inv(within) @ shift))
cov = lambda v: np.cov(v, rowvar=False)
out["frobenius"] = np.linalg.norm(cov(x) - cov(y)) / np.linalg.norm(cov(np.vstack([x, y])))
both = np.vstack([x, y])
k = rbf_kernel(both, gamma=1 / (2 * 1.7**2))
n, m = len(x), len(y)
unbiased = lambda k: (k[:n, :n].sum() - np.trace(k[:n, :n])) / (n * (n - 1)) + (k[n:, n:].sum() - np.trace(k[n:, n:])) / (m * (m - 1)) - 2 * k[:n, n:].mean()
out["mmd2"] = unbiased(k)
out["kid"] = unbiased((both @ both.T / both.shape[1] + 1) ** 3)
root = scipy.linalg.sqrtm(cov(x) @ cov(y))
out["frechet"] = float(shift @ shift + np.trace(cov(x) + cov(y) - 2 * root.real))
pca = PCA(3).fit(both)
scores = pca.transform(both)
out["pca"] = [*pca.explained_variance_ratio_, *np.abs(scores[0])]
labels = np.array([0] * n + [1] * m)
design = sm.add_constant(both[:, 1:3])
mixed = sm.MixedLM(both[:, 0], design, groups=np.array(given["groups"])).fit(reml=True, method="lbfgs")
out["mixed"] = [float(mixed.cov_re[0, 0]), float(mixed.scale), float(mixed.llf)]
ols = sm.OLS(both[:, 0], design).fit()
larger = sm.OLS(both[:, 0], np.column_stack([design, labels])).fit()
out["linear"] = [ols.rsquared, *ols.params, *larger.compare_f_test(ols)[:2]]
out["auc"] = roc_auc_score(labels, both[:, 0])
for strength in (0.1, 10):
    model = LogisticRegression(C=strength, class_weight="balanced", tol=1e-12, max_iter=10000).fit(both / np.sqrt(both.shape[1]), labels)
    out[f"logistic{strength:g}"] = list(model.decision_function(both / np.sqrt(both.shape[1]))[:6])
out["smd"] = (a.mean() - b.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
print(json.dumps(out))
