"""Loads a network with the module that lies beside it, as pytorch_test.go asks for.

    python load.py MODULE.py NAME.safetensors    # images → logits, again
"""

import importlib.util
import sys

import safetensors.torch
import torch

spec = importlib.util.spec_from_file_location("module", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
net, about = module.load(sys.argv[2])
assert not net.training and len(about["mean"]) == len(about["std"]) == about["image"][2], about
with torch.no_grad():
    logits = net(safetensors.torch.load_file("images")["images"])
safetensors.torch.save_file({"logits": logits}, "logits")
safetensors.torch.save_file(net.state_dict(), "again")
