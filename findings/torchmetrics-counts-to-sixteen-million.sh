#!/usr/bin/env bash
# torchmetrics 1.9.0's calibration error counts at most 2^24 predictions in a bin, and from
# there on takes the wrong means: 0 for a network that is off by a tenth.
#
# Its documentation has accuracy and confidence as means over a bin, and no limit to how
# many predictions there are. For each bin torchmetrics adds up ones, confidences and hits,
# in the type of the predictions. In 32 bits 2^24 + 1 is 2^24 again, so that the count
# stays at 16,777,216 while the sum of the hits still grows, and with it what is taken for
# the accuracy. That sums stand still is known of scatter_add_ (PyTorch, issue 124783). An
# overconfident network has most of its confidences in the last bin, and in segmentation
# every pixel is a prediction: 64 maps of 512 by 512 have 2^24.
#
# Seen with PyTorch 2.15.0 on a CPU, for a confidence of 0.5 that is right twice in five:
# 0.1000 for 10 million pixels, as it should be, and 0.0000 for twice as many, where the
# count stands at 4/5 of what it should be, the sum of the confidences as well, and that of
# the hits is right. The script fails when that changes. The remedy is to hand the
# probabilities over in 64 bits, as preds.double().
# Needs a Python that has PyTorch (2.0 or newer), named by PYTHON, or python3, and 1.1 GB of
# memory; installs torchmetrics and NumPy into a temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	torchmetrics==1.9.0 lightning-utilities==0.15.3 packaging==26.4 'numpy==2.2.6; python_version < "3.11"' 'numpy==2.4.6; python_version >= "3.11"'
PYTHONPATH=$dir "$python" - <<'PY' | tee "$dir/said"
import torch
from torchmetrics.functional.classification import binary_calibration_error

for n in 5 * 2**21, 5 * 2**22:
    sure = torch.full((n,), 0.5)
    labels = torch.tensor([1, 1, 0, 0, 0], dtype=torch.uint8).repeat(n // 5)
    by_hand = abs(labels.sum().item() / n - 0.5)  # all in one bin
    print(f"{n} pixels: by hand {by_hand:.4f}, torchmetrics {binary_calibration_error(sure, labels).item():.4f}")
PY
[ "$(cat "$dir/said")" = "10485760 pixels: by hand 0.1000, torchmetrics 0.1000
20971520 pixels: by hand 0.1000, torchmetrics 0.0000" ]
