"""ResNet18 for images of 64×64 pixels: torchvision's, with a stem of 3×3 and stride 1, no
max-pool behind it, and a head without bias.

    net, about = load("NAME.safetensors")    # torch, safetensors, torchvision
    x = (pixels / 255 - mean) / std          # [batch, channels, height, width]
    net(x)                                   # logits [batch, classes]
    torch.onnx.export(net, (x,), "NAME.onnx")
"""

import json

import safetensors
import safetensors.torch
import torch
import torchvision


def resnet18(classes=200, channels=3):
    net = torchvision.models.resnet18()
    net.conv1 = torch.nn.Conv2d(channels, 64, 3, 1, 1, bias=False)
    net.maxpool = torch.nn.Identity()
    net.fc = torch.nn.Linear(512, classes, bias=False)
    return net


def load(path):
    """The network of a safetensors file, in evaluation mode, and what the file says of it:
    its classes, and mean and std, a channel each, that pixel/255 is normalised with."""
    with safetensors.safe_open(path, "pt") as file:
        about = {k: json.loads(v) for k, v in file.metadata().items() if k in ("classes", "image", "mean", "std", "width")}
    net = resnet18(len(about["classes"]), about["image"][2])
    net.load_state_dict(safetensors.torch.load_file(path), strict=True)
    return net.eval(), about
