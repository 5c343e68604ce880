"""The jobs of package speed in PyTorch, that the project is compared to.

    python pytorch.py JOB        (needs requirements.txt; JOB is JSON, see job.go)

The worker does its job once and prints a line of JSON about itself. Then it
reads requests, a line of JSON each, does the job as often as they ask, and
prints how many seconds each time took.

The network is that of subspace/network/resnet.go and of the parity tests, the
step the one of subspace/graph.go: heavy-ball SGD with weight decay, and between
several endpoints the cos² regulariser. All in single precision.
"""

import json
import sys
import time

job = json.loads(sys.argv[1])
phases, last = [], job["started"] / 1e9


def phase(name):
    global last
    now = time.time()
    phases.append({"name": name, "seconds": now - last})
    last = now


import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

phase("process, with torch")

CLASSES, VARIETY = 10, 4  # as in work.go and noise.go
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY, BETA = 1e-3, 0.9, 1e-4, 1.0

setting, device = job["setting"], torch.device(job["device"] or "cpu")
layout = torch.channels_last if setting["channels_last"] else torch.contiguous_format
torch.manual_seed(1)
torch.set_num_threads(job["threads"])


# The network: kernels are [out, in, height, width], images [n, 3, side, side].

def shapes(width):
    """Path of every weight and its shape, and of every batch norm and its channels."""
    weights, norms = {"stem": (width, 3, 3, 3)}, {"stem_norm": width}
    inputs = width
    for stage in range(3):
        outputs = width << stage
        for block in range(3):
            path = f"stage{stage + 1}/block{block + 1}"
            if inputs != outputs:
                weights[f"{path}/shortcut"] = (outputs, inputs, 1, 1)
                norms[f"{path}/shortcut_norm"] = outputs
            weights[f"{path}/conv1"] = (outputs, inputs, 3, 3)
            norms[f"{path}/norm1"] = outputs
            weights[f"{path}/conv2"] = (outputs, outputs, 3, 3)
            norms[f"{path}/norm2"] = outputs
            inputs = outputs
    weights["head"] = (CLASSES, inputs, 1, 1)
    return weights, norms


def network(weights, statistics, x, training, momentum=0.1):
    def conv(x, path, stride=1):
        kernel = weights[path]
        return F.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2)

    def batch_norm(x, path):
        return F.batch_norm(x, statistics[f"{path}/mean"], statistics[f"{path}/variance"],
                            weights[f"{path}/scale"], weights[f"{path}/shift"], training, momentum, 1e-5)

    x = F.relu(batch_norm(conv(x, "stem"), "stem_norm"))
    for stage in [1, 2, 3]:
        for block in [1, 2, 3]:
            path, stride = f"stage{stage}/block{block}", 2 if stage > 1 and block == 1 else 1
            y = F.relu(batch_norm(conv(x, f"{path}/conv1", stride), f"{path}/norm1"))
            y = batch_norm(conv(y, f"{path}/conv2"), f"{path}/norm2")
            if f"{path}/shortcut" in weights:
                x = batch_norm(conv(x, f"{path}/shortcut", stride), f"{path}/shortcut_norm")
            x = F.relu(x + y)
    return conv(x.mean(dim=(2, 3), keepdim=True), "head").flatten(1)


def endpoint():
    weights, norms = shapes(job["width"])
    made = {}
    for path, shape in weights.items():
        kernel = torch.empty(shape)
        torch.nn.init.kaiming_uniform_(kernel, nonlinearity="relu")
        made[path] = kernel.to(device).contiguous(memory_format=layout)
    for path, channels in norms.items():
        made[f"{path}/scale"] = torch.ones(channels, device=device)
        made[f"{path}/shift"] = torch.zeros(channels, device=device)
    return {path: w.requires_grad_() for path, w in made.items()}


def running():
    norms = shapes(job["width"])[1]
    return ({f"{path}/mean": torch.zeros(n, device=device) for path, n in norms.items()}
            | {f"{path}/variance": torch.ones(n, device=device) for path, n in norms.items()})


def mix(endpoints, c):
    """The weights at a point, c [endpoints]."""
    if len(endpoints) == 1:
        return endpoints[0]
    return {path: sum(c[i] * e[path] for i, e in enumerate(endpoints)) for path in endpoints[0]}


def cosine_squared(a, b):
    a, b = (torch.cat([w.flatten() for w in e.values() if w.dim() > 1]) for e in (a, b))
    return F.cosine_similarity(a, b, dim=0) ** 2


