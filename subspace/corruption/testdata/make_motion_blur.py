"""Writes motion_blur.npz: grey images smeared by ImageMagick, as the benchmark did.

    python make_motion_blur.py [COMMAND]     # NumPy, Pillow, ImageMagick 6 with 16 bits

COMMAND is ImageMagick's, convert unless given. An entry "8 3 -100.5" is the image
"layer" [32, 32] after a motion blur of radius 8, sigma 3 and angle −100.5°.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

command = sys.argv[1] if len(sys.argv) > 1 else "convert"
y, x = np.indices((32, 32))
layer = (np.sin(y * y * 12.9898 + x * 78.233 + y * x) * 43758.5453 % 1 * 3 - 1.8).clip(0, 1)
arrays = {"layer": (255 * layer).astype(np.uint8)}
with tempfile.TemporaryDirectory() as folder:
    before, after = pathlib.Path(folder, "before.png"), pathlib.Path(folder, "after.png")
    Image.fromarray(arrays["layer"]).save(before)
    for radius, sigma in ((8, 3), (10, 4), (12, 6), (14, 12)):
        for angle in (-135, -123.4, -100.5, -90, -71.7, -45):
            subprocess.run([command, before, "-motion-blur", f"{radius}x{sigma}{angle:+}", after], check=True)
            image = Image.open(after)
            assert image.mode == "L"
            arrays[f"{radius} {sigma} {angle}"] = np.array(image)
np.savez_compressed(pathlib.Path(__file__).with_name("motion_blur.npz"), **arrays)
version = subprocess.run([command, "-version"], check=True, capture_output=True, text=True)
print(version.stdout.splitlines()[0])
