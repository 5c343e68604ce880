"""Writes golden.npz: corrupted images, computed without Go.

    python make_golden.py        # NumPy, SciPy, Pillow, scikit-learn

Random numbers, PCG with DXSM output and the polar method, are written anew from
the package's documentation; the corruptions use what the benchmark used where
that can be had: scipy.ndimage for zoom and blur, scipy.stats for Poisson,
colorsys for HSV, Pillow for pixelate and JPEG. Motion blur is NumPy here; see
make_motion_blur.py for ImageMagick's. An entry "snow 3 32" holds two images of
32×32 pixels, a pattern and a digit; "clean 32" holds both before. To keep the file
small, the other corruptions have only the first 16 rows of the pattern. "jpeg file"
and "grey jpeg file" are files that Pillow wrote, "jpeg" and "grey jpeg" what it
reads from them.
"""

import colorsys
import io
import math
import pathlib
import sys

import numpy as np
import PIL
import scipy
from PIL import Image
from scipy import ndimage, stats
from sklearn.datasets import load_digits

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "testdata"))
from pcg import MASK64, PCG  # noqa: E402

SEED = 7


class Random:
    def __init__(self, name, severity, index):
        h = 14695981039346656037
        for byte in f"{name} {severity} {index}".encode():
            h = (h ^ byte) * 1099511628211 & MASK64
        self.bits, self.spare = PCG(SEED, h), []

    def uniform(self, *shape):
        draws = [(self.bits() >> 11) / 2**53 for _ in range(math.prod(shape))]
        return np.array(draws).reshape(shape) if shape else draws[0]

    def normal_one(self):
        while not self.spare:
            u, v = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            s = u * u + v * v
            if 0 < s < 1:
                f = math.sqrt(-2 * math.log(s) / s)
                self.spare = [u * f, v * f]
        return self.spare.pop(0)

    def normal(self, *shape):
        return np.array([self.normal_one() for _ in range(math.prod(shape))]).reshape(shape)


def levels(x):
    return np.floor(np.clip(x, 0, 1) * 255 + 1e-6).astype(np.uint8)


def motion_blur(layer, radius, sigma, angle):
    kernel = np.exp(-np.arange(2 * radius + 1) ** 2 / (2 * sigma**2))
    kernel /= kernel.sum()
    n, total = len(layer), 0
    for i, weight in enumerate(kernel):
        dy = math.ceil(i * math.sin(math.radians(angle)) - 0.5)
        dx = math.ceil(i * math.cos(math.radians(angle)) - 0.5)
        padded = np.pad(layer.astype(float), 40, mode="edge")
        total = total + weight * padded[40 + dy : 40 + dy + n, 40 + dx : 40 + dx + n]
    return np.floor(257 * total + 0.5) // 257


def snow(x, severity, rng):
    side = len(x)
    mean, std, zoom, threshold, radius, sigma = [
        (0.1, 0.2, 1, 0.6, 8, 3),
        (0.1, 0.2, 1, 0.5, 10, 4),
        (0.15, 0.3, 1.75, 0.55, 10, 4),
        (0.25, 0.3, 2.25, 0.6, 12, 6),
        (0.3, 0.3, 1.25, 0.65, 14, 12),
    ][severity]
    keep = {32: (0.95, 0.9, 0.9, 0.85, 0.8), 64: (0.8, 0.8, 0.7, 0.65, 0.6)}[side][severity]
    layer = mean + std * rng.normal(side, side)
    crop = math.ceil(side / zoom)
    top = (side - crop) // 2
    layer = ndimage.zoom(layer[top : top + crop, top : top + crop], zoom, order=1)
    trim = (len(layer) - side) // 2
    layer = layer[trim : trim + side, trim : trim + side]
    layer = np.where(layer < threshold, 0, layer)
    layer = (np.clip(layer, 0, 1) * 255).astype(np.uint8)
    layer = motion_blur(layer, radius, sigma, -135 + 90 * rng.uniform())[..., None] / 255
    grey = (x @ [0.299, 0.587, 0.114])[..., None]
    x = keep * x + (1 - keep) * np.maximum(x, 1.5 * grey + 0.5)
    return levels(x + layer + np.rot90(layer, 2))


def gaussian_noise(x, severity, rng):
    std = {32: (0.04, 0.06, 0.08, 0.09, 0.10), 64: (0.04, 0.08, 0.12, 0.15, 0.18)}[len(x)][severity]
    return levels(x + std * rng.normal(*x.shape))


def shot_noise(x, severity, rng):
    c = {32: (500, 250, 100, 75, 50), 64: (250, 100, 50, 30, 15)}[len(x)][severity]
    return levels(stats.poisson.ppf(rng.uniform(*x.shape), c * x).clip(0) / c)


