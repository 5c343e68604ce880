"""Writes reference.safetensors with Python's safetensors, as another reader
and writer of the format. Needs: pip install safetensors numpy."""
import pathlib

import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "b/weights": np.array([[1, 2, 3], [4, 5, -6.5]], np.float32),
        "a/state": np.array([1, 2 + (1 << 56)], np.uint64),
        "scalar": np.array(0.25, np.float32),
    },
    pathlib.Path(__file__).with_name("reference.safetensors"),
    {"made by": "Python"},
)
