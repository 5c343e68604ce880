"""cResNet20: the residual network of 20 layers for small images, with 1×1 convolutions as
shortcuts. Three stages of three basic blocks, width, 2·width and 4·width channels.

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


class Block(nn.Module):
    def __init__(self, into, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(into, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride != 1 or into != out:
            self.downsample = nn.Sequential(nn.Conv2d(into, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        short = x if self.downsample is None else self.downsample(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)) + short)


class CResNet20(nn.Module):
    def __init__(self, classes=10, width=16, channels=3):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = self.stage(width, width, 1)
        self.layer2 = self.stage(width, 2 * width, 2)
        self.layer3 = self.stage(2 * width, 4 * width, 2)
        self.fc = nn.Linear(4 * width, classes, bias=False)

    @staticmethod
    def stage(into, out, stride):
        return nn.Sequential(Block(into, out, stride), Block(out, out, 1), Block(out, out, 1))

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def load(path):
    """The network of a safetensors file, in evaluation mode, and what the file says of it:
    its classes, and mean and std, a channel each, that pixel/255 is normalised with."""
    with safetensors.safe_open(path, "pt") as file:
        about = {k: json.loads(v) for k, v in file.metadata().items() if k in ("classes", "image", "mean", "std", "width")}
    net = CResNet20(len(about["classes"]), about["width"], about["image"][2])
    net.load_state_dict(safetensors.torch.load_file(path), strict=True)
    return net.eval(), about
