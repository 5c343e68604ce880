"""Reference numbers for cResNet20 and its training, computed with PyTorch.

    python parity.py > reference.json        (needs torch and numpy)

Inputs come from a formula (value, below) that the Go package computes as well,
so only results are stored. Results are computed in double precision from
inputs rounded to single precision; the same in single precision is compared to
them on standard error, which tells how much of a difference is rounding.

Tensors are in the layout of the Go networks (images NHWC, kernels HWIO) except
inside conv(), batch_norm() and network().
"""

import json
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F

CLASSES, WIDTH, BATCH, SIDE = 10, 16, 2, 32
IMAGES = 1790  # chosen so that no rectifier's input comes near 0, see the margin below
ALPHAS, LEARNING_RATES = [0.3, 0.8], [0.1, 0.1]  # of the two training steps
MOMENTUM, WEIGHT_DECAY, BETA = 0.9, 1e-2, 1.0  # decay: more than usual, to be seen
SAMPLES = 6  # entries stored of every tensor


# Inputs.

def bits(name, count):
    """SplitMix64 started at the FNV-1a hash of the name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    z = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def value(name, shape, low, high):
    """Uniform in [low, high), rounded to single precision."""
    unit = (bits(name, math.prod(shape)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return (low + (high - low) * unit).astype(np.float32).reshape(shape)


def images(batch):
    return value(f"images/{IMAGES}/{batch}", (BATCH, SIDE, SIDE, 3), -1.75, 1.75)


def labels(batch):
    return (bits(f"labels/{batch}", BATCH) % np.uint64(CLASSES)).astype(np.int64)


def shapes():
    """Path of every variable of the network and its shape."""
    result = {}

    def conv(path, size, inputs, outputs):
        result[f"{path}/weights"] = (size, size, inputs, outputs)

    def norm(path, channels):
        for name in ["scale", "shift", "mean", "variance"]:
            result[f"{path}/{name}"] = (channels,)

    conv("/stem", 3, 3, WIDTH)
    norm("/stem_norm", WIDTH)
    inputs = WIDTH
    for stage in [1, 2, 3]:
        outputs = WIDTH * 2 ** (stage - 1)
        for block in [1, 2, 3]:
            path = f"/stage{stage}/block{block}"
            if inputs != outputs:
                conv(f"{path}/shortcut", 1, inputs, outputs)
                norm(f"{path}/shortcut_norm", outputs)
            conv(f"{path}/conv1", 3, inputs, outputs)
            norm(f"{path}/norm1", outputs)
            conv(f"{path}/conv2", 3, outputs, outputs)
            norm(f"{path}/norm2", outputs)
            inputs = outputs
    conv("/head", 1, inputs, CLASSES)
    return result


def running(path):
    return path.endswith(("/mean", "/variance"))


def initial(path, shape, endpoint):
    bound = math.sqrt(6.0 / math.prod(shape[:-1])) if path.endswith("/weights") else 0.25
    centre = 1.0 if path.endswith(("/scale", "/variance")) else 0.0
    owner = 0 if running(path) else endpoint
    own = value(f"{owner}{path}", shape, centre - bound, centre + bound)
    if owner == 2 and path.endswith("/weights"):
        # At an angle to endpoint 1, for cos² to have a gradient that can be seen.
        own = (0.5 * initial(path, shape, 1).astype(np.float64) + 0.75 * own.astype(np.float64)).astype(np.float32)
    return own


# The network.

margins = []  # distance to 0 of the inputs of each rectifier in training mode


def network(variables, x, training):
    """Logits of images x; in training mode the running statistics are updated in place."""

    def relu(x):
        if training:
            margins.append(x.detach().abs().min().item())
        return F.relu(x)

    def conv(x, path, stride=1):
        kernel = variables[f"{path}/weights"].permute(3, 2, 0, 1)
        return F.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2)

    def batch_norm(x, path):
        v = [variables[f"{path}/{name}"] for name in ["mean", "variance", "scale", "shift"]]
        return F.batch_norm(x, *v, training=training, momentum=0.1, eps=1e-5)

    x = x.permute(0, 3, 1, 2)
    x = relu(batch_norm(conv(x, "/stem"), "/stem_norm"))
    for stage in [1, 2, 3]:
        for block in [1, 2, 3]:
            path = f"/stage{stage}/block{block}"
            stride = 2 if stage > 1 and block == 1 else 1
            y = relu(batch_norm(conv(x, f"{path}/conv1", stride), f"{path}/norm1"))
            y = batch_norm(conv(y, f"{path}/conv2"), f"{path}/norm2")
            if f"{path}/shortcut/weights" in variables:
                x = batch_norm(conv(x, f"{path}/shortcut", stride), f"{path}/shortcut_norm")
            x = relu(x + y)
    return conv(x.mean(dim=(2, 3), keepdim=True), "/head").flatten(1)


# Results.

def summary(tensor):
    flat = tensor.detach().double().flatten()
    count = min(SAMPLES, len(flat))
    at = [i * (len(flat) - 1) // max(count - 1, 1) for i in range(count)]
    return [flat.norm().item(), flat.sum().item(), *flat[at].tolist()]


def inputs():
    """Of the formula, for the Go package to compare."""
    result = {f"images/{k}": summary(torch.from_numpy(images(k))) for k in [1, 2]}
    result |= {f"labels/{k}": [int(label) for label in labels(k)] for k in [1, 2]}
    for path in ["/stage2/block1/conv1/weights", "/stem_norm/scale", "/stem_norm/shift",
                 "/stem_norm/mean", "/stem_norm/variance"]:
        for endpoint in [1, 2]:
            result[f"{path}/{endpoint}"] = summary(torch.from_numpy(initial(path, shapes()[path], endpoint)))
    return result


def compute(dtype):
    def start(endpoint, trainable):
        return {path: torch.from_numpy(initial(path, shape, endpoint)).to(dtype).requires_grad_(trainable)
                for path, shape in shapes().items() if running(path) != trainable}

    def batch(k):
        return torch.from_numpy(images(k)).to(dtype), torch.from_numpy(labels(k))

    def changes(now, before):
        return {path: summary(now[path] - before[path]) for path in now}

    def one_pass():
        x, y = batch(1)
        weights, statistics = start(1, True), start(0, False)
        evaluation = network(weights | statistics, x, False)
        training = network(weights | statistics, x, True)
        loss = F.cross_entropy(training, y)
        loss.backward()
        return {
            "evaluation_logits": evaluation.detach().double().tolist(),
            "training_logits": training.detach().double().tolist(),
            "loss": loss.item(),
            "gradients": {path: summary(w.grad) for path, w in weights.items()},
            "statistics": changes(statistics, start(0, False)),
        }

    def train(endpoints, alphas):
        endpoints = [start(i + 1, True) for i in range(endpoints)]
        statistics = start(0, False)
        optimiser = torch.optim.SGD([w for e in endpoints for w in e.values()], lr=LEARNING_RATES[0],
                                    momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
        steps = []
        for k, (alpha, rate) in enumerate(zip(alphas, LEARNING_RATES)):
            x, y = batch(k + 1)
            point, cosine = endpoints[0], torch.zeros((), dtype=dtype)
            if len(endpoints) == 2:
                a, b = endpoints
                point = {path: (1 - alpha) * a[path] + alpha * b[path] for path in a}
                a, b = (torch.cat([w.flatten() for path, w in e.items() if path.endswith("/weights")])
                        for e in endpoints)
                cosine = F.cosine_similarity(a, b, dim=0)
            cross_entropy = F.cross_entropy(network(point | statistics, x, True), y)
            loss = cross_entropy + BETA * cosine**2
            optimiser.param_groups[0]["lr"] = rate
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            steps.append({
                "alpha": alpha, "learning_rate": rate, "cross_entropy": cross_entropy.item(),
                "cosine_squared": cosine.item() ** 2, "loss": loss.item(),
                "changes": [changes(e, start(i + 1, True)) for i, e in enumerate(endpoints)],
                "statistics": changes(statistics, start(0, False)),
            })
        return steps

    return {
        "classes": CLASSES, "width": WIDTH, "batch": BATCH, "side": SIDE, "images": IMAGES,
        "momentum": MOMENTUM, "weight_decay": WEIGHT_DECAY, "beta": BETA,
        "torch": torch.__version__, "inputs": inputs(),
        "pass": one_pass(), "standard": train(1, [0.0] * len(ALPHAS)), "line": train(2, ALPHAS),
    }


def differences(want, got, path=""):
    """Relative error of every number, list of logits and summary."""
    sizes = {path[1:]: math.prod(shape) for path, shape in shapes().items()}
    if isinstance(want, dict) or isinstance(want, list) and isinstance(want[0], dict):
        keys = want if isinstance(want, dict) else range(len(want))
        return {k: v for key in keys for k, v in differences(want[key], got[key], f"{path}/{key}").items()}
    if isinstance(want, str) or path.startswith("/inputs"):
        return {}
    want, got = np.asarray(want, dtype=np.float64), np.asarray(got, dtype=np.float64)
    if want.ndim == 1:  # norm, sum, samples: as the Go package
        change, norm = np.abs(want - got), max(want[0], 1e-30)
        typical = norm * math.sqrt((len(want) - 2) / sizes[path.split("//")[-1]])
        samples = np.linalg.norm(change[2:]) / max(np.linalg.norm(want[2:]), typical)
        return {path: max(change[0] / norm, change[1] / max(norm, abs(want[1])), samples)}
    return {path: np.linalg.norm(want - got) / max(np.linalg.norm(want), 1e-30)}


def rounded(x):
    """Nine digits, more than single precision has."""
    if isinstance(x, float):
        return float(f"{x:.9g}")
    if isinstance(x, list):
        return [rounded(e) for e in x]
    return {k: rounded(v) for k, v in x.items()} if isinstance(x, dict) else x


def main():
    torch.set_num_threads(1)
    reference = compute(torch.float64)
    print(f"margin: {min(margins):.1e}", file=sys.stderr)
    worst = {}
    for path, error in differences(reference, compute(torch.float32)).items():
        part = "/".join(path.split("/")[1:5 if "changes" in path else 4 if "statistics" in path else 3])
        worst[part] = max(worst.get(part, (0, "")), (error, path))
    for error, path in worst.values():
        print(f"single precision: {error:.1e} {path}", file=sys.stderr)
    # One tensor a line.
    text = json.dumps(rounded(reference), separators=(",", ":"))
    print(text.replace('],"/', '],\n"/').replace('},"', '},\n"').replace('],"', '],\n"'))


if __name__ == "__main__":
    main()