def impulse_noise(x, severity, rng):
    share = {32: (0.01, 0.02, 0.03, 0.05, 0.07), 64: (0.01, 0.02, 0.05, 0.08, 0.14)}[len(x)][severity]
    u = rng.uniform(*x.shape)
    return levels(np.where(u < share / 2, 0, np.where(u < share, 1, x)))


def gaussian_blur(x, severity, _):
    sigma = {32: (0.4, 0.6, 0.7, 0.8, 1), 64: (0.5, 0.75, 1, 1.25, 1.5)}[len(x)][severity]
    return levels(ndimage.gaussian_filter(x, (sigma, sigma, 0), mode="nearest", truncate=4))


def contrast(x, severity, _):
    c = {32: (0.75, 0.5, 0.4, 0.3, 0.15), 64: (0.4, 0.3, 0.2, 0.1, 0.05)}[len(x)][severity]
    mean = x.mean((0, 1))
    return levels((x - mean) * c + mean)


def brightness(x, severity, _):
    c = {32: (0.05, 0.1, 0.15, 0.2, 0.3), 64: (0.1, 0.2, 0.3, 0.4, 0.5)}[len(x)][severity]

    def brighter(pixel):
        h, s, v = colorsys.rgb_to_hsv(*pixel)
        return np.array(colorsys.hsv_to_rgb(h, s, min(v + c, 1)), float)

    return levels(np.apply_along_axis(brighter, 2, x))


def fog(x, severity, rng):
    n = len(x)
    strength, decay = {
        32: ((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)),
        64: ((0.4, 3), (0.7, 3), (1, 2.5), (1.5, 2), (2, 1.75)),
    }[n][severity]
    m, step, w = np.zeros((n, n)), n, 100
    around = lambda m, *shifts: sum(np.roll(m, s, (0, 1)) for s in shifts) / 4
    while step >= 2:
        h = step // 2

        def fill(y, x, mean):
            cells = m[y::step, x::step]
            cells[:] = mean[y::step, x::step] + rng.uniform(*cells.shape) * 2 * w * w - w * w

        fill(h, h, around(m, (h, h), (h, -h), (-h, h), (-h, -h)))
        cross = around(m, (h, 0), (-h, 0), (0, h), (0, -h))
        fill(0, h, cross)
        fill(h, 0, cross)
        step, w = h, w / decay
    m = (m - m.min()) / (m.max() - m.min())
    top = x.max()
    return levels((x + strength * m[..., None]) * top / (top + strength))


def pixelate(x, severity, _):
    n = len(x)
    c = {32: (0.95, 0.9, 0.85, 0.75, 0.65), 64: (0.9, 0.8, 0.7, 0.6, 0.5)}[n][severity]
    image = Image.fromarray(np.uint8(np.round(255 * x)))
    small = image.resize((int(n * c), int(n * c)), Image.Resampling.BOX)
    return np.array(small.resize((n, n), Image.Resampling.BOX))


def jpeg_compression(x, severity, _):
    quality = {32: (80, 65, 58, 50, 40), 64: (65, 58, 50, 40, 25)}[len(x)][severity]
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.round(255 * x))).save(file, "JPEG", quality=quality)
    return np.array(Image.open(file))


def clean(side):
    y, x, c = np.indices((side, side, 3))
    y, x = y * 64 // side, x * 64 // side
    pattern = np.abs((y * y * (4 - c) + x * y * (3 + c) + x * x * (c + 1)) // 23 % 510 - 255)
    digit = np.round(load_digits().images[5] / 16 * 255)
    digit = np.kron(digit, np.ones((side // 8, side // 8)))
    return np.stack([pattern, np.repeat(digit[..., None], 3, 2)]).astype(np.uint8)


def main():
    effects = [snow, gaussian_noise, shot_noise, impulse_noise, gaussian_blur, contrast, brightness, fog, pixelate, jpeg_compression]
    arrays = {}
    for side in (32, 64):
        images = arrays[f"clean {side}"] = clean(side)
        for effect in effects:
            name = effect.__name__
            for severity in range(1, 6):
                corrupted = np.stack([
                    effect(image / 255, severity - 1, Random(name, severity, index))
                    for index, image in enumerate(images if effect is snow else images[:1])
                ])
                arrays[f"{name} {severity} {side}"] = corrupted if effect is snow else corrupted[:, :16]
    for name, image in (("jpeg", Image.fromarray(images[0])), ("grey jpeg", Image.fromarray(images[0, :, :, 0]))):
        file = io.BytesIO()
        image.resize((64, 47)).save(file, "JPEG", quality=85)
        arrays[name + " file"] = np.frombuffer(file.getvalue(), np.uint8)
        arrays[name] = np.array(Image.open(file).convert("RGB"))
    np.savez_compressed(pathlib.Path(__file__).with_name("golden.npz"), **arrays)
    print("NumPy", np.__version__, "SciPy", scipy.__version__, "Pillow", PIL.__version__)


main()
