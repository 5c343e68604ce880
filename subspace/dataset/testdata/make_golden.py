"""Writes golden.json: orders, subsets and batches, computed without Go.

    python make_golden.py        # NumPy, scikit-learn

Everything is written anew from the package's documentation: PCG with 128 bits of
state and DXSM output, the shuffles, the split of the digits, padding, cropping,
flipping and normalising.
"""

import hashlib
import json
import pathlib
import struct

import numpy as np
from sklearn.datasets import load_digits

MASK64, MASK128 = (1 << 64) - 1, (1 << 128) - 1
ORDER, SUBSET = int.from_bytes(b"order\0\0\0", "big"), int.from_bytes(b"subset\0\0", "big")


class PCG:
    def __init__(self, high, low):
        self.state = high << 64 | low

    def __call__(self):
        multiplier = 2549297995355413924 << 64 | 4865540595714422341
        increment = 6364136223846793005 << 64 | 1442695040888963407
        self.state = (self.state * multiplier + increment) & MASK128
        high, low = self.state >> 64, self.state & MASK64
        high ^= high >> 32
        high = high * 0xDA942042E4DD58B5 & MASK64
        high ^= high >> 48
        return high * (low | 1) & MASK64


def shuffle(rng, items):
    for i in range(len(items) - 1, 0, -1):
        j = rng() * (i + 1) >> 64
        items[i], items[j] = items[j], items[i]


def order(n, seed, epoch):
    items = list(range(n))
    shuffle(PCG(seed, ORDER + epoch), items)
    return items


def balanced(labels, seed):
    rng = PCG(seed, SUBSET)
    members = [[i for i, label in enumerate(labels) if label == c] for c in range(10)]
    for m in members:
        shuffle(rng, m)
    classes, out, turn = list(range(10)), [], 0
    while len(out) < len(labels):
        shuffle(rng, classes)
        out += [members[c][turn] for c in classes if turn < len(members[c])]
        turn += 1
    return out


def fingerprint(pixels, labels):
    n, h, w = pixels.shape
    data = struct.pack("<5Q", h, w, 1, 10, n) + pixels.tobytes() + labels.astype("<i4").tobytes()
    return hashlib.sha256(data).hexdigest()


def batch(pixels, mean, std, rng, pad):
    out = []
    for image in pixels:
        u = rng()
        flip, y, x = u & 1, ((u >> 1) % 2**31) * (2 * pad + 1) >> 31, (u >> 32) * (2 * pad + 1) >> 32
        padded = np.pad(image, pad)
        crop = padded[y : y + image.shape[0], x : x + image.shape[1]]
        out.append(crop[:, ::-1] if flip else crop)
    scaled = np.stack(out).astype(np.float64) / 255
    return ((scaled - np.float64(mean)) / np.float64(std)).astype("<f4")


digits = load_digits()
pixels = ((digits.images.astype(int) * 255 + 8) // 16).astype(np.uint8)
labels = digits.target
test = np.zeros(len(labels), bool)
test[balanced(labels, 0)[:500]] = True
train_pixels, train_labels = pixels[~test], labels[~test]
mean = np.float32((train_pixels / 255).mean())
std = np.float32((train_pixels / 255).std())

first = order(len(train_labels), 7, 3)[:64]
images = batch(train_pixels[first], mean, std, PCG(7, 11), 2)

golden = {
    "order of 10, seed 1, epoch 0": order(10, 1, 0),
    "order of 10, seed 1, epoch 1": order(10, 1, 1),
    "order of 10, seed 2, epoch 0": order(10, 2, 0),
    "sha256 of order of 50000, seed 1, epoch 159": hashlib.sha256(
        np.array(order(50000, 1, 159), "<i8").tobytes()).hexdigest(),
    "subset of 25 of the training digits, seed 5": sorted(balanced(train_labels, 5)[:25]),
    "training digits": fingerprint(train_pixels, train_labels),
    "test digits": fingerprint(pixels[test], labels[test]),
    "mean": float(mean),
    "std": float(std),
    "labels of a batch": train_labels[first].tolist(),
    "sha256 of a batch": hashlib.sha256(images.tobytes()).hexdigest(),
}
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps(golden, indent="\t") + "\n")
print(path.read_text())
