"""Writes resnet.json: shapes, logits, loss, gradients and running statistics of
torchvision's residual networks, for ResNet18 and WideResNet50x2.

    python make_resnet.py        # torch, torchvision, numpy

The networks are torchvision's own, with what the Go documentation says is
different. Inputs come from the formula of ../../internal/parity/testdata/parity.py.
Everything is computed in double precision.
"""

import json
import pathlib
import re
import sys

import torch
import torch.nn.functional as F
import torchvision

here = pathlib.Path(__file__).parent
sys.path.append(str(here / "../../internal/parity/testdata"))
from parity import bits, initial, rounded, summary, value  # noqa: E402

CLASSES = 5  # of the networks that are run


def resnet18(classes):
    net = torchvision.models.resnet18()
    net.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    net.maxpool = torch.nn.Identity()
    net.fc = torch.nn.Linear(512, classes, bias=False)
    return net


def wide_resnet50_2(classes):
    net = torchvision.models.wide_resnet50_2()
    net.fc = torch.nn.Linear(2048, classes, bias=False)
    return net


def path(name):
    """The Go network's path of torchvision's variable, as layer1.0.bn2.weight."""
    layer, leaf = name.rsplit(".", 1)
    norm = "bn" in layer or layer.endswith("downsample.1")
    leaf = {"weight": "scale" if norm else "weights", "bias": "shift",
            "running_mean": "mean", "running_var": "variance"}[leaf]
    layer = re.sub(r"^conv1$", "stem", layer)
    layer = re.sub(r"^bn1$", "stem_norm", layer)
    layer = re.sub(r"^fc$", "head", layer)
    layer = re.sub(r"^layer(\d)\.(\d)\.", lambda m: f"stage{m[1]}/block{int(m[2]) + 1}/", layer)
    layer = layer.replace("downsample.0", "shortcut").replace("downsample.1", "shortcut_norm")
    layer = layer.replace("bn", "norm")
    return f"/{layer}/{leaf}"


def variables(net):
    return {path(n): v for n, v in net.state_dict().items() if not n.endswith("num_batches_tracked")}


def to_go(x):
    """Kernels from [out, in, height, width] to [height, width, in, out]."""
    x = x[:, :, None, None] if x.dim() == 2 else x
    return x.permute(2, 3, 1, 0) if x.dim() == 4 else x


def shapes(net):
    return {"parameters": sum(p.numel() for p in net.parameters()),
            "shapes": {p: list(to_go(v).shape) for p, v in variables(net).items()}}


def run(net, name, batch, side, gradients=""):
    """One pass forward in evaluation mode, one forward and backward in training
    mode; the gradients by variables whose path matches are stored."""
    net = net.double()
    with torch.no_grad():
        for p, v in variables(net).items():
            start = torch.from_numpy(initial(p, tuple(to_go(v).shape), 1)).double()
            v.copy_(start.permute(3, 2, 0, 1).reshape(v.shape) if start.dim() == 4 else start)
    x = torch.from_numpy(value(f"images/{name}", (batch, side, side, 3), -1.75, 1.75)).double().permute(0, 3, 1, 2)
    labels = torch.from_numpy((bits(f"labels/{name}", batch) % CLASSES).astype("int64"))
    before = {p: v.clone() for p, v in variables(net).items() if p.endswith(("/mean", "/variance"))}
    with torch.no_grad():
        evaluation = net.eval()(x)
    training = net.train()(x)
    loss = F.cross_entropy(training, labels)
    loss.backward()
    after = variables(net)
    return {
        "batch": batch, "side": side, "labels": labels.tolist(),
        "evaluation_logits": evaluation.tolist(), "training_logits": training.tolist(), "loss": loss.item(),
        "gradients": {path(n): summary(to_go(p.grad)) for n, p in net.named_parameters()
                      if re.match(gradients, path(n))},
        "statistics": {p: summary(after[p] - v) for p, v in before.items()},
    }


golden = {
    "classes": CLASSES, "torchvision": torchvision.__version__,
    "ResNet18": shapes(resnet18(200)) | run(resnet18(CLASSES), "ResNet18", 4, 8),
    # All its gradients would take the Go test too long.
    "WideResNet50x2": shapes(wide_resnet50_2(1000)) | run(wide_resnet50_2(CLASSES), "WideResNet50x2", 4, 32,
                                                          "/(stage4|head)"),
}
text = json.dumps(rounded(golden), separators=(",", ":"))
text = text.replace('],"/', '],\n"/').replace('},"', '},\n"').replace('],"', '],\n"')
(here / "resnet.json").write_text(text + "\n")
