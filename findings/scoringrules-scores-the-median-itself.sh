#!/usr/bin/env bash
# scoringrules 0.10.0's weighted interval score takes the predicted median for its error, unless
# Numba is installed: the lower a forecast lies, the better it is, down to scores below 0.
#
# The score of a forecast by its quantiles is documented, after Bracher et al., as the weighted
# mean of |y - m|, where m is the median, and of the scores of the intervals; it stands in for
# the CRPS. weighted_interval_score adds the weight times m where the weight times |y - m|
# belongs, and what came true does not enter there. NumPy, PyTorch, JAX and TensorFlow share
# that code, and NumPy is what a plain pip install computes with. Numba has code of its own,
# which is right, and is taken by itself wherever it can be imported. So one call with the same
# numbers has two results, depending on what else is installed.
#
# Seen on 2026-11-30, for two forecasts of one thing with equally wide intervals that hold it,
# and medians that are off by 0.5 and by 2: by the formula they score 0.74 and 1.04, wherever
# the 0 of the unit lies. Here they score 1.74 and 1.24 for a truth of 5, 0.74 and 0.24 for 0,
# and -1.26 and -1.76 for -10: the worse one wins each time. The script fails when that
# changes. The remedy is w_median=0, with |y - m| / (2 K + 1) added by hand for K intervals,
# or Numba, with whose 0.68.1 the values are those of the formula.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check scoringrules==0.10.0 scipy==1.17.1 numpy==2.4.6
env/bin/python - <<'PY' | tee said
import numpy as np
from scoringrules import weighted_interval_score

alpha, half = np.array([0.2, 0.5]), np.array([3.0, 2.0])  # of the intervals of 80 % and 50 %


def formula(y, m, lower, upper):
    total = abs(y - m) / 2
    for a, l, u in zip(alpha, lower, upper):
        total += a / 2 * (u - l + 2 / a * max(l - y, 0) + 2 / a * max(y - u, 0))
    return total / (len(alpha) + 0.5)


for y in 5.0, 0.0, -10.0:
    forecasts = [(y, m, m - half, m + half) for m in (y + 0.5, y - 2)]
    by_hand = [formula(*f) for f in forecasts]
    seen = [float(weighted_interval_score(*f, alpha)) for f in forecasts]
    remedy = [float(weighted_interval_score(*f, alpha, w_median=0)) + abs(f[0] - f[1]) / (2 * len(alpha) + 1) for f in forecasts]
    print(f"truth {y:g}:", *(f"{name} {a:.2f} and {b:.2f}" for name, (a, b) in (("formula", by_hand), ("seen", seen), ("remedy", remedy))))
PY
[ "$(cat said)" = "truth 5: formula 0.74 and 1.04 seen 1.74 and 1.24 remedy 0.74 and 1.04
truth 0: formula 0.74 and 1.04 seen 0.74 and 0.24 remedy 0.74 and 1.04
truth -10: formula 0.74 and 1.04 seen -1.26 and -1.76 remedy 0.74 and 1.04" ] || { echo "scoringrules does otherwise now" >&2; exit 1; }
