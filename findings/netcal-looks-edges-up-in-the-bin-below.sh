#!/usr/bin/env bash
# netcal 1.4.0's histogram binning learns a probability on the edge of two bins in the upper
# one and looks it up in the lower one, and so spoils what was calibrated.
#
# HistogramBinning is documented to sort each prediction into a bin and to give it the
# frequency found there (Zadrozny and Elkan 2001). fit counts with a function of SciPy whose
# bins begin with their lower edge; transform finds the bin with one of NumPy, told that bins
# end with their upper edge. A probability that is an edge gets the frequency of the bin
# below, or where that is empty, its middle. It meets probabilities that are few and round:
# votes of an ensemble, leaves of a small tree, a table with one decimal, and one half, which
# is an edge of the default of ten bins.
#
# Seen with PyTorch 2.15.0 for four votes, four bins and 0.25, 0.5 and 0.75, each as frequent
# as it says: 0.125, 0.25 and 0.5, and netcal's own calibration error goes from 0.000 to
# 0.208. What lies a hair above comes back as 0.25, 0.5 and 0.75. The script fails when that
# changes. That is also the remedy: transform(numpy.nextafter(p, 1)).
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
from netcal.binning import HistogramBinning
from netcal.metrics import ECE

votes = np.array([0.25, 0.5, 0.75])
says = np.repeat(votes, 1000)
labels = np.concatenate([np.arange(1000) < 1000 * p for p in votes]).astype(int)
binning = HistogramBinning(bins=4).fit(says, labels)
for what, at in ("binned", votes), ("a hair above", np.nextafter(votes, 1)):
    print(what, binning.transform(at).round(3).tolist())
print(f"ECE before {ECE(10).measure(says, labels):.3f}, after {ECE(10).measure(binning.transform(says), labels):.3f}")
PY
[ "$(cat "$dir/said")" = "binned [0.125, 0.25, 0.5]
a hair above [0.25, 0.5, 0.75]
ECE before 0.000, after 0.208" ]
