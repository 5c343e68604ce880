# Writes student.json: quantiles of Student's t, and means of paired differences
# with their 95 % confidence intervals. Made with SciPy; run: python make_student.py
import json

import numpy as np
from scipy import stats

quantiles = [
    {"p": p, "freedom": nu, "t": float(stats.t.ppf(p, nu))}
    for nu in (1, 2, 3, 4, 5, 7, 9, 10, 19, 30, 99, 1000)
    for p in (0.5, 0.6, 0.9, 0.95, 0.975, 0.995, 0.0001, 0.025)
]
rng = np.random.default_rng(1)
pairs = []
for n in (2, 3, 4, 5, 8, 30):
    a, b = rng.normal(61, 1, n).round(3), rng.normal(60.5, 1, n).round(3)
    result = stats.ttest_rel(a, b)
    low, high = result.confidence_interval(0.95)
    pairs.append({"a": a.tolist(), "b": b.tolist(), "mean": float(np.mean(a - b)), "low": float(low), "high": float(high)})
with open("student.json", "w") as f:
    json.dump({"quantiles": quantiles, "pairs": pairs}, f, indent=1)
    f.write("\n")
