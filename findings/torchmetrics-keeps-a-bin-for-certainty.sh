#!/usr/bin/env bash
# torchmetrics 1.9.0's calibration error has one bin more than asked for, which holds
# the predictions of confidence exactly 1.
#
# The last of n bins should hold the confidences from 1 - 1/n to 1 (Guo et al. 2017).
# torchmetrics looks each one up among the n + 1 edges, and 1, the last edge, counts as
# the beginning of a further bin, for which the sums have room. In 32 bits a softmax
# gives 1 from a lead of some 17 on, so an overconfident network has many such predictions.
# What is too sure in one of the two bins and too modest in the other no longer cancels,
# and the error is larger; the maximum error is that of the certain ones alone, be it a
# single image.
#
# Seen with PyTorch 2.15.0: of ten predictions 0.99, right, and one 1, wrong, in ten bins,
# an error (l1) of 0.1 and a maximum of 1. The last bin has accuracy 10/11 and confidence
# 0.991, so that both are 0.082, which is what comes with 1 - 2^-24 in place of 1. The
# script fails when that changes.
# Needs a Python that has PyTorch (2.0 or newer), named by PYTHON, or python3; installs
# torchmetrics and NumPy into a temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	torchmetrics==1.9.0 lightning-utilities==0.15.3 packaging==26.4 'numpy==2.2.6; python_version < "3.11"' 'numpy==2.4.6; python_version >= "3.11"'
PYTHONPATH=$dir "$python" - <<'PY' | tee "$dir/said"
import torch
from torchmetrics.functional.classification import multiclass_calibration_error

print("softmax of a lead of 18:", torch.tensor([18.0, 0.0]).softmax(0)[0].item())
for certain in 1.0, 1 - 2**-24:
    sure = torch.tensor([0.99] * 10 + [certain])
    labels = torch.tensor([0] * 10 + [1])
    errors = [multiclass_calibration_error(torch.stack([sure, 1 - sure], 1), labels, num_classes=2, n_bins=10, norm=norm)
              for norm in ("l1", "max")]
    print("certain" if certain == 1 else "nearly certain", *[f"{e.item():.3f}" for e in errors])
PY
[ "$(cat "$dir/said")" = "softmax of a lead of 18: 1.0
certain 0.100 1.000
nearly certain 0.082 0.082" ]
