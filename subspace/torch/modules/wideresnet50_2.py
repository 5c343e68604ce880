"""WideResNet50-2 for images of 224×224 pixels: torchvision's, with a head without bias.

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


def wideresnet50_2(classes=1000, channels=3):
    net = torchvision.models.wide_resnet50_2()
    if channels != 3:
        net.conv1 = torch.nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
    net.fc = torch.nn.Linear(2048, classes, bias=False)
    return net


def load(path):
    """The network of a safetensors file, in evaluation mode, and what the file says of it:
    its classes, and mean and std, a channel each, that pixel/255 is normalised with."""
    with safetensors.safe_open(path, "pt") as file:
        about = {k: json.loads(v) for k, v in file.metadata().items() if k in ("classes", "image", "mean", "std", "width")}
    net = wideresnet50_2(len(about["classes"]), about["image"][2])
    net.load_state_dict(safetensors.torch.load_file(path), strict=True)
    return net.eval(), about
