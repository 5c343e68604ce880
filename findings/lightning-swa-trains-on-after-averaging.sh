#!/usr/bin/env bash
# Lightning 2.6.6's StochasticWeightAveraging takes one more step of training away from the
# average, when the network has batch normalization.
#
# Batch normalization wants its means anew for the averaged weights. So the callback hands
# over the average, and appends an epoch in which the batches are only run through, without
# a backward pass; by its own comment there is no optimizer step to be done either. It asks
# for gradients to be accumulated over one batch more than there are, so that a step never
# comes due. But the loop steps on the last batch of an epoch whatever was accumulated, and
# the gradients are still those of the last batch of training. With Adam, or with momentum,
# such a step is as long as any before.
#
# Seen with PyTorch 2.15.0, for a weight that grows by 1 a step, four steps an epoch, four
# epochs: 16 steps and the average 10 without batch normalization, 17 steps and 11 with it,
# and with a momentum of 0.9 the average 42.1 and 50.4. The script fails when that changes.
# (That 10 is the mean of 8 and 12 is another finding.) The remedy is Lightning's
# WeightAveraging, which averages the means as well.
# Needs a Python (3.10 or newer) that has PyTorch (2.1 or newer), named by PYTHON, or
# python3; installs Lightning into a temporary folder.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	lightning==2.6.6 torchmetrics==1.9.0 lightning-utilities==0.15.3 packaging==26.4 tqdm==4.70.1 pyyaml==6.0.4 \
	'numpy==2.2.6; python_version < "3.11"' 'numpy==2.4.6; python_version >= "3.11"'
cat >"$dir/average.py" <<'PY'
import logging
import warnings

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
import lightning
import torch
from lightning.pytorch.callbacks import StochasticWeightAveraging


class Network(lightning.LightningModule):
    def __init__(self, normalize, momentum):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.normalize = torch.nn.BatchNorm1d(1, affine=False) if normalize else torch.nn.Identity()
        self.momentum, self.steps = momentum, 0

    def training_step(self, batch, i):
        self.normalize(batch)
        return -self.weight

    def configure_optimizers(self):
        return torch.optim.SGD([self.weight], lr=1.0, momentum=self.momentum)

    def optimizer_step(self, *args, **kwargs):
        self.steps += 1
        super().optimizer_step(*args, **kwargs)


batches = torch.utils.data.DataLoader(torch.arange(12.0).view(12, 1), batch_size=3)
for momentum in 0, 0.9:
    for normalize in False, True:
        network = Network(normalize, momentum)
        trainer = lightning.Trainer(max_epochs=4, accelerator="cpu", logger=False, enable_checkpointing=False,
                                    enable_progress_bar=False, enable_model_summary=False,
                                    callbacks=[StochasticWeightAveraging(1.0, swa_epoch_start=3)])
        trainer.fit(network, batches)
        print(f"momentum {momentum}, {'with' if normalize else 'no'} batch normalization: "
              f"{network.steps} steps, weight {network.weight.item():.1f}")
PY
PYTHONPATH=$dir "$python" "$dir/average.py" | tee "$dir/said"
[ "$(cat "$dir/said")" = "momentum 0, no batch normalization: 16 steps, weight 10.0
momentum 0, with batch normalization: 17 steps, weight 11.0
momentum 0.9, no batch normalization: 16 steps, weight 42.1
momentum 0.9, with batch normalization: 17 steps, weight 50.4" ]
