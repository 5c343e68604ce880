#!/usr/bin/env bash
# loss-landscapes 3.0.6 draws every second column of a plane one step off, so that the smoothest
# bowl has teeth like a saw, and goes the less far, the farther it is told to go.
#
# planar_interpolation and random_plane walk over their grid to and fro. At each point they step
# first and evaluate then, on the way back too: up a column these are the points 1 to n, down
# the next 0 to n - 1. Both are returned as if they lay side by side, which the code's own
# comment says as well, start + i one + j two, with j from 0. The network that the plane starts
# from is never looked at, nor is the one at the end of the first axis.
#
# distance is documented, for random_line and random_plane, as the greatest distance from the
# start in the space of parameters. The directions are made as long as the norm of the weights
# divided by it.
#
# Seen on 2026-11-30 with PyTorch 2.15.0: of the plane in 4 steps, the places along the second
# axis are 0.25, 0.5, 0.75 and 1 in one column and 0, 0.25, 0.5 and 0.75 in the next. A round
# bowl, cut in ten columns, has its lowest point in row 4 and row 5 by turns. For weights with
# the norm 5 a line of distance 0.1, which is the default, goes 50 far, of 1 it goes 5, and of
# 10 it goes 0.5. The script fails when that changes. The remedy is to leave out the last row of
# columns 0, 2 and so on and the first of the others, for which the bowl is round again, and
# to ask for norm/d to go as far as d.
# Needs a Python that has PyTorch (2.0 or newer), named by PYTHON, or python3; installs
# loss-landscapes and NumPy into a temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	loss-landscapes==3.0.6 'numpy==2.2.6; python_version < "3.11"' 'numpy==2.4.6; python_version >= "3.11"'
OMP_NUM_THREADS=1 PYTHONPATH=$dir "$python" -W ignore - <<'PY' | tee "$dir/said"
import torch
from loss_landscapes import planar_interpolation, random_line, random_plane
from loss_landscapes.metrics import Metric


class Network(torch.nn.Module):
    def __init__(self, *weights):
        super().__init__()
        self.weights = torch.nn.Parameter(torch.tensor(weights).reshape(1, -1))


class Of(Metric):
    def __init__(self, function):
        self.function = function

    def __call__(self, wrapper):
        return self.function(wrapper.modules[0].weights.detach()[0])


second = planar_interpolation(Network(0.0, 0.0), Network(1.0, 0.0), Network(0.0, 1.0), Of(lambda w: w[1].item()),
                              steps=4, deepcopy_model=True)
for i, column in enumerate(second):
    print(f"column {i} is at", *(f"{place:.2f}" for place in column))
torch.manual_seed(1)
start = torch.randn(1000)
bowl = random_plane(Network(*start.tolist()), Of(lambda w: (w - start).norm().item() ** 2), steps=10,
                    normalization="model", deepcopy_model=True)
print("lowest row of each column:", *bowl.argmin(axis=1))
rows = [column[1:] if i % 2 else column[:-1] for i, column in enumerate(bowl)]
print("of each column without one:", *(column.argmin() for column in rows))
start = torch.tensor([3.0, 4.0])
for distance in 0.1, 1, 10, 50:
    line = random_line(Network(3.0, 4.0), Of(lambda w: (w - start).norm().item()), distance=distance, deepcopy_model=True)
    print(f"distance {distance}: {line.max():.2f} far")
PY
[ "$(cat "$dir/said")" = "column 0 is at 0.25 0.50 0.75 1.00
column 1 is at 0.00 0.25 0.50 0.75
column 2 is at 0.25 0.50 0.75 1.00
column 3 is at 0.00 0.25 0.50 0.75
lowest row of each column: 4 5 4 5 4 5 4 5 4 5
of each column without one: 4 4 4 4 4 4 4 4 4 4
distance 0.1: 50.00 far
distance 1: 5.00 far
distance 10: 0.50 far
distance 50: 0.10 far" ] || { echo "loss-landscapes does otherwise now" >&2; exit 1; }
