"""Trains the project's small networks on the digits in PyTorch, and writes what PyTorch
has then: NAME.safetensors, the state_dict; NAME-logits.safetensors, what it makes of 1,000
images, the 500 test digits and then the first 500 of the training digits; cnn also with
its weights in other precisions. names.txt lists names and shapes of all five networks,
those of torchvision among them.

    python make_golden.py        # torch, torchvision, safetensors, numpy

The networks are those of ../modules. Digits and their split are those of package dataset.
"""

import gzip
import pathlib
import sys

import numpy as np
import safetensors.torch
import torch

here = pathlib.Path(__file__).parent
sys.path += [str(here / "../modules"), str(here / "../../testdata")]
import cnn  # noqa: E402
import cresnet20  # noqa: E402
import mlp  # noqa: E402
import resnet18  # noqa: E402
import wideresnet50_2  # noqa: E402
from pcg import PCG  # noqa: E402

SUBSET = int.from_bytes(b"subset\0\0", "big")


def shuffle(rng, items):
    for i in range(len(items) - 1, 0, -1):
        j = rng() * (i + 1) >> 64
        items[i], items[j] = items[j], items[i]


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


records = np.frombuffer(gzip.decompress((here / "../../dataset/digits/digits.bin.gz").read_bytes()), np.uint8).reshape(-1, 65)
labels, pixels = records[:, 0].astype(np.int64), (records[:, 1:].astype(int) * 255 + 8) // 16 / 255
test = np.zeros(len(labels), bool)
test[balanced(labels, 0)[:500]] = True
mean, std = pixels[~test].mean(), pixels[~test].std()
images = ((pixels - np.float32(mean)) / np.float32(std)).astype(np.float32).reshape(-1, 1, 8, 8)
x, y = torch.from_numpy(images[~test]), torch.from_numpy(labels[~test])
shown = torch.from_numpy(np.concatenate([images[test], images[~test][:500]]))


def train(net, steps, rate):
    optimiser = torch.optim.SGD(net.parameters(), rate, momentum=0.9)
    order = torch.Generator().manual_seed(1)
    for _ in range(steps):
        index = torch.randint(len(x), (64,), generator=order)
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(x[index]), y[index]).backward()
        optimiser.step()
    return net.eval()


def save(name, net):
    safetensors.torch.save_file(net.state_dict(), here / f"{name}.safetensors", {"format": "pt", "by": torch.__version__})


def logits(net, images=shown):
    with torch.no_grad():
        return net(images)


torch.set_num_threads(1)
for name, make, steps, rate in [
    ("cnn", lambda: cnn.CNN(10, 4), 150, 0.05),
    ("mlp", lambda: mlp.MLP(10, 16, 64), 150, 0.05),
    ("cresnet20", lambda: cresnet20.CResNet20(10, 4, 1), 150, 0.05),
]:
    torch.manual_seed(1)
    net = train(make(), steps, rate)
    save(name, net)
    out = {"logits": logits(net)}
    right = (out["logits"][:500].argmax(1) == torch.from_numpy(labels[test])).sum()
    print(name, int(right), "of 500 test images right")
    if name == "cnn":
        for kind in (torch.float16, torch.bfloat16, torch.float64):
            word = str(kind).removeprefix("torch.")
            cast = {k: v.to(kind) if v.is_floating_point() else v for k, v in net.state_dict().items()}
            safetensors.torch.save_file(cast, here / f"cnn-{word}.safetensors")
            other = make().eval()
            other.load_state_dict(cast, strict=True)
            out[word] = logits(other, shown[:100])
    safetensors.torch.save_file(out, here / f"{name}-logits.safetensors")

with open(here / "names.txt", "w") as file:
    for name, net in [("cnn", cnn.CNN(10, 4)), ("mlp", mlp.MLP(10, 16, 64)), ("cresnet20", cresnet20.CResNet20(10, 4, 1)),
                      ("resnet18", resnet18.resnet18(200)), ("wideresnet50-2", wideresnet50_2.wideresnet50_2(1000))]:
        for key, value in sorted(net.state_dict().items()):
            print(name, key, list(value.shape), file=file)
