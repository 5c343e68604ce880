"""Trains standard training and a line of cResNet20 in PyTorch, to check the recorded results.

    python pytorch.py RESULT.json --data DIR --seeds 3 --out pytorch.json

RESULT.json is the recorded result of standard training or of a line on CIFAR-10: its
configuration is what is trained by, for each seed both shapes or the one that --shapes
names, and it names the images by their SHA-256.
DIR is where the official binary files lie. It needs what subspace/speed/requirements.txt
names, and NumPy. Every run that is done is written at once; a run that is in the
file is not made again, so that this can be stopped and started anew.

It shares no code with the project: layers, gradients, initial values and optimiser
are PyTorch's. It trains on the very images of the recorded runs, which are drawn as
the documentation of package dataset says. Everything else that is random is another
draw than there, so that single runs differ: means over seeds can be compared, which
TestPyTorchAgrees in notebooks/lesson does.
"""

import argparse
import hashlib
import json
import math
import os
import pathlib
import platform
import struct
import sys
import time

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads that wait leave the cores to others
import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402
from torch.func import functional_call  # noqa: E402

MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
CLASSES, SIDE, TEST_BATCH = 10, 32, 500
SHAPES = ("standard", "line")

TRAINED_BY = {"data", "train_images", "test_images", "network", "width", "epochs", "batch", "learning_rate", "warmup",
              "momentum", "weight_decay", "beta", "augment", "recalibration", "points", "bins"}
# These are what a run is scored on besides. A held out image is none of the training
# images, as long as these are counted.
WITHOUT_EFFECT = {"shape", "seed", "held_out", "test_every", "plane", "surface", "grid_images", "corrupt", "published"}


# The images.

def pcg(seed, stream):
    """The generator PCG with 128 bits of state and DXSM output, 64 bits a draw."""
    mask, state = (1 << 64) - 1, seed << 64 | stream
    while True:
        state = (state * 0x2360ED051FC65DA44385DF649FCCF645 + 0x5851F42D4C957F2D14057B7EF767814F) % (1 << 128)
        high = state >> 64
        high = (high ^ high >> 32) * 0xDA942042E4DD58B5 & mask
        yield (high ^ high >> 48) * (state & mask | 1) & mask


def shuffle(draws, items):
    for i in range(len(items) - 1, 0, -1):
        j = next(draws) * (i + 1) >> 64
        items[i], items[j] = items[j], items[i]


def balanced(labels, n):
    """The indices of a class-balanced subset of n images; 0: of all."""
    if n in (0, len(labels)):
        return np.arange(len(labels))
    draws = pcg(0, int.from_bytes(b"subset\0\0", "big"))
    members = [np.flatnonzero(labels == c).tolist() for c in range(CLASSES)]
    for m in members:
        shuffle(draws, m)
    chosen, classes = [], list(range(CLASSES))
    for turn in range(len(labels)):
        shuffle(draws, classes)
        chosen += [members[c][turn] for c in classes if turn < len(members[c])]
        if len(chosen) >= n:
            break
    return np.sort(chosen[:n])


def read(folder, names, n):
    """n images [n, height, width, 3] of the official files, their labels, and the SHA-256 of both."""
    folder = pathlib.Path(folder)
    inner = folder / "cifar-10-batches-bin"
    folder = inner if inner.is_dir() else folder
    records = np.concatenate([np.fromfile(folder / f"{name}.bin", np.uint8).reshape(-1, 1 + 3 * SIDE * SIDE) for name in names])
    records = records[balanced(records[:, 0], n)]
    images = np.ascontiguousarray(records[:, 1:].reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1))
    labels = records[:, 0]
    text = struct.pack("<5Q", SIDE, SIDE, 3, CLASSES, len(labels)) + images.tobytes() + labels.astype("<i4").tobytes()
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64)), hashlib.sha256(text).hexdigest()


def normalised(images, device):
    """[n, height, width, 3] of 0 … 255 -> [n, 3, height, width], channels last in memory."""
    return ((images.to(device).float() / 255 - MEAN.to(device)) / STD.to(device)).permute(0, 3, 1, 2)


class Batches:
    """The training images, padded with black once; a batch cuts and mirrors them at random."""

    def __init__(self, images, labels, config, device):
        self.pad, self.flip = config["augment"]["pad"], config["augment"]["flip"]
        self.size, self.labels, self.device = config["batch"], labels, device
        self.padded = F.pad(images, (0, 0) + (self.pad,) * 4)

    def __call__(self, rng, n=0):
        """An epoch, or n of its images, each time in another order."""
        order = rng.permutation(len(self.labels))[: n or None]
        for index in np.split(order, range(self.size, len(order), self.size)):
            rows, columns = rng.integers(2 * self.pad + 1, size=(2, len(index), 1)) + np.arange(SIDE)
            if self.flip:
                columns = np.where(rng.random((len(index), 1)) < 0.5, columns[:, ::-1], columns)
            images = self.padded[index[:, None, None], rows[:, :, None], columns[:, None, :]]
            yield normalised(images, self.device), self.labels[index].to(self.device)


