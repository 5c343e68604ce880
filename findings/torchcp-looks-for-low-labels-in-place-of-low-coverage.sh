#!/usr/bin/env bash
# torchcp 1.2.1 searches for the images with the lowest labels where it is to search for those
# that are covered worst.
#
# WSC, the worst-slice coverage of Cauchois, Gupta and Duchi (2021) and of Romano, Sesia and
# Candès (2020), which it names, finds the slice of the images, between two planes, in which the
# prediction sets hold the right class least often, on a part of the images, and tells how often
# they do in that slice on the rest. It is how one sees that sets which cover 90 % of all images
# leave some kind of image out. The function that searches takes features, labels and coverage,
# and is handed features, coverage and labels. So it looks for the lowest mean of the labels,
# beginning with a limit of 1, which is the most that a coverage can be: with ten classes hardly
# any slice has a mean label below 1, and what it comes back with is the slice of all images. The
# worst coverage is then that of all, to be read as "as good everywhere". With two classes, of
# the labels 0 and 1, it is that of images with many 0s.
#
# Seen with PyTorch 2.15.0, for 4000 images with two features, of which those with the first above
# 0.9 have empty sets: all are covered 0.90, those 0.00, and the worst slice 0.91 with ten
# classes, where a search for coverage finds one with 0.12. With two it is 0.87, and 0.90 if the
# classes change their names. The script fails when that changes. The remedy is calWSC, called
# with arguments by name, and wsc_vab on images of their own, as WSC does.
# Needs a Python (3.11 or newer) that has PyTorch (2.3 or newer), named by PYTHON, or
# python3; installs torchcp into a temporary folder, without what other parts of it need.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	torchcp==1.2.1 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 joblib==1.6.0 threadpoolctl==3.8.0 \
	cloudpickle==3.1.3 narwhals==2.29.0 tqdm==4.70.1
OMP_NUM_THREADS=1 PYTHONPATH=$dir "$python" -W ignore - <<'PY' | tee "$dir/said"
import sys
from importlib.util import find_spec
from types import ModuleType

import numpy as np
import torch
from sklearn.model_selection import train_test_split

# Its __init__ modules import all its parts, and with them torchvision and more. These stand for
# them, so that the one with the metrics is loaded as it is.
folder = find_spec("torchcp").submodule_search_locations[0]
for name in "torchcp", "torchcp.utils", "torchcp.classification", "torchcp.classification.utils":
    sys.modules[name] = ModuleType(name)
    sys.modules[name].__path__ = [folder + name.removeprefix("torchcp").replace(".", "/")]
from torchcp.classification.utils.metrics import WSC, calWSC, coverage_rate, wsc_vab

drawn = np.random.default_rng(1)
x = torch.tensor(drawn.random((4000, 2)))
left_out = x[:, 0] > 0.9  # one kind of image, with sets that are empty


def remedy(x, y, covered, **options):
    """WSC with the arguments of calWSC in their order."""
    x_search, x_test, y_search, y_test, c_search, c_test = train_test_split(
        x.numpy(), y.numpy(), covered.numpy(), test_size=0.75, random_state=2020)
    _, v, a, b = calWSC(x_search, y=y_search, covered=c_search, random_state=2020, verbose=False, **options)
    return wsc_vab(x_test, y_test, c_test, v, a, b)


for k in 10, 2:
    labels = torch.tensor(drawn.integers(0, k, len(x)))
    for what, y in ("labels", labels), ("other names for them", k - 1 - labels):
        sets = torch.nn.functional.one_hot(y, k).bool()
        sets[left_out] = False
        covered = sets[torch.arange(len(y)), y]
        print(f"{k} classes, {what}: covered {coverage_rate(sets, y):.2f}, in the worst slice {WSC(x, sets, y, M=100):.2f},",
              f"remedy {remedy(x, y, covered, M=100):.2f}; where they are left out {covered[left_out].float().mean():.2f}")
PY
[ "$(cat "$dir/said")" = "10 classes, labels: covered 0.90, in the worst slice 0.91, remedy 0.12; where they are left out 0.00
10 classes, other names for them: covered 0.90, in the worst slice 0.91, remedy 0.12; where they are left out 0.00
2 classes, labels: covered 0.90, in the worst slice 0.87, remedy 0.12; where they are left out 0.00
2 classes, other names for them: covered 0.90, in the worst slice 0.90, remedy 0.12; where they are left out 0.00" ] || { echo "torchcp does otherwise now" >&2; exit 1; }
