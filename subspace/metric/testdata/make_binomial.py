# Writes binomial.json: E|X - np| of binomial numbers X ~ B(n, p), summed over
# SciPy's probabilities. Made with SciPy; run: python make_binomial.py
import json

import numpy as np
from scipy.stats import binom

rows = []
for n in (1, 2, 7, 50, 429, 10000):
    for p in (0.003, 0.2, 0.5, 0.71, 0.9948):
        k = np.arange(n + 1)
        rows.append({"n": n, "p": p, "deviation": float(np.sum(np.abs(k - n * p) * binom.pmf(k, n, p)))})
with open("binomial.json", "w") as f:
    json.dump(rows, f, indent=1)
    f.write("\n")
