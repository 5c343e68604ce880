"""A small convolutional network: three 3×3 convolutions with batch norm, of width, 2·width
and 2·width channels, the last two with stride 2, the mean over space and a linear head.

    net, about = load("NAME.safetensors")    # torch, safetensors
    x = (pixels / 255 - mean) / std          # [batch, channels, height, width]
    net(x)                                   # logits [batch, classes]
    torch.onnx.export(net, (x,), "NAME.onnx")
"""

import json

import safetensors
import safetensors.torch
import torch
from torch import nn


class CNN(nn.Module):
    def __init__(self, classes=10, width=8, channels=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, 2, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(2 * width)
        self.conv3 = nn.Conv2d(2 * width, 2 * width, 3, 2, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(2 * width)
        self.fc = nn.Linear(2 * width, classes, bias=False)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.bn2(self.conv2(x)))
        x = torch.relu(self.bn3(self.conv3(x)))
        return self.fc(x.mean((2, 3)))


def load(path):
    """The network of a safetensors file, in evaluation mode, and what the file says of it:
    its classes, and mean and std, a channel each, that pixel/255 is normalised with."""
    with safetensors.safe_open(path, "pt") as file:
        about = {k: json.loads(v) for k, v in file.metadata().items() if k in ("classes", "image", "mean", "std", "width")}
    net = CNN(len(about["classes"]), about["width"], about["image"][2])
    net.load_state_dict(safetensors.torch.load_file(path), strict=True)
    return net.eval(), about
