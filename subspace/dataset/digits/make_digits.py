"""Writes digits.bin.gz: the handwritten digits that scikit-learn ships.

    python make_digits.py        # NumPy, scikit-learn

A record is one label byte and 64 values in 0..16, row by row; the order is
scikit-learn's. The same input gives the same file, byte for byte.
"""

import gzip
import pathlib

import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
assert digits.data.shape == (1797, 64)
assert digits.data.min() == 0 and digits.data.max() == 16
assert (digits.data == digits.data.round()).all()

records = np.concatenate([digits.target[:, None], digits.data], axis=1).astype(np.uint8)
path = pathlib.Path(__file__).with_name("digits.bin.gz")
path.write_bytes(gzip.compress(records.tobytes(), 9, mtime=0))
print(path.name, path.stat().st_size, "bytes")