# The network.

def convolution(inputs, outputs, size, stride=1):
    layer = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)
    nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
    return layer


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(convolution(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs), nn.ReLU(),
                                  convolution(outputs, outputs, 3), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Sequential()
        if inputs != outputs:
            self.shortcut = nn.Sequential(convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


def cresnet20(width):
    layers, inputs = [convolution(3, width, 3), nn.BatchNorm2d(width), nn.ReLU()], width
    for stage in range(3):
        for block in range(3):
            layers.append(Block(inputs, width << stage, 2 if stage > 0 and block == 0 else 1))
            inputs = width << stage
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), convolution(inputs, CLASSES, 1), nn.Flatten())


# Training.

def rate(config, epoch):
    peak, warmup = config["learning_rate"], config["warmup"]
    if epoch < warmup:
        return peak * (epoch + 1) / warmup
    return peak / 2 * (1 + math.cos(math.pi * (epoch - warmup) / (config["epochs"] - warmup)))


def mix(ends, alpha):
    """The weights at a point of the line; of a single network its own."""
    if len(ends) == 1:
        return ends[0]
    return {name: (1 - alpha) * w + alpha * ends[1][name] for name, w in ends[0].items()}


def cosine_squared(ends):
    """Over all kernels, joined into one vector; batch norms are left out."""
    first, second = (torch.cat([w.reshape(-1) for w in end.values() if w.dim() > 1]) for end in ends)
    return (first @ second) ** 2 / ((first @ first) * (second @ second))


