#!/usr/bin/env bash
# Keras 3.15.1's RandomContrast raises the contrast of pictures and never lowers it, if its
# factor is one number.
#
# A factor of 0.5 is documented as "lower = upper", and the contrast as drawn from
# [1.0 - lower, 1.0 + upper], that is from 0.5 to 1.5. The layer makes bounds of the number as
# others do, -0.5 and 0.5, cuts the first off at 0, which is the least that it takes, and has 0 for
# lower. So the contrast is drawn from 1.0 to 1.5, and a network that is trained on that sees
# pictures of more contrast on the average, clipped more often, and none of less. Of two numbers
# it takes the smaller for lower, whichever comes first: (0.8, 0.2) draws from 0.8 to 1.8, in place
# of 0.2 to 1.2. RandomColorJitter documents the same of its contrast_factor, and does the same.
#
# Seen with the PyTorch backend (PyTorch 2.15.0), in 2000 pictures each: these numbers. The script
# fails when that changes. The remedy is (0.5, 0.5) for 0.5; for a lower above upper there is none.
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
from keras.layers import RandomColorJitter, RandomContrast

# Two grey pixels each, 100 and 150.
pictures = np.tile(np.array([100, 150], "float32").reshape(1, 1, 2, 1), (2000, 1, 1, 3))


def say(what, layer, documented):
    out = ops.convert_to_numpy(layer(pictures, training=True))
    contrast = (out[:, 0, 1, 0] - out[:, 0, 0, 0]) / 50
    print(f"{what}: {contrast.min():.1f} to {contrast.max():.1f}, documented {documented}")


say("RandomContrast(0.5)", RandomContrast(0.5, seed=1), "0.5 to 1.5")
say("RandomColorJitter(contrast_factor=0.5)", RandomColorJitter(contrast_factor=0.5, seed=1), "0.5 to 1.5")
say("RandomContrast((0.8, 0.2))", RandomContrast((0.8, 0.2), seed=1), "0.2 to 1.2")
say("RandomContrast((0.5, 0.5))", RandomContrast((0.5, 0.5), seed=1), "0.5 to 1.5")
PY
[ "$(cat "$dir/said")" = "RandomContrast(0.5): 1.0 to 1.5, documented 0.5 to 1.5
RandomColorJitter(contrast_factor=0.5): 1.0 to 1.5, documented 0.5 to 1.5
RandomContrast((0.8, 0.2)): 0.8 to 1.8, documented 0.2 to 1.2
RandomContrast((0.5, 0.5)): 0.5 to 1.5, documented 0.5 to 1.5" ] || { echo "Keras does otherwise now" >&2; exit 1; }
