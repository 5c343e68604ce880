#!/usr/bin/env bash
# Keras 3.15.1's RandomBrightness makes bright pixels of 8 bits dark, and its RandomSaturation
# makes pixels far below 0: the one clips too late, the other clips something else.
#
# Both have a value_range, [0, 255] unless told otherwise. RandomBrightness takes pictures
# "with float or int dtype", and its result is documented as clipped to the range. But what
# it adds is first brought into the type of the picture and added there, so that in 8 bits
# 250 + 51 is 45, which is within the range. That meets who calls the layer on a batch as it
# was loaded, as keras.datasets loads it, or maps it over a data set; in a model, whose input
# makes floats of pixels, it does not happen. RandomSaturation multiplies the saturation in
# HSV, which goes from 0 to 1, and clips that to the range of the pixels. To 255 it never
# does, and a saturation above 1 is a colour below 0. A factor of 0.5 changes nothing and of
# 1 is documented as fully saturated.
#
# Seen with the PyTorch backend (PyTorch 2.15.0), a factor of 0.2: 10, 100 and 250 become 61,
# 151 and 45 in 8 bits, and 255 for the last as floats. A factor of 1 is to give white, and
# gives 9, 99 and 249. Of 200, 150 and 100 a saturation factor of 0.9 makes 200, -250 and
# -700, and 200, 100 and 0 if told a range of [0, 1]. The script fails when that changes. The
# remedy is to make floats of pictures first, and value_range=(0, 1) for the saturation,
# whatever the range is.
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
import numpy as np
from keras import ops
from keras.layers import RandomBrightness, RandomSaturation


def run(layer, pixels, kind):
    picture = np.array(pixels, kind).reshape(1, 1, 1, 3)
    return ops.convert_to_numpy(layer(picture, training=True)).ravel().round().astype(int).tolist()


for factor in 0.2, 1.0:
    layer = RandomBrightness((factor, factor))
    print(f"brighter by {factor}: in 8 bits {run(layer, [10, 100, 250], 'uint8')}, as floats {run(layer, [10, 100, 250], 'float32')}")
for factor in 0.5, 0.9:
    told = [run(RandomSaturation((factor, factor), **argument), [200, 150, 100], "float32") for argument in ({}, {"value_range": (0, 1)})]
    print(f"saturation {factor}: {told[0]}, told [0, 1] {told[1]}")
PY
[ "$(cat "$dir/said")" = "brighter by 0.2: in 8 bits [61, 151, 45], as floats [61, 151, 255]
brighter by 1.0: in 8 bits [9, 99, 249], as floats [255, 255, 255]
saturation 0.5: [200, 150, 100], told [0, 1] [200, 150, 100]
saturation 0.9: [200, -250, -700], told [0, 1] [200, 100, 0]" ]
