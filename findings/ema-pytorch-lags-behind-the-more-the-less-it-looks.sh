#!/usr/bin/env bash
# ema-pytorch 0.8.3 gives another average with update_every, which is to save on compute, and
# no longer the one that is asked for: of a whole training it keeps the beginning.
#
# Two of its averages have a decay that grows with the steps. KarrasEMA has that of Karras et
# al. 2023, (1 - 1/t)^(gamma + 1), by which a weight counts in proportion to t^gamma; EMA
# with a power and an inv_gamma of 1 is documented as a simple average, which is 1 - 1/t.
# Both decays are meant for every step t. With update_every=n only each n-th is averaged,
# but t still counts all calls, so that each of the few is let in by as little as one of
# many. KarrasEMA, and PostHocEMA, which is made of it, look at each 100th by default, and
# EMA at each 10th.
#
# Seen with PyTorch 2.15.0, for a weight that goes from 0 to 1 in 10,000 steps: sigma_rel=0.1
# should give (gamma + 1)/(gamma + 2), which is 0.89, and gives 0.89, 0.44 and 0.07 for each
# step, each 10th and each 100th; the simple average should be 0.50 and is 0.50, 0.09 and
# 0.01. The script fails when that changes. The remedy is update_every=1, or gamma =
# n (gamma + 1) - 1 and inv_gamma = n, for which it is 0.88 or more and 0.50.
# Needs a Python that has PyTorch (2.0 or newer), named by PYTHON, or python3; installs
# ema-pytorch and NumPy into a temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	ema-pytorch==0.8.3 'numpy==2.2.6; python_version < "3.11"' 'numpy==2.4.6; python_version >= "3.11"'
PYTHONPATH=$dir "$python" - <<'PY' | tee "$dir/said"
import torch
from ema_pytorch import EMA, KarrasEMA

steps = 10_000


def average(kind, **arguments):
    network = torch.nn.Linear(1, 1, bias=False).double()
    ema = kind(network, **arguments)
    for t in range(1, steps + 1):
        network.weight.data.fill_(t / steps)
        ema.update()
    return ema.ema_model.weight.item()


gamma = KarrasEMA(torch.nn.Linear(1, 1), sigma_rel=0.1).gamma
simple = dict(beta=1 - 1e-9, power=1, update_after_step=0)
print(f"by the formulas: {(gamma + 1) / (gamma + 2):.2f} and {(steps + 1) / steps / 2:.2f}")
for n in 1, 10, 100:
    karras = average(KarrasEMA, sigma_rel=0.1, update_every=n), average(KarrasEMA, gamma=n * (gamma + 1) - 1, update_every=n)
    plain = average(EMA, inv_gamma=1, update_every=n, **simple), average(EMA, inv_gamma=n, update_every=n, **simple)
    print(f"update_every={n}: {karras[0]:.2f} and {plain[0]:.2f}; made up for, {karras[1]:.2f} and {plain[1]:.2f}")
PY
[ "$(cat "$dir/said")" = "by the formulas: 0.89 and 0.50
update_every=1: 0.89 and 0.50; made up for, 0.89 and 0.50
update_every=10: 0.44 and 0.09; made up for, 0.89 and 0.50
update_every=100: 0.07 and 0.01; made up for, 0.88 and 0.50" ]
