"""Reference numbers for methods that add to plain SGD, computed with PyTorch.

    python methods.py > methods.json         (needs torch and numpy)
    python methods.py choose                 (tries images, see IMAGES)

Two training steps each of label smoothing, sharpness-aware minimisation (SAM)
and batches in chunks that have points of their own, alone and together, on the
small CNN as a single network and on a line; and stochastic weight averaging
with batch norm re-estimated. Gradients are autograd's, through the
interpolation; optimiser, label smoothing, averaging and re-estimation are
those of torch. SAM is written out here, torch has none.

Inputs come from the formula in parity.py. Results are computed in double
precision; the same in single precision is compared to them on standard error,
which tells how much of a difference is rounding.
"""

import itertools
import json
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch.optim import swa_utils

from parity import bits, initial, rounded, running, summary, value

CLASSES, WIDTH, BATCH, SIDE = 10, 4, 13, 8
# Names the images. As in parity.py they are chosen such that rounding moves no
# rectifier's input across 0, see check. Here that includes the inputs at the
# point to which SAM climbs.
IMAGES = 724
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY, BETA = 0.1, 0.9, 1e-2, 1.0
SHORT = 7  # images in the last batch that batch norm is re-estimated on

# Of each method its α: a list for each step, of which an α for each chunk; None
# for a single network. 13 images make three chunks of 4, 4 and 5.
STANDARD, LINE, CHUNKS = [[None], [None]], [[0.3], [0.8]], [[0.3, 0.9, 0.5], [0.8, 0.0, 0.6]]
METHODS = {
    "standard, SAM": {"alphas": STANDARD, "rho": 0.05},
    "standard, SAM with a long climb": {"alphas": STANDARD, "rho": 0.5},
    "standard, smoothing": {"alphas": STANDARD, "smoothing": 0.1},
    "standard, smoothing and SAM": {"alphas": STANDARD, "smoothing": 0.1, "rho": 0.5},
    "line, SAM": {"alphas": LINE, "rho": 0.05},
    "line, SAM with a long climb": {"alphas": LINE, "rho": 0.5},
    "line, smoothing": {"alphas": LINE, "smoothing": 0.1},
    "line, smoothing and SAM": {"alphas": LINE, "smoothing": 0.1, "rho": 0.5},
    "line, chunks": {"alphas": CHUNKS},
    "line, chunks, smoothing and SAM": {"alphas": CHUNKS, "smoothing": 0.1, "rho": 0.5},
}


# Inputs.

def batch(k, dtype, choice, size=BATCH):
    """Images, channels first, and labels."""
    x = value(f"methods/{choice}/{k}", (BATCH, SIDE, SIDE, 1), -1.75, 1.75)
    y = (bits(f"labels/{k}", BATCH) % np.uint64(CLASSES)).astype(np.int64)
    return torch.from_numpy(x).to(dtype).permute(0, 3, 1, 2)[:size], torch.from_numpy(y)[:size]


def shapes():
    """Path of every variable of the Go network and its shape there."""
    result, inputs = {}, 1
    for i, outputs in enumerate([WIDTH, 2 * WIDTH, 2 * WIDTH]):
        result[f"/conv{i + 1}/weights"] = (3, 3, inputs, outputs)
        for name in ["scale", "shift", "mean", "variance"]:
            result[f"/norm{i + 1}/{name}"] = (outputs,)
        inputs = outputs
    result["/head/weights"] = (1, 1, inputs, CLASSES)
    return result


def start(dtype, endpoint, of_statistics=False):
    """Initial weights of an endpoint or, the same for all, running statistics."""
    return {path: torch.from_numpy(initial(path, shape, endpoint)).to(dtype)
            for path, shape in shapes().items() if running(path) == of_statistics}


# The network.

activations = []  # inputs of the rectifiers in each pass that has a gradient


class CNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        inputs = 1
        for i, outputs in enumerate([WIDTH, 2 * WIDTH, 2 * WIDTH]):
            stride = 1 if i == 0 else 2
            self.add_module(f"conv{i + 1}", torch.nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False))
            self.add_module(f"norm{i + 1}", torch.nn.BatchNorm2d(outputs))
            inputs = outputs
        self.head = torch.nn.Conv2d(inputs, CLASSES, 1, bias=False)

    def forward(self, x):
        for conv, norm in [(self.conv1, self.norm1), (self.conv2, self.norm2), (self.conv3, self.norm3)]:
            x = norm(conv(x))
            if torch.is_grad_enabled():
                activations.append(x.detach().double().flatten())
            x = F.relu(x)
        return self.head(x.mean(dim=(2, 3), keepdim=True)).flatten(1)


def to_torch(variables):
    """Variables by torch's names, in torch's layout."""
    names = {"weights": "weight", "scale": "weight", "shift": "bias", "mean": "running_mean", "variance": "running_var"}
    result = {}
    for path, v in variables.items():
        layer, name = path[1:].split("/")
        result[f"{layer}.{names[name]}"] = v.permute(3, 2, 0, 1) if v.dim() == 4 else v
    return result


def to_go(net):
    """The variables of a module by the Go network's paths, in its layout."""
    state = net.state_dict()
    return {path: state[name].permute(2, 3, 1, 0) if state[name].dim() == 4 else state[name]
            for path in shapes() for name in to_torch({path: torch.zeros(1)})}


def logits(weights, statistics, x):
    """In training mode; running statistics are updated in place."""
    return torch.func.functional_call(CNN().train(), to_torch(weights | statistics), x)


# The methods.

def gradient(point, statistics, x, y, smoothing, rho):
    """Cross-entropy, how many are right, and the loss whose gradient is the step's."""
    out = logits(point, statistics, x)
    cross_entropy, right = F.cross_entropy(out, y).item(), (out.argmax(1) == y).sum().item()
    loss = F.cross_entropy(out, y, label_smoothing=smoothing)
    if rho == 0:
        return cross_entropy, right, loss
    grads = dict(zip(point, torch.autograd.grad(loss, list(point.values()))))
    norm = torch.cat([g.flatten() for g in grads.values()]).norm()
    climbed = {path: w + rho / norm * grads[path] for path, w in point.items()}
    unused = {path: v.clone() for path, v in statistics.items()}  # the climb leaves no trace in those of w
    return cross_entropy, right, F.cross_entropy(logits(climbed, unused, x), y, label_smoothing=smoothing)


