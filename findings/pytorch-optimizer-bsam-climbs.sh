#!/usr/bin/env bash
# pytorch-optimizer 4.1.0's BSAM climbs the loss that it is to go down: it moves its weights to the
# places where it looks at the gradient and leaves them there, and goes down a ten-thousandth.
#
# BSAM is "SAM as an Optimal Relaxation of Bayes" (Möllenhoff and Khan 2023); the README links
# the authors' code beside it. Each step looks at two gradients: one at the weights plus noise, and
# one at the weights plus rho / s times the first, a little higher up, where s is a scale kept for
# each weight. By the second the weights go down, from where they were, with weight_decay times the
# weights added to it. Here noise and way up are added to the weights themselves and never taken
# off, and the gradient is multiplied by weight_decay, 1e-4 unless told otherwise. So the way down
# is far shorter than the way up, and without decay there is none. (The noise has a deviation of
# 1 / (N s), too, for its root.)
#
# Seen with PyTorch 2.15.0, for half the sum of the squares of 100 weights of 0.1, which is 0.5, in
# 80 steps: 1200 with the default settings, and 1200 with a learning rate of 0, which is to leave
# the weights alone. With a rho and a weight_decay of 0 it neither climbs nor goes down. By hand
# the loss goes to 0, and with a learning rate of 0 it stays. The script fails when that changes.
# The remedy is the step by hand, as here, or the package's SAM, which takes off what it adds.
# Needs a Python (3.11 or newer) that has PyTorch (2.1 or newer), named by PYTHON, or python3;
# installs pytorch-optimizer and NumPy into a temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" pytorch-optimizer==4.1.0 numpy==2.4.6
OMP_NUM_THREADS=1 PYTHONPATH=$dir "$python" -W ignore - <<'PY' | tee "$dir/said"
import torch
from pytorch_optimizer import BSAM, SAM

images, steps = 50000, 80


def loss_of(weights):
    return weights.square().sum() / 2  # its gradient is the weights


def train(make):
    weights = torch.nn.Parameter(torch.full((100,), 0.1))
    optimizer = make([weights])

    def closure():
        optimizer.zero_grad()
        loss = loss_of(weights)
        loss.backward()
        return loss

    for _ in range(steps):
        closure()
        optimizer.step(closure)
    return loss_of(weights).item()


def by_hand(lr=0.5, beta1=0.9, beta2=0.999, weight_decay=1e-4, rho=0.05, damping=0.1):
    weights = torch.full((100,), 0.1)
    momentum, s = torch.zeros_like(weights), torch.ones_like(weights)
    for _ in range(steps):
        first = weights + torch.randn_like(weights) / (images * s).sqrt()
        second = weights + rho * first / s
        momentum = beta1 * momentum + (1 - beta1) * (second + weight_decay * weights)
        weights = weights - lr * momentum / s
        s = beta2 * s + (1 - beta2) * (s.sqrt() * first.abs() + weight_decay + damping)
    return loss_of(weights).item()


for what, options in ("default settings", {}), ("learning rate 0", {"lr": 0.0}), ("rho and weight_decay 0", {"rho": 0.0, "weight_decay": 0.0}):
    torch.manual_seed(1)
    print(f"{what}: {train(lambda weights: BSAM(weights, num_data=images, **options)):.2g}, by hand {by_hand(**options):.2f}")
print(f"SAM: {train(lambda weights: SAM(weights, torch.optim.SGD, lr=0.5)):.2f}")
PY
[ "$(cat "$dir/said")" = "default settings: 1.2e+03, by hand 0.00
learning rate 0: 1.2e+03, by hand 0.50
rho and weight_decay 0: 0.5, by hand 0.00
SAM: 0.00" ] || { echo "pytorch-optimizer does otherwise now" >&2; exit 1; }
