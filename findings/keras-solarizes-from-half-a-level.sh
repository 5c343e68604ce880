#!/usr/bin/env bash
# Keras 3.15.1's Solarization takes the lower end of its factors for a level of 255, and only
# the upper one for a part of them: (0.5, 0.5) is drawn from half a level to half of all.
#
# Solarization inverts the pixels of a picture that are above a threshold. threshold_factor and
# addition_factor are parts of the range of the pixels, from 0 to 1, as one number, which stands
# for (0, number), or as two, between which one is drawn for each picture. The layer multiplies
# the second by 255, and the first not. With one number the first is 0, and nothing is wrong; with
# two, given so that dark pixels are left alone, many pictures are inverted from the dark on.
#
# Seen with the PyTorch backend (PyTorch 2.15.0), in 2000 pictures each that have every level: with
# a threshold_factor of (0.5, 0.5), by which 128 and above are to be inverted, the lowest inverted
# one is from 1 to 128; with (0.4, 0.6) it is from 1 to 153, in place of 103 to 153. An
# addition_factor of (0.2, 0.2) adds from 0 to 51, in place of 51. The script fails when that
# changes. The remedy is layer.threshold_factor = (0.5 * 255, 0.5) after the layer is made.
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
OMP_NUM_THREADS=1 KERAS_BACKEND=torch PYTHONPATH=$dir "$python" -W ignore - <<'PY' | tee "$dir/said"
import numpy as np
from keras import ops
from keras.layers import Solarization

levels = np.arange(256, dtype="float32")
pictures = np.tile(levels.reshape(1, 16, 16, 1), (2000, 1, 1, 1))


def run(layer):
    return ops.convert_to_numpy(layer(pictures, training=True)).reshape(len(pictures), 256)


def say(what, values, documented):
    print(f"{what}: {values.min():.0f} to {values.max():.0f}, documented {documented}")


def lowest(layer):
    return (run(layer) != levels).argmax(1)


for factor, documented in ((0.5, 0.5), "128 to 128"), ((0.4, 0.6), "103 to 153"):
    layer = Solarization(threshold_factor=factor, seed=1)
    say(f"lowest inverted level by {factor}", lowest(layer), documented)
    layer.threshold_factor = factor[0] * 255, factor[1]
    say("remedy", lowest(layer), documented)
# With a threshold of 0 every pixel is inverted, and that of level 0 is 255 less what was added.
say("added by (0.2, 0.2)", 255 - run(Solarization(addition_factor=(0.2, 0.2), seed=1))[:, 0], "51 to 51")
PY
[ "$(cat "$dir/said")" = "lowest inverted level by (0.5, 0.5): 1 to 128, documented 128 to 128
remedy: 128 to 128, documented 128 to 128
lowest inverted level by (0.4, 0.6): 1 to 153, documented 103 to 153
remedy: 103 to 153, documented 103 to 153
added by (0.2, 0.2): 0 to 51, documented 51 to 51" ] || { echo "Keras does otherwise now" >&2; exit 1; }
