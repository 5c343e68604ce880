#!/usr/bin/env bash
# statsmodels 0.15.0's McNemar test with its correction for continuity calls two networks
# that agree on every image different beyond doubt: p = 0.
#
# With b images that only the first has right and c that only the second has, the
# corrected statistic is (|b-c| - 1)²/(b+c), where the 1 can take away no more than there
# is: R's mcnemar.test takes it off only where b and c differ. statsmodels always does, and
# squares what is left. So where b = c, and nothing could be less of a difference, it says
# 1/(b+c), and p falls below 1, the further the fewer such images there are, while a
# difference of one image has a p of 1. Without any, as for a network and its copy, 1/0 is
# infinite and p is 0, with no more than NumPy's warning of a division; R says NaN there.
# The correction is the default with exact=False, which is the test for many images.
#
# Seen: p = 0 for 0 and 0, 0.480 for 1 and 1, 0.823 for 10 and 10, and 1 for 10 and 11; the
# exact test of the same function says 1 four times, as does the sum by hand. The script
# fails when that changes. The remedy is correction=False and a p of 1 where b = c, or
# exact=True.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6
env/bin/python -W ignore - <<'PY' | tee said
from math import comb

import numpy as np
from statsmodels.stats.contingency_tables import mcnemar

for b, c in (0, 0), (1, 1), (10, 10), (10, 11):
    truth = np.zeros(1000, int)
    first, second = truth.copy(), truth.copy()
    first[:100] = second[:100] = 1  # wrong in both
    second[100:100 + b] = 1
    first[200:200 + c] = 1
    right, too = first == truth, second == truth
    table = [[(right & too).sum(), (right & ~too).sum()], [(~right & too).sum(), (~right & ~too).sum()]]
    corrected = mcnemar(table, exact=False)
    exact = mcnemar(table, exact=True)
    hand = min(1, 2 * sum(comb(b + c, i) for i in range(min(b, c) + 1)) / 2 ** (b + c))
    print(f"{b} and {c}: corrected {corrected.statistic:.3f}, p = {corrected.pvalue:.3f}; exact p = {exact.pvalue:.3f}; by hand {hand:.3f}")
PY
[ "$(cat said)" = "0 and 0: corrected inf, p = 0.000; exact p = 1.000; by hand 1.000
1 and 1: corrected 0.500, p = 0.480; exact p = 1.000; by hand 1.000
10 and 10: corrected 0.050, p = 0.823; exact p = 1.000; by hand 1.000
10 and 11: corrected 0.000, p = 1.000; exact p = 1.000; by hand 1.000" ]
