#!/usr/bin/env bash
# Keras 3.15.1 gives back the last weights in place of their average when SwapEMAWeights is
# there and training stops early, and the average is gone.
#
# With use_ema=True an optimizer keeps an exponential average of the weights, and fit is
# documented to put it in their place after the last epoch: "you don't need to do anything".
# SwapEMAWeights(swap_on_epoch=True) exchanges the two at the end of each epoch, so that
# checkpoints hold the average, and back at the start of the next. Before the end of fit it
# has to put the average on both sides. It does that in the last of the epochs that fit was
# asked for; if EarlyStopping, or anything else, ends it before, fit takes the other side for
# the average, and those are the weights as they were trained. They are then in both places.
#
# Seen with the PyTorch backend (PyTorch 2.15.0), for a weight on its way from 0 to 5, which
# is 4.46 after five epochs and has an average of 2.64: 2.64 with EarlyStopping alone, which
# stops after five of ten, 2.64 with SwapEMAWeights for five of five, and 4.46 with both. The
# script fails when that changes. The remedy is a ModelCheckpoint after SwapEMAWeights, which
# has the average, or SwapEMAWeights() without swap_on_epoch.
# Needs a Python (3.11 or newer) that has PyTorch (2.1 or newer), named by PYTHON, or
# python3; installs Keras into a temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	keras==3.15.1 numpy==2.4.6 h5py==3.16.0 ml-dtypes==0.6.0 optree==0.20.0 absl-py==2.5.1 namex==0.1.0 \
	rich==15.0.0 markdown-it-py==4.3.0 mdurl==0.1.2 pygments==2.21.0 packaging==26.4
KERAS_BACKEND=torch PYTHONPATH=$dir "$python" -W ignore - <<'PY' | tee "$dir/said"
import keras
import numpy as np
from keras.callbacks import EarlyStopping, SwapEMAWeights


def fit(epochs, *callbacks):
    first = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    network = keras.Sequential([keras.Input((1,)), first])
    network.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9), "mse")
    x = np.ones((32, 1), "float32")
    ran = network.fit(x, 5 * x, batch_size=16, epochs=epochs, verbose=0, callbacks=list(callbacks))
    return f"{keras.ops.convert_to_numpy(first.kernel).item():.2f} after {len(ran.epoch)} of {epochs}"


print("stopped early:", fit(10, EarlyStopping("loss", min_delta=1)))
print("not stopped, swapped:", fit(5, SwapEMAWeights(swap_on_epoch=True)))
print("stopped early, swapped:", fit(10, SwapEMAWeights(swap_on_epoch=True), EarlyStopping("loss", min_delta=1)))
print("stopped early, swapped for tests alone:", fit(10, SwapEMAWeights(), EarlyStopping("loss", min_delta=1)))
weight, average = 0.0, None
for step in range(10):
    weight += 0.1 * 2 * (5 - weight)
    average = weight if average is None else 0.9 * average + 0.1 * weight
print(f"by hand: {weight:.2f}, average {average:.2f}")
PY
[ "$(cat "$dir/said")" = "stopped early: 2.64 after 5 of 10
not stopped, swapped: 2.64 after 5 of 5
stopped early, swapped: 4.46 after 5 of 10
stopped early, swapped for tests alone: 2.64 after 5 of 10
by hand: 4.46, average 2.64" ]
