"""Compares ../pytorch.py to the script that the parity tests' numbers come from.

    python check_pytorch.py       (needs torch and numpy)

In every setting: logits in training and evaluation mode, running statistics and
the gradient of both endpoints of a line, from the same weights, images and
coefficients; and that the optimiser has the settings of work.go. Fails where
they differ by more than single precision explains.
"""

import copy
import json
import pathlib
import runpy
import sys

import torch
import torch.nn.functional as F

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent.parent / "internal/parity/testdata"))
import parity  # noqa: E402

TOLERANCE = 1e-4


def to_torch(path, tensor):
    return tensor.permute(3, 2, 0, 1).contiguous() if path.endswith("/weights") else tensor.clone()


def name(path):
    """/stage1/block1/conv1/weights is stage1/block1/conv1 there."""
    return path[1:].removesuffix("/weights")


def reference():
    x, y = torch.from_numpy(parity.images(1)), torch.from_numpy(parity.labels(1))
    ends = [{p: torch.from_numpy(parity.initial(p, s, i)).double().requires_grad_()
             for p, s in parity.shapes().items() if not parity.running(p)} for i in [1, 2]]
    statistics = {p: torch.from_numpy(parity.initial(p, s, 0)).double() for p, s in parity.shapes().items() if parity.running(p)}
    before = [{p: w.detach().clone() for p, w in e.items()} for e in ends]
    fresh = copy.deepcopy(statistics)
    point = {p: 0.7 * ends[0][p] + 0.3 * ends[1][p] for p in ends[0]}
    evaluation = parity.network(point | statistics, x.double(), False).detach()
    training = parity.network(point | statistics, x.double(), True)
    a, b = (torch.cat([w.flatten() for p, w in e.items() if p.endswith("/weights")]) for e in ends)
    loss = F.cross_entropy(training, y) + F.cosine_similarity(a, b, dim=0) ** 2
    loss.backward()
    return x, y, before, fresh, evaluation, training.detach(), statistics, ends


def run(setting, x, y, before, fresh):
    job = {"work": "step", "shape": "line", "width": parity.WIDTH, "side": parity.SIDE, "batch": parity.BATCH, "points": 1,
           "recalibration": 0, "test": 0, "test_batch": 0, "setting": setting, "device": "cpu", "threads": 1, "started": 0}
    sys.argv = ["pytorch.py", json.dumps(job)]
    m = runpy.run_path(str(here.parent / "pytorch.py"), run_name="checked")
    with torch.no_grad():
        for e, values in zip(m["endpoints"], before):
            assert sorted(e) == sorted(map(name, values)), "other weights"
            for path, value in values.items():
                e[name(path)].copy_(to_torch(path, value.float()))
        for path, value in fresh.items():
            m["statistics"][path[1:]].copy_(value.float())
    c = torch.tensor([0.7, 0.3])
    layout = torch.channels_last if setting["channels_last"] else torch.contiguous_format
    x = x.permute(0, 3, 1, 2).contiguous(memory_format=layout) if x.shape[-1] == 3 else x.contiguous(memory_format=layout)
    with torch.no_grad():
        evaluation = m["forward"](m["mix"](m["endpoints"], c), m["statistics"], x)
        training = m["observe"](m["mix"](m["endpoints"], c), copy.deepcopy(m["statistics"]), x)
    loss, _, _ = m["objective"](m["endpoints"], m["statistics"], c, x, y)
    loss.backward()
    settings = [m["optimiser"].defaults[k] for k in ["lr", "momentum", "dampening", "weight_decay", "nesterov"]]
    assert settings == [1e-3, 0.9, 0, 1e-4, False], settings
    return evaluation, training, m["statistics"], m["endpoints"]


def difference(want, got):
    return ((want - got.double()).norm() / want.norm().clamp(min=1e-12)).item()


def main():
    x, y, before, fresh, *want = reference()
    for setting in [{"channels_last": c, "compiled": k} for c in [False, True] for k in [False, True]]:
        evaluation, training, statistics, ends = run(setting, x, y, before, fresh)
        worst = {
            "evaluation logits": difference(want[0], evaluation),
            "training logits": difference(want[1], training),
            "statistics": max(difference(want[2][p], statistics[p[1:]]) for p in fresh),
            "gradients": max(difference(to_torch(p, want[3][i][p].grad), ends[i][name(p)].grad) for i in range(2) for p in before[i]),
        }
        print(setting, {k: f"{v:.1e}" for k, v in worst.items()})
        for what, error in worst.items():
            if not error < TOLERANCE:
                sys.exit(f"{what} differ by {error:.1e} in {setting}")


if __name__ == "__main__":
    main()
