#!/usr/bin/env bash
# pytorch-ignite 0.5.5's ReduceLROnPlateauScheduler forgets min_lr, the rate below which it is
# not to go, and goes on lowering.
#
# It documents that its further arguments are passed to PyTorch's ReduceLROnPlateau. min_lr is
# one of them, and alone is replaced by 0, unless there is a param_group_index. With one it is
# put in that place of a list with zeros elsewhere, and looked up among the groups that are
# scheduled, of which there is one then, at 0. So it holds where the index is 0, and nowhere
# else, and nothing is said. A training that is to go on slowly at that floor comes to a stand
# instead.
#
# Seen on 2026-11-30 with PyTorch 2.15.0, for a rate of 0.1 that is divided by 10 five times and
# is not to go below 0.01: PyTorch says 0.01 in each case, and ignite 1e-06 for one group, for
# two groups, for a list of a rate a group, and for the second group alone. The script fails
# when that changes. The remedy is to give scheduler.scheduler.min_lrs a list of one rate for
# each group that is scheduled, after it is made.
# Needs a Python that has PyTorch (2.2 or newer), named by PYTHON, or python3; installs ignite
# into a temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	pytorch-ignite==0.5.5 packaging==26.4 'numpy==2.2.6; python_version < "3.11"' 'numpy==2.4.6; python_version >= "3.11"'
OMP_NUM_THREADS=1 PYTHONPATH=$dir "$python" -W ignore - <<'PY' | tee "$dir/said"
import torch
from ignite.engine import Engine
from ignite.handlers import ReduceLROnPlateauScheduler

plateau = dict(mode="min", factor=0.1, patience=0)


def sgd(groups):
    return torch.optim.SGD([dict(params=[torch.nn.Parameter(torch.zeros(1))]) for _ in range(groups)], lr=0.1)


def rates(optimizer):
    return "/".join(f"{group['lr']:.0e}" for group in optimizer.param_groups)


def pytorch(groups, floor):
    optimizer = sgd(groups)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, min_lr=floor, **plateau)
    for _ in range(6):
        scheduler.step(1.0)
    return rates(optimizer)


def ignite(groups, floor, index=None, floors=None):
    optimizer, evaluator = sgd(groups), Engine(lambda engine, batch: None)
    evaluator.state.metrics["loss"] = 1.0
    scheduler = ReduceLROnPlateauScheduler(optimizer, "loss", param_group_index=index, min_lr=floor, **plateau)
    if floors:
        scheduler.scheduler.min_lrs = floors
    for _ in range(6):
        scheduler(evaluator)
    return rates(optimizer)


print("one group:", pytorch(1, 0.01), "and", ignite(1, 0.01), "mended", ignite(1, 0.01, floors=[0.01]))
print("two groups:", pytorch(2, 0.01), "and", ignite(2, 0.01), "mended", ignite(2, 0.01, floors=[0.01, 0.01]))
print("a rate each:", pytorch(2, [0.01, 0.001]), "and", ignite(2, [0.01, 0.001]), "mended", ignite(2, [0.01, 0.001], floors=[0.01, 0.001]))
print("the first alone:", ignite(2, 0.01, index=0))
print("the second alone:", ignite(2, 0.01, index=1), "mended", ignite(2, 0.01, index=1, floors=[0.01]))
PY
[ "$(cat "$dir/said")" = "one group: 1e-02 and 1e-06 mended 1e-02
two groups: 1e-02/1e-02 and 1e-06/1e-06 mended 1e-02/1e-02
a rate each: 1e-02/1e-03 and 1e-06/1e-06 mended 1e-02/1e-03
the first alone: 1e-02/1e-01
the second alone: 1e-01/1e-06 mended 1e-01/1e-02" ] || { echo "ignite does otherwise now" >&2; exit 1; }
