#!/usr/bin/env bash
# netcal 1.4.0's MMCE calls a good network of two classes all wrong if it gets one column,
# the probability of class 1, and not if it gets both.
#
# One column is what its documentation names for two classes, and its formula (Kumar et al.
# 2018) has the highest probability of any class, and whether the label is that class. For
# one column netcal takes the label as it should, class 0 below one half, and as confidence
# the probability of class 1 as it stands. A network that says 0.05 and therefore 0 is
# counted as right with a confidence of 0.05, not of 0.95. The error is large where most
# images are far from being class 1, as in the search for what is rare.
#
# Seen with PyTorch 2.15.0 for 0.05 said of 1000 images of which 40 are class 1: 0.91 for one
# column, 0.01 for two and by the formula, and netcal's ECE is 0.01 for both. The script fails
# when that changes. The remedy is two columns, numpy.stack([1 - p, p], 1).
# Needs a Python (3.11 or newer) that has PyTorch (2.3 or newer), named by PYTHON, or
# python3; installs netcal into a temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	netcal==1.4.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 joblib==1.6.0 threadpoolctl==3.8.0 \
	cloudpickle==3.1.3 narwhals==2.29.0 tqdm==4.70.1
OMP_NUM_THREADS=1 PYTHONPATH=$dir "$python" -W ignore - <<'PY' | tee "$dir/said"
import numpy as np
from netcal.metrics import ECE, MMCE

p = np.full(1000, 0.05)
labels = (np.arange(1000) < 40).astype(int)
both = np.stack([1 - p, p], 1)
for name, measure in ("MMCE", MMCE().measure), ("ECE", ECE(10).measure):
    print(f"{name}: one column {measure(p, labels):.2f}, two {measure(both, labels):.2f}")
confidence = both.max(1)
off = (both.argmax(1) == labels) - confidence
kernel = np.exp(-2.5 * abs(confidence[:, None] - confidence))
print(f"by the formula {np.sqrt(off @ kernel @ off) / len(p):.2f}")
PY
[ "$(cat "$dir/said")" = "MMCE: one column 0.91, two 0.01
ECE: one column 0.01, two 0.01
by the formula 0.01" ]
