#!/usr/bin/env bash
# deepsig 1.2.8 corrects for many comparisons the wrong way round: of two networks it finds none
# better, however clearly it is, and the more there are, the less it asks for. And its correction
# of p-values hands them to other hypotheses than they belong to.
#
# multi_aso compares each two of several networks by their scores, and is documented to apply
# Bonferroni's correction to the confidence level unless told not to. For n comparisons that
# is 1 - (1 - c)/n: the more, the stricter. It takes c + (1 - c)/n, which comes down to c as n
# grows, and for n = 1, where there is nothing to correct, is 1. An upper bound with confidence
# 1 is 1, and NaN where the bootstrap finds no spread, that is, for the clearest winner.
# aso does so too with num_comparisons, where only 2 of them come out right.
#
# bonferroni_correction sorts the p-values and puts them back by the permutation that sorted
# them, in place of its inverse. For two, or for lists already in order, both are the same.
#
# Seen on 2026-11-30, for ten scores each (below 0.5 the first network counts as better): aso
# says 0.369 and multi_aso 1; for scores far apart 0 and NaN. For 45 comparisons, the pairs of
# ten networks, aso says 0.371, almost as without a correction, and 0.686, not better, at the
# level that is meant. Of p = 0.5, 0.001 and 0.03 the second becomes 0.5 and the third 0.003.
# The script fails when that changes. The remedy is aso with confidence_level=1 - 0.05/n and no
# num_comparisons, and statsmodels' multipletests for p-values.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check deepsig==1.2.8 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 joblib==1.6.0
OMP_NUM_THREADS=1 env/bin/python -W ignore - <<'PY' | tee said
import numpy as np
from deepsig import aso, bonferroni_correction, multi_aso

spread = np.array([-1.5, -1, -0.7, -0.4, -0.1, 0.1, 0.4, 0.7, 1, 1.5])
bad = (89.5 + np.array([-1.4, -1.1, -0.8, -0.3, -0.2, 0.2, 0.3, 0.9, 1.1, 1.3])).tolist()
good, far = (90 + spread).tolist(), (95 + spread).tolist()
few = dict(num_bootstrap_iterations=200, dt=0.02, seed=1, show_progress=False)

for name, scores in ("good and bad", good), ("far and bad", far):
    print(f"{name}: aso {aso(scores, bad, **few):.3f}, multi_aso {multi_aso([scores, bad], **few)[0, 1]:.3f},",
          f"without its correction {multi_aso([scores, bad], use_bonferroni=False, **few)[0, 1]:.3f}")
for n in 3, 10, 45:
    print(f"{n} comparisons: {aso(good, bad, num_comparisons=n, **few):.3f} in place of {aso(good, bad, confidence_level=1 - 0.05 / n, **few):.3f}")
for p in [0.5, 0.001, 0.03], [0.001, 0.03, 0.5]:
    print(*p, "corrected", *(f"{x:g}" for x in bonferroni_correction(np.array(p))))
PY
[ "$(cat said)" = "good and bad: aso 0.369, multi_aso 1.000, without its correction 0.369
far and bad: aso 0.000, multi_aso nan, without its correction 0.000
3 comparisons: 0.411 in place of 0.477
10 comparisons: 0.380 in place of 0.578
45 comparisons: 0.371 in place of 0.686
0.5 0.001 0.03 corrected 0.06 0.5 0.003
0.001 0.03 0.5 corrected 0.003 0.06 0.5" ] || { echo "deepsig does otherwise now" >&2; exit 1; }
