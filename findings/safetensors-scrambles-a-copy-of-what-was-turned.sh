#!/usr/bin/env bash
# safetensors 0.8.0 for Python writes a NumPy array that was transposed, or np.copy of it,
# with its numbers in the wrong places, and says nothing.
#
# The format knows one order of numbers, that of C. Up to 0.7.0 save and save_file brought
# every array into it. 0.8.0 copies the memory as it lies and writes the new shape beside
# it (safetensors, issue 825). Its documentation asks for arrays that are "contiguous and
# dense", which by NumPy's words a transposed one is, in the order of Fortran. And it is
# hard to see which arrays are: astype, np.copy, np.array and arithmetic keep the order of
# their argument, while the method copy does not. A square matrix does not even change its
# shape, so that a network loads, runs and is wrong. safetensors.torch refuses such tensors
# with an error.
#
# Seen: right in all cases by 0.7.0; by 0.8.0 wrong for w.T, w.T.astype, np.copy(w.T),
# np.array(w.T), w.T + 1 and a file that np.save has written of w.T, right for w.T.copy()
# and np.ascontiguousarray(w.T). The script fails when that changes.
# Needs python3; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
pip() { env/bin/pip install --quiet --disable-pip-version-check "$@"; }
pip 'numpy==2.2.6; python_version < "3.11"' 'numpy==2.4.6; python_version >= "3.11"'
cat >turn.py <<'PY'
import numpy as np
import safetensors
from safetensors.numpy import load, load_file, save, save_file

w = np.arange(9, dtype=np.float64).reshape(3, 3)
np.save("turned.npy", w.T)
arrays = {
    "w": w,
    "w.T.copy()": w.T.copy(),
    "ascontiguousarray(w.T)": np.ascontiguousarray(w.T),
    "w.T": w.T,
    "w.T.astype(float32)": w.T.astype(np.float32),
    "copy(w.T)": np.copy(w.T),
    "array(w.T)": np.array(w.T),
    "w.T + 1": w.T + 1,
    "load(save(w.T))": np.load("turned.npy"),
}
right, wrong = [], []
for name, array in arrays.items():
    save_file({"w": array}, "file")
    same = np.array_equal(load_file("file")["w"], array)
    assert same == np.array_equal(load(save({"w": array}))["w"], array)
    (right if same else wrong).append(name)
print(f"{safetensors.__version__} right: {', '.join(right)}; wrong: {', '.join(wrong) or 'none'}")
PY
for version in 0.7.0 0.8.0; do
	pip safetensors==$version
	env/bin/python turn.py
done | tee said
[ "$(cat said)" = "0.7.0 right: w, w.T.copy(), ascontiguousarray(w.T), w.T, w.T.astype(float32), copy(w.T), array(w.T), w.T + 1, load(save(w.T)); wrong: none
0.8.0 right: w, w.T.copy(), ascontiguousarray(w.T); wrong: w.T, w.T.astype(float32), copy(w.T), array(w.T), w.T + 1, load(save(w.T))" ]
