# Writes images.json: McNemar's test by statsmodels, the interval of Agresti and Min from
# the images themselves (weighted by NumPy: no formula of ours), Student's p by SciPy, and
# Holm's correction by statsmodels. Made with SciPy 1.17.1 and statsmodels 0.15.0; run:
# python make_images.py
import json

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import zconfint, ztest

rng = np.random.default_rng(1)
pairs = []
for n, both, first, second in [
    (100, 50, 0, 0), (100, 50, 1, 0), (100, 50, 0, 6), (100, 50, 5, 5), (100, 40, 15, 9), (100, 40, 9, 15),
    (100, 40, 16, 9), (100, 40, 3, 22), (1000, 700, 60, 40), (10000, 8800, 310, 250), (10000, 9100, 260, 255),
    (10000, 9000, 12, 2), (1, 0, 1, 0), (7, 0, 7, 0),
]:
    neither = n - both - first - second
    few = first + second < 25
    p = mcnemar([[both, first], [second, neither]], exact=few, correction=False).pvalue if first + second else 1.0
    # The differences of all images, and half an image more of each kind.
    d = np.repeat([0.0, 1.0, -1.0, 0.0], [both, first, second, neither])
    d, w = np.append(d, [0, 1, -1, 0]), np.append(np.ones(n), np.full(4, 0.5))
    mean = np.average(d, weights=w)
    reach = stats.norm.ppf(0.975) * np.sqrt(np.average((d - mean) ** 2, weights=w) / w.sum())
    pairs.append({"n": n, "both": both, "first": first, "second": second, "p": float(p),
                  "low": float(mean - reach), "high": float(mean + reach)})
student = []
for n in (2, 3, 4, 5, 8, 30):
    for shift in (0.2, 3, 30):
        a, b = rng.normal(60 + shift, 1, n).round(3), rng.normal(60, 1, n).round(3)
        student.append({"a": a.tolist(), "b": b.tolist(), "p": float(stats.ttest_rel(a, b).pvalue)})
versions = []
for n, k in ((40, 1), (100, 5), (200, 5)):
    a, b = rng.random((k, n)) < 0.6, rng.random((k, n)) < 0.5
    d = a.mean(0) - b.mean(0)
    low, high = zconfint(d)
    versions.append({"a": a.tolist(), "b": b.tolist(), "mean": float(d.mean()), "low": float(low), "high": float(high), "p": float(ztest(d)[1])})
families = []
for k in (1, 2, 5, 42):
    p = (rng.random(k) ** 3).round(4)
    p[: k // 3] = p[k // 2]  # ties
    families.append({"p": p.tolist(), "corrected": multipletests(p, method="holm")[1].tolist()})
with open("images.json", "w") as f:
    json.dump({"pairs": pairs, "student": student, "versions": versions, "families": families}, f, separators=(",", ":"))
    f.write("\n")