def train(config, shape, seed, batches, device):
    """The network, its trained endpoints, and of each epoch the mean training loss and accuracy."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    networks = [cresnet20(config["width"]).to(device, memory_format=torch.channels_last)
                for _ in range(2 if shape == "line" else 1)]
    network, ends = networks[0], [dict(n.named_parameters()) for n in networks]
    optimiser = torch.optim.SGD([w for end in ends for w in end.values()], lr=config["learning_rate"],
                                momentum=config["momentum"], weight_decay=config["weight_decay"])
    history = []
    for epoch in range(config["epochs"]):
        optimiser.param_groups[0]["lr"] = rate(config, epoch)
        total, right, seen, began = 0.0, 0, 0, time.time()
        for images, labels in batches(rng):
            logits = functional_call(network, mix(ends, rng.random()), images)
            loss = F.cross_entropy(logits, labels)
            total, seen = total + loss.item() * len(labels), seen + len(labels)
            right += (logits.argmax(1) == labels).sum().item()
            if len(ends) > 1:
                loss = loss + config["beta"] * cosine_squared(ends)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        if not math.isfinite(total):
            sys.exit(f"{shape}, seed {seed}: the loss of epoch {epoch + 1} is {total / seen}")
        history.append({"epoch": epoch + 1, "loss": total / seen, "accuracy": right / seen})
        seconds = time.time() - began
        if seconds > 10 or (epoch + 1) % 10 == 0 or epoch == 0:
            print(f"  {shape}, seed {seed}: epoch {epoch + 1} of {config['epochs']}, loss {total / seen:.4f}, "
                  f"{100 * right / seen:.2f} % right, {seconds:.1f} s an epoch", file=sys.stderr)
    return network, ends, history


# Scores.

@torch.no_grad()
def score(network, weights, config, seed, batches, test, device):
    """Accuracy, NLL and ECE on the test images, batch norm re-estimated from the training images."""
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a cumulative mean
    network.train()
    rng = np.random.default_rng((seed, 1))  # the same images at every point
    for k, (images, _) in enumerate(batches(rng, config.get("recalibration", 0))):
        if k == 0 or len(images) == config["batch"]:  # a short last batch would count as much as a full one
            functional_call(network, weights, images)
    network.eval()
    images, labels = test
    logits = torch.cat([functional_call(network, weights, normalised(images[i : i + TEST_BATCH], device)).cpu()
                        for i in range(0, len(images), TEST_BATCH)]).double()
    confidence, answer = logits.softmax(1).max(1)
    right, bins = (answer == labels).double(), config.get("bins") or 20
    bin_of = ((confidence * bins).ceil().long() - 1).clamp(0, bins - 1)  # (b/bins, (b+1)/bins]
    gap = torch.zeros(bins, dtype=torch.double).index_add_(0, bin_of, right - confidence)
    return {"accuracy": right.mean().item(), "nll": F.cross_entropy(logits, labels).item(),
            "ece": gap.abs().sum().item() / len(labels)}


def points(config, shape):
    if shape == "standard":
        return [None]
    n = config.get("points", 0)
    return sorted({i / (n - 1) for i in range(n)} | {0, 0.5, 1})


def make(config, shape, seed, batches, test, device):
    began = time.time()
    network, ends, history = train(config, shape, seed, batches, device)
    trained, scores = time.time(), []
    for alpha in points(config, shape):
        at = {} if alpha is None else {"alpha": alpha}
        scores.append(at | score(network, mix(ends, alpha), config, seed, batches, test, device))
    return {"shape": shape, "seed": seed, "loss": history[-1]["loss"], "training_seconds": trained - began,
            "evaluation_seconds": time.time() - trained, "history": history, "points": scores}


def line(run):
    shown = [p for p in run["points"] if p.get("alpha", 0) in (0, 0.5, 1)]
    words = [(f"α = {p['alpha']:g}: " if "alpha" in p else "") + f"{100 * p['accuracy']:.2f} % right, ECE {100 * p['ece']:.2f} %"
             for p in shown]
    return (f"{run['shape']}, seed {run['seed']}: {'; '.join(words)}; loss {run['loss']:.4f}, "
            f"{run['training_seconds']:.0f} s + {run['evaluation_seconds']:.0f} s")


# The file.

def settings(result):
    """The settings that both shapes have in common, or the end, where they ask for what is not here."""
    config = result["config"]
    more = {k for k in config.keys() - TRAINED_BY - WITHOUT_EFFECT if config[k]}
    if more or config["data"] != "cifar10" or config["network"] != "cresnet20" or config["shape"] not in SHAPES:
        sys.exit("standard training and a plain line of cResNet20 on CIFAR-10 can be made here, not "
                 f"{config['shape']} of {config['network']} on {config['data']} with {', '.join(sorted(more)) or 'nothing more'}")
    if config.get("held_out") and not config.get("train_images"):
        sys.exit("all images but those held out: not made here, give a number of training images")
    return {k: v for k, v in config.items() if k not in ("shape", "seed")}


def processor(device):
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        names = [row for row in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if row.startswith("model name")]
        return names[0].split(":")[1].strip()
    except (OSError, IndexError):
        return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("result", help="the recorded result of a run, such as cifar10-line-cresnet20x8-seed1-….json")
    parser.add_argument("--data", required=True, help="the folder of CIFAR-10's binary files")
    parser.add_argument("--seeds", type=int, default=2, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--shapes", default=",".join(SHAPES), help="those to train, separated by commas")
    parser.add_argument("--out", default="pytorch.json")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    shapes = args.shapes.split(",")
    if not set(shapes) <= set(SHAPES):
        parser.error(f"--shapes {args.shapes}: it is {' or '.join(SHAPES)}, or both")
    torch.set_num_threads(args.threads)
    torch.backends.cudnn.allow_tf32 = False
    device = torch.device(args.device)

    result = json.loads(pathlib.Path(args.result).read_text())
    config = settings(result)
    images, labels, train_data = read(args.data, [f"data_batch_{i}" for i in range(1, 6)], config.get("train_images", 0))
    test_images, test_labels, test_data = read(args.data, ["test_batch"], config.get("test_images", 0))
    if (train_data, test_data) != (result["train_data"], result["test_data"]):
        sys.exit(f"the images in {args.data} are others than those that {args.result} was made with "
                 f"(SHA-256 {train_data} and {test_data}): there is nothing to compare")

    out = pathlib.Path(args.out)
    new = {"config": config, "train_data": train_data, "test_data": test_data, "runs": []}
    kept = json.loads(out.read_text()) if out.exists() else new
    if any(kept[k] != new[k] for k in ("config", "train_data", "test_data")):
        sys.exit(f"{out} is of other settings or images: name another file")
    batches = Batches(images, labels, config, device)
    for seed in range(args.first, args.first + args.seeds):
        for shape in shapes:
            done = [r for r in kept["runs"] if (r["shape"], r["seed"]) == (shape, seed)]
            if not done:
                run = make(config, shape, seed, batches, (test_images, test_labels), device)
                run |= {"torch": torch.__version__, "device": processor(device), "threads": args.threads}
                if out.exists():  # another process may work on other seeds
                    kept = json.loads(out.read_text())
                kept["runs"].append(run)
                half = out.with_name(out.name + ".part")
                half.write_text(json.dumps(kept, indent=1) + "\n")
                os.replace(half, out)
                done = [run]
            print(line(done[0]), flush=True)


if __name__ == "__main__":
    main()
