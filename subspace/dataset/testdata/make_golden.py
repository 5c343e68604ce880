"""Writes golden.json: orders, subsets, splits, wrong labels, batches and resized
images, computed without Go.

    python make_golden.py        # NumPy, scikit-learn, Pillow, torchvision

Everything is written anew from the package's documentation: PCG with 128 bits of
state and DXSM output, the shuffles, the split of the digits, padding, cropping,
flipping and normalising. Images are resized by torchvision.
"""

import hashlib
import json
import pathlib
import struct
import sys

import numpy as np
import torchvision.transforms.functional as transforms
from PIL import Image
from sklearn.datasets import load_digits

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "testdata"))
from pcg import PCG  # noqa: E402

ORDER, SUBSET, WRONG = (int.from_bytes(name.ljust(8, b"\0"), "big") for name in [b"order", b"subset", b"wrong"])


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


def held_out(labels, n, k):
    """Of every class the last that is not trained on, then the last but one, …"""
    rounds, position = {}, {}
    for at, i in reversed(list(enumerate(balanced(labels, 0)))[n:]):
        members = rounds.setdefault(labels[i], [])
        position[i] = (len(members), -at)
        members.append(i)
    return sorted(sorted(position, key=position.get)[:k])


def wrong_labels(labels, share, any_class):
    rng, out, images = PCG(0, WRONG), list(labels), list(range(len(labels)))
    shuffle(rng, images)
    for i in images[: int(share * len(labels) + 0.5)]:
        others = [c for c in range(10) if any_class or c != labels[i]]
        out[i] = others[rng() * len(others) >> 64]
    return np.array(out)


def pattern(width, height):
    """An image with all frequencies in it, by formula."""
    y, x, c = np.ogrid[:height, :width, :3]
    return ((3 * y * y + 5 * x * x + 7 * x * y + 85 * c + x * y * (x + y) // 16) % 256).astype(np.uint8)


def middle_square(width, height, side):
    image = transforms.resize(Image.fromarray(pattern(width, height)), side)
    return hashlib.sha256(transforms.center_crop(image, side).tobytes()).hexdigest()


def files_fingerprint(contents, labels, side, classes):
    data = b"files\0\0\2" + struct.pack("<5Q", side, side, 3, classes, len(contents))
    for content in contents:
        data += hashlib.sha256(content).digest()
    return hashlib.sha256(data + struct.pack(f"<{len(labels)}i", *labels)).hexdigest()


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
    "training digits, 20 % wrong labels": fingerprint(train_pixels, wrong_labels(train_labels, 0.2, False)),
    "training digits, 20 % random labels": fingerprint(train_pixels, wrong_labels(train_labels, 0.2, True)),
    "wrong labels of 2 % of the training digits": [
        [i, int(label)] for i, label in enumerate(wrong_labels(train_labels, 0.02, False)) if label != train_labels[i]],
    "40 training digits held out": held_out(train_labels, 0, 40),
    "147 training digits held out from 1150": held_out(train_labels, 1150, 147),
    "middle squares": {f"{w} x {h} to {side}": middle_square(w, h, side) for w, h, side in [
        (64, 64, 64), (100, 75, 32), (75, 100, 32), (500, 375, 224), (17, 23, 40), (33, 32, 32), (31, 64, 31),
        (35, 32, 32), (200, 3, 2), (1, 1, 1), (1, 9, 5), (1000, 999, 7), (640, 427, 64)]},
    "files fingerprint": files_fingerprint([b"one", b"two", b"three"], [0, 0, 1], 32, 2),
    "sha256 of a batch": hashlib.sha256(images.tobytes()).hexdigest(),
}
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps(golden, indent="\t") + "\n")
print(path.read_text())
