"""Reads written.safetensors, which safetensors_test.go writes with -update, with
Python's safetensors, as another reader of the format, and says whether all of it is
there. Needs: pip install safetensors numpy. Done last with safetensors 0.8.0."""
import pathlib

import numpy as np
import safetensors

path = pathlib.Path(__file__).with_name("written.safetensors")
sizes = dict(BF16=2, BOOL=1, F16=2, F32=4, F64=8, I16=2, I32=4, I64=8, I8=1, U16=2, U32=4, U64=8, U8=1)

# NumPy has no bfloat16, so all types are compared as bytes.
there = dict(safetensors.deserialize(path.read_bytes()))
for name, size in sizes.items():
    tensor = there.pop("type/" + name)
    data = bytes(range(8 * size)) if name != "BOOL" else bytes([0, 1] * 4)
    assert (tensor["dtype"], tensor["shape"], bytes(tensor["data"])) == (name, [8], data), (name, tensor)
assert sorted(there) == ["a/state", "b/weights", "empty", "scalar"], sorted(there)

with safetensors.safe_open(path, "numpy") as file:
    assert file.metadata() == {"made by": "Go", "é": '"<&>" \u2028'}, file.metadata()
    for name, want in {
        "b/weights": np.array([[1, 2, 3], [4, 5, -6.5]], np.float32),
        "a/state": np.array([1, 2 + (1 << 56)], np.uint64),
        "scalar": np.array(0.25, np.float32),
        "empty": np.zeros((0, 3), np.float32),
    }.items():
        got = file.get_tensor(name)
        assert got.dtype == want.dtype and got.shape == want.shape and (got == want).all(), (name, got)
print("all of", path.name, "is there; safetensors", safetensors.__version__)
