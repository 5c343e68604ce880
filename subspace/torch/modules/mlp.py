"""A multilayer perceptron: one layer of hidden units on the flattened image.

    net, about = load("NAME.safetensors")    # torch, safetensors
    x = (pixels / 255 - mean) / std          # [batch, channels, height, width]
    net(x)                                   # logits [batch, classes]
    torch.onnx.export(net, (x,), "NAME.onnx")
"""

import json
import math

import safetensors
import safetensors.torch
import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self, classes=10, width=64, inputs=64):
        super().__init__()
        self.fc1 = nn.Linear(inputs, width)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        return self.fc(torch.relu(self.fc1(x.flatten(1))))


def load(path):
    """The network of a safetensors file, in evaluation mode, and what the file says of it:
    its classes, and mean and std, a channel each, that pixel/255 is normalised with."""
    with safetensors.safe_open(path, "pt") as file:
        about = {k: json.loads(v) for k, v in file.metadata().items() if k in ("classes", "image", "mean", "std", "width")}
    net = MLP(len(about["classes"]), about["width"], math.prod(about["image"]))
    net.load_state_dict(safetensors.torch.load_file(path), strict=True)
    return net.eval(), about