def objective(endpoints, statistics, c, x, y):
    logits = network(mix(endpoints, c), statistics, x, True)
    loss = cross_entropy = F.cross_entropy(logits, y)
    if len(endpoints) > 1:
        loss = loss + BETA * cosine_squared(endpoints[0], endpoints[1])
    return loss, cross_entropy.detach(), (logits.argmax(1) == y).sum()


def observe(weights, statistics, x):
    """A pass that leaves the batch's own statistics behind."""
    return network(weights, statistics, x, True, momentum=1.0)


def forward(weights, statistics, x):
    return network(weights, statistics, x, False)


if setting["compiled"]:
    objective, observe, forward = (torch.compile(f) for f in (objective, observe, forward))


# The jobs.

def batches(size):
    images = [torch.randn(size, 3, job["side"], job["side"]).to(device).contiguous(memory_format=layout) for _ in range(VARIETY)]
    return images, [torch.randint(0, CLASSES, (size,), device=device) for _ in range(VARIETY)]


def simplex(m):
    """Uniform on the simplex."""
    draw = torch.empty(m).exponential_()
    return (draw / draw.sum()).to(device)


def endpoints_of(shape):
    return {"standard": 1, "line": 2}.get(shape) or int(shape.removeprefix("simplex-"))


m = endpoints_of(job["shape"])
endpoints, statistics = [endpoint() for _ in range(m)], running()
images, labels = batches(job["batch"])
tests = images if job["test_batch"] in (0, job["batch"]) else batches(job["test_batch"])[0]
optimiser = torch.optim.SGD([w for e in endpoints for w in e.values()], lr=LEARNING_RATE, momentum=MOMENTUM,
                            weight_decay=WEIGHT_DECAY, fused=True)
count = 0


def step(amount):
    global count
    count += 1
    loss, cross_entropy, right = objective(endpoints, statistics, simplex(m), images[count % VARIETY], labels[count % VARIETY])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return cross_entropy.item(), right.item()


def recalibrate(weights, amount):
    """Running statistics as the mean over the batches."""
    batch, total = running(), None
    k = amount["recalibration"] // job["batch"]
    for i in range(k):
        observe(weights, batch, images[i % VARIETY])
        if total is None:
            total = [s.clone() for s in batch.values()]
        else:
            torch._foreach_add_(total, list(batch.values()))
    torch._foreach_div_(total, k)
    return dict(zip(batch, total))


def classify(weights, statistics, amount):
    return torch.cat([forward(weights, statistics, tests[i % VARIETY]).cpu() for i in range(amount["test"] // amount["test_batch"])])


def point(i, n):
    c = torch.zeros(m)
    alpha = i / (n - 1) if n > 1 and m > 1 else 0.0
    c[0], c[m - 1] = 1 - alpha, alpha if m > 1 else 1
    return mix(endpoints, c.to(device))


@torch.no_grad()
def evaluate(amount):
    for i in range(amount["points"]):
        weights = point(i, amount["points"])
        classify(weights, recalibrate(weights, amount), amount)


@torch.no_grad()
def observe_only(amount):
    recalibrate(point(0, 1), amount)


@torch.no_grad()
def forward_only(amount):
    classify(point(0, 1), statistics, amount)


work = {"step": step, "evaluate": evaluate, "observe": observe_only, "forward": forward_only}[job["work"]]


def sample(amount):
    work(amount)
    if device.type == "cuda":
        torch.cuda.synchronize()


def peak():
    """The most memory that the process has had resident, in bytes."""
    try:
        with open("/proc/self/status") as f:
            return next(int(line.split()[1]) << 10 for line in f if line.startswith("VmHWM:"))
    except OSError:
        return 0


def main():
    amount = {name: job[name] for name in ["points", "recalibration", "test", "test_batch"]}
    phase("network and its weights")
    sample(amount)
    phase(f"first {job['work']}, with compilation" if setting["compiled"] else f"first {job['work']}")
    print(json.dumps({
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu", "kind": device.type,
        "threads": torch.get_num_threads(), "phases": phases,
        "versions": {"torch": torch.__version__, "Python": sys.version.split()[0]},
    }), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        asked = {name: request.get(name) or value for name, value in amount.items()}
        seconds = []
        for _ in range(request["samples"]):
            start = time.perf_counter()
            sample(asked)
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"seconds": seconds, "peak": peak()}), flush=True)


if __name__ == "__main__":
    main()
