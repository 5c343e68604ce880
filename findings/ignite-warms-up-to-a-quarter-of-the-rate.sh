#!/usr/bin/env bash
# pytorch-ignite 0.5.5's LRScheduler warms up to a quarter of the learning rate, and stays there,
# where PyTorch's LinearLR is to warm up from a quarter to the whole.
#
# LRScheduler wraps a schedule of PyTorch, and attaches itself to ITERATION_STARTED, as its
# example does, which shows that StepLR then has the rates of PyTorch's own loop. PyTorch's
# schedules make their first step when they are made: the optimizer has its first rate before
# ignite is there. For the first batch ignite asks the schedule again what the first rate is,
# and many know the answer only from the rate before. LinearLR and ConstantLR multiply what the
# optimizer has by their factor, and so a second time, and whatever follows is made of that.
# ExponentialLR and PolynomialLR, too, take one step at once, and CosineAnnealingLR begins above
# the rate that it is to come down from. StepLR, OneCycleLR and LambdaLR are as they should be.
#
# Seen on 2026-11-30 with PyTorch 2.15.0, for a rate of 0.1 and five batches: LinearLR from 0.25
# in 3 batches ends at 0.1 in PyTorch's loop and at 0.025 in ignite, and ConstantLR likewise;
# ExponentialLR begins at 0.05 for 0.1, PolynomialLR at 0.08, which lets all its rates be a
# fifth lower, and CosineAnnealingLR at 0.117. The script fails when that changes. The remedy
# is LRScheduler(..., use_legacy=True), attached to ITERATION_COMPLETED.
# Needs a Python that has PyTorch 2.15, named by PYTHON, or python3; installs ignite into a
# temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	pytorch-ignite==0.5.5 packaging==26.4 'numpy==2.2.6; python_version < "3.11"' 'numpy==2.4.6; python_version >= "3.11"'
OMP_NUM_THREADS=1 PYTHONPATH=$dir "$python" -W ignore - <<'PY' | tee "$dir/said"
import torch
from ignite.engine import Engine, Events
from ignite.handlers import LRScheduler
from torch.optim import lr_scheduler as schedules

batches = 5


def begin(make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    return optimizer, make(optimizer), []


def pytorch(make):
    optimizer, schedule, rates = begin(make)
    for _ in range(batches):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def ignite(make, legacy):
    optimizer, schedule, rates = begin(make)
    trainer = Engine(lambda engine, batch: rates.append(optimizer.param_groups[0]["lr"]))
    if legacy:
        LRScheduler(schedule, use_legacy=True).attach(trainer, Events.ITERATION_COMPLETED)
    else:
        LRScheduler(schedule).attach(trainer)
    trainer.run([0] * batches, max_epochs=1)
    return rates


for name, arguments in dict(StepLR=dict(step_size=2), LinearLR=dict(start_factor=0.25, total_iters=3),
                            ConstantLR=dict(factor=0.25, total_iters=3), ExponentialLR=dict(gamma=0.5),
                            PolynomialLR=dict(total_iters=4), CosineAnnealingLR=dict(T_max=4)).items():
    make = lambda optimizer: getattr(schedules, name)(optimizer, **arguments)
    for where, rates in ("PyTorch", pytorch(make)), ("ignite", ignite(make, False)), ("legacy", ignite(make, True)):
        print(f"{name:17} {where:7}", *(f"{rate:.4f}" for rate in rates))
PY
[ "$(cat "$dir/said")" = "StepLR            PyTorch 0.1000 0.1000 0.0100 0.0100 0.0010
StepLR            ignite  0.1000 0.1000 0.0100 0.0100 0.0010
StepLR            legacy  0.1000 0.1000 0.0100 0.0100 0.0010
LinearLR          PyTorch 0.0250 0.0500 0.0750 0.1000 0.1000
LinearLR          ignite  0.0063 0.0125 0.0188 0.0250 0.0250
LinearLR          legacy  0.0250 0.0500 0.0750 0.1000 0.1000
ConstantLR        PyTorch 0.0250 0.0250 0.0250 0.1000 0.1000
ConstantLR        ignite  0.0063 0.0063 0.0063 0.0250 0.0250
ConstantLR        legacy  0.0250 0.0250 0.0250 0.1000 0.1000
ExponentialLR     PyTorch 0.1000 0.0500 0.0250 0.0125 0.0063
ExponentialLR     ignite  0.0500 0.0250 0.0125 0.0063 0.0031
ExponentialLR     legacy  0.1000 0.0500 0.0250 0.0125 0.0063
PolynomialLR      PyTorch 0.1000 0.0750 0.0500 0.0250 0.0000
PolynomialLR      ignite  0.0800 0.0600 0.0400 0.0200 0.0000
PolynomialLR      legacy  0.1000 0.0750 0.0500 0.0250 0.0000
CosineAnnealingLR PyTorch 0.1000 0.0854 0.0500 0.0146 0.0000
CosineAnnealingLR ignite  0.1172 0.0854 0.0500 0.0146 0.0000
CosineAnnealingLR legacy  0.1000 0.0854 0.0500 0.0146 0.0000" ] || { echo "ignite or PyTorch does otherwise now" >&2; exit 1; }
