#!/usr/bin/env bash
# uncertainty-toolbox 0.1.1 counts what lies above a quantile as what lies below it, and its
# recalibration moves a biased prediction the wrong way.
#
# get_proportion_under_quantile is documented as the share of the data below the predicted
# quantile, and prop_type="quantile" of the lists of proportions likewise. Both divide what
# was predicted less what was true by the standard deviation and ask whether that is less
# than the normal quantile. It should be what was true less what was predicted. So what is
# counted lies above the mirror image, the quantile 1 - q. For a prediction that is right on
# average, and for intervals, which have two like sides, that is the same. Where predictions
# are too low, the share is as much too large as it should be too small, and
# get_quantile_recalibrator, which is fitted to these shares, lowers them further.
#
# Seen for a mean of 0 and a deviation of 1 where the truth has the mean 1: 16 in 100 lie
# below the median, and the library says 84. Recalibrated, the median should be 1 and is -1,
# and 2 in 100 lie below it in place of 50. The script fails when that changes. The remedy is
# to change the signs of predictions and truth where shares are counted and the recalibrator
# is fitted, and not where it is asked.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check uncertainty-toolbox==0.1.1 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 matplotlib==3.11.2
OMP_NUM_THREADS=1 env/bin/python - <<'PY' | tee said
from statistics import NormalDist

import numpy as np
from uncertainty_toolbox.metrics_calibration import get_proportion_under_quantile, get_quantile
from uncertainty_toolbox.recalibration import get_quantile_recalibrator

n = 2000
truth = np.array([NormalDist(1, 1).inv_cdf((i + 0.5) / n) for i in range(n)])
mean, deviation = np.zeros(n), np.ones(n)
median = get_quantile(mean, deviation, 0.5)
says = get_proportion_under_quantile(mean, deviation, truth, 0.5)
turned = get_proportion_under_quantile(-mean, deviation, -truth, 0.5)
print(f"below the median: {(truth <= median).mean():.2f}, says {says:.2f}, with signs changed {turned:.2f}")
for what, sign in ("recalibrated", 1), ("with signs changed", -1):
    again = get_quantile_recalibrator(sign * mean, deviation, sign * truth)(mean, deviation, 0.5)
    print(f"median: true {np.median(truth):.1f}, {what} {again[0]:.1f}; below it {(truth <= again).mean():.2f}")
PY
[ "$(cat said)" = "below the median: 0.16, says 0.84, with signs changed 0.16
median: true 1.0, recalibrated -1.0; below it 0.02
median: true 1.0, with signs changed 1.0; below it 0.50" ]
