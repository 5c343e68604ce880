#!/usr/bin/env bash
# safetensors 0.8.0 for Python writes the same tensors with the same metadata as
# different bytes each time.
#
# Metadata is a dict of strings, which keeps its order in Python; on its way into the
# file it goes through a hash map of Rust, whose order is drawn anew for each one, also
# within a process, and PYTHONHASHSEED has no say in it. So two copies of a checkpoint
# that hold the same differ in their SHA-256, which is what downloads, caches and
# records know a file by. Without metadata, or with a single entry, such as the usual
# {"format": "pt"}, nothing of it shows. The tensors themselves have an order of their
# own: wide types first, then by name, and not as they were given.
#
# Seen: of 20 files each, 1 without metadata, 1 with one entry and some 20 different
# ones with eight. The script fails when that changes. The remedy is to write the
# header oneself, or to hash tensors and sorted metadata in place of the file.
# Needs python3; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check safetensors==0.8.0 'numpy==2.2.6; python_version < "3.11"' 'numpy==2.4.6; python_version >= "3.11"'
PYTHONHASHSEED=0 env/bin/python - <<'PY' | tee said
import json

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load, save

tensors = {"b": np.arange(3, dtype=np.float32), "a": np.ones(2, np.float32), "z": np.zeros(2, np.int64)}
entries = {name: "1" for name in ("epochs", "seed", "shape", "method", "network", "dataset", "backend", "commit")}
for metadata in None, {"seed": "1"}, entries:
    files = {save(tensors, metadata=metadata) for _ in range(20)}
    for file in files:
        open("file", "wb").write(file)
        with safe_open("file", "np") as opened:
            assert opened.metadata() == metadata
        assert all((load(file)[name] == tensors[name]).all() for name in tensors)
    assert len({len(file) for file in files}) == 1
    many = "several" if len(files) > 1 else "one"
    print(len(metadata or {}), "entries:", many)
header = json.loads(file[8:8 + int.from_bytes(file[:8], "little")])
print("tensors:", *[name for name in header if name in tensors])
PY
[ "$(cat said)" = "0 entries: one
1 entries: one
8 entries: several
tensors: z a b" ]
