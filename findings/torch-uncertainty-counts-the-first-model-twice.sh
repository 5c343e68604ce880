#!/usr/bin/env bash
# torch-uncertainty 0.13.0's SWA counts the first of the averaged models twice.
#
# Stochastic weight averaging is the mean of the weights at the end of each cycle (Izmailov
# et al. 2018, which it names). SWA keeps the number of models averaged so far, and for the
# first sets it to 1 and then adds 1 as for each one. So the second comes in with a third in
# place of a half, the third with a quarter, and the first keeps double weight for good. It
# is the one that is trained least. The package's own routines call the method before the
# validation of every epoch.
#
# Seen with PyTorch 2.15.0 for weights of 0, 1, 1 and 1: 0, 0.333, 0.5 and 0.6, where the
# means, and PyTorch's AveragedModel, are 0, 0.5, 0.667 and 0.75. The script fails when that
# changes. The remedy is to subtract 1 from num_avgd_models after the first update.
# Needs a Python that has PyTorch (2.0 or newer), named by PYTHON, or python3; installs
# torch-uncertainty into a temporary folder, and of it runs the one file that matters, which
# wants no other package.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" torch-uncertainty==0.13.0
"$python" -W ignore - "$dir/torch_uncertainty/methods/swa.py" <<'PY' | tee "$dir/said"
import runpy
import sys

import torch
from torch.optim.swa_utils import AveragedModel

SWA = runpy.run_path(sys.argv[1])["SWA"]
network = torch.nn.Linear(1, 1, bias=False)
swa, repaired = (SWA(network, cycle_start=0, cycle_length=1) for _ in range(2))
mean = AveragedModel(network)
for epoch, weight in enumerate([0.0, 1.0, 1.0, 1.0]):
    network.weight.data.fill_(weight)
    swa.update_wrapper(epoch)
    mean.update_parameters(network)
    repaired.update_wrapper(epoch)
    if epoch == 0:
        repaired.num_avgd_models -= 1
    print(*[f"{model.weight.item():.3f}" for model in (swa.swa_model, mean.module, repaired.swa_model)])
PY
[ "$(cat "$dir/said")" = "0.000 0.000 0.000
0.333 0.500 0.500
0.500 0.667 0.667
0.600 0.750 0.750" ]