def train(dtype, choice, alphas, smoothing=0.0, rho=0.0):
    """Two steps, on batch 1 and on batch 2."""
    m = 1 if alphas[0][0] is None else 2
    endpoints = [{path: w.requires_grad_() for path, w in start(dtype, i + 1).items()} for i in range(m)]
    statistics = start(dtype, 0, True)
    optimiser = torch.optim.SGD([w for e in endpoints for w in e.values()], lr=LEARNING_RATE,
                                momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)

    def at(alpha):
        if m == 1:
            return dict(endpoints[0])
        return {path: (1 - alpha) * w + alpha * endpoints[1][path] for path, w in endpoints[0].items()}

    steps = []
    for k, of_step in enumerate(alphas):
        x, y = batch(k + 1, dtype, choice)
        optimiser.zero_grad()
        mean, right, chunks = 0.0, 0, len(of_step)
        for j, alpha in enumerate(of_step):
            part = slice(j * BATCH // chunks, (j + 1) * BATCH // chunks)
            share = len(y[part]) / BATCH
            cross_entropy, r, loss = gradient(at(alpha), statistics, x[part], y[part], smoothing, rho)
            (share * loss).backward()
            mean, right = mean + share * cross_entropy, right + r
        if m == 2:
            a, b = (torch.cat([w.flatten() for path, w in e.items() if path.endswith("/weights")]) for e in endpoints)
            (BETA * F.cosine_similarity(a, b, dim=0) ** 2).backward()
        optimiser.step()
        steps.append({
            "alphas": [alpha for alpha in of_step if alpha is not None], "learning_rate": LEARNING_RATE,
            "cross_entropy": mean, "right": right,
            "changes": [differences(e, start(dtype, i + 1)) for i, e in enumerate(endpoints)],
            "statistics": differences(statistics, start(dtype, 0, True)),
        })
    return {"endpoints": m, "smoothing": smoothing, "rho": rho, "steps": steps}


def differences(now, before):
    return {path: now[path].detach() - before[path] for path in now}


def average(dtype, choice):
    """The equal average of the formula's endpoints 1 to 4, its batch norm, its logits."""
    net = CNN().to(dtype)
    mean = swa_utils.AveragedModel(net)
    for i in range(4):
        weights = to_torch(start(dtype, i + 1) | start(dtype, 0, True))
        net.load_state_dict(weights, strict=False)
        mean.update_parameters(net)
    sizes = [BATCH, BATCH, SHORT]
    swa_utils.update_bn([batch(k + 1, dtype, choice, n)[0] for k, n in enumerate(sizes)], mean)
    variables = to_go(mean.module)
    with torch.no_grad():
        out = mean.eval()(batch(1, dtype, choice)[0])
    return {"models": 4, "batches": sizes, "logits": out.tolist(),
            "weights": {path: v for path, v in variables.items() if not running(path)},
            "statistics": {path: v for path, v in variables.items() if running(path)}}


def compute(dtype, choice):
    """Results, and all inputs of rectifiers."""
    activations.clear()
    methods = {name: train(dtype, choice, **settings) for name, settings in METHODS.items()}
    return {"methods": methods, "average": average(dtype, choice)}, torch.cat(activations)


# Checks and output.

def check(exact, single):
    """How near the inputs of rectifiers come to 0, how far single precision moves
    them, and whether there is room for another that rounds worse."""
    margin, moved = exact.abs().min().item(), (exact - single).abs().max().item()
    return margin, moved, margin > 20 * moved


def largest(want, got):
    """The largest relative difference of a tensor, or of logits."""
    if isinstance(want, dict):
        return max(largest(want[key], got[key]) for key in want)
    if isinstance(want, list) and want and isinstance(want[0], dict):
        return max(map(largest, want, got))
    want, got = (torch.as_tensor(x, dtype=torch.float64) for x in (want, got))
    return ((want - got).norm() / want.norm().clamp_min(1e-30)).item()


def summarised(x):
    if isinstance(x, torch.Tensor):
        return summary(x)
    if isinstance(x, list):
        return [summarised(e) for e in x]
    return {k: summarised(v) for k, v in x.items()} if isinstance(x, dict) else x


def choose():
    best = 0.0
    for choice in itertools.count():
        margin, moved, good = check(*(compute(dtype, choice)[1] for dtype in (torch.float64, torch.float32)))
        if good and margin > best:
            best = margin
            print(f"images {choice}: margin {margin:.1e}, rounding {moved:.1e}", flush=True)


def main():
    torch.set_num_threads(1)
    if sys.argv[1:] == ["choose"]:
        choose()
    (exact, inputs), (single, rounded_inputs) = (compute(dtype, IMAGES) for dtype in (torch.float64, torch.float32))
    margin, moved, good = check(inputs, rounded_inputs)
    print(f"{len(inputs)} inputs of rectifiers, margin {margin:.1e}, moved by rounding {moved:.1e}", file=sys.stderr)
    if not good:
        sys.exit("an input of a rectifier is too near to 0: choose other images")
    for name in METHODS:
        steps = exact["methods"][name]["steps"]
        plain = train(torch.float64, IMAGES, METHODS[name]["alphas"])["steps"]
        print(f"{name}: single precision {largest(steps, single['methods'][name]['steps']):.1e}, "
              f"from plain SGD {largest(steps[0]['changes'], plain[0]['changes']):.1e}", file=sys.stderr)
    print(f"average: single precision {largest(exact['average'], single['average']):.1e}", file=sys.stderr)
    reference = {"classes": CLASSES, "width": WIDTH, "batch": BATCH, "side": SIDE, "images": IMAGES,
                 "momentum": MOMENTUM, "weight_decay": WEIGHT_DECAY, "beta": BETA, "torch": torch.__version__}
    # One tensor a line.
    text = json.dumps(rounded(reference | summarised(exact)), separators=(",", ":"))
    print(text.replace('],"', '],\n"').replace('},"', '},\n"'))


if __name__ == "__main__":
    main()
