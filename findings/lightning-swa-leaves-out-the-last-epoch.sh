#!/usr/bin/env bash
# Lightning 2.6.6's StochasticWeightAveraging averages the weights of one epoch earlier than
# it is told to: it takes in those from before the first epoch, and never the last.
#
# swa_epoch_start is documented as the epoch with which averaging starts. The callback takes
# the weights at the beginning of each epoch from there on, which are those that the epoch
# before has left, and hands over the average at the end of training without those of the
# last. The paper named there (Izmailov et al. 2018) averages at the end of each cycle, the
# last one too, and so does the loop that PyTorch shows for its own AveragedModel, whose
# arguments these are said to follow. In a short training it is much: of a single epoch
# nothing is left but the weights before it, which never were trained.
#
# Seen with PyTorch 2.15.0, for a weight that grows by 1 an epoch: after 1 epoch 0; after 10,
# of which the default takes 8, 9 and 10, it is 8, the mean of 7, 8 and 9; after 4, from the
# third on, 2.5 in place of 3.5. The script fails when that changes. The remedy is
# Lightning's WeightAveraging with a should_update of one's own, which says 3.5.
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
from lightning.pytorch.callbacks import StochasticWeightAveraging, WeightAveraging


class Network(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))

    def training_step(self, batch, i):
        return -self.weight

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=1.0)


class FromThird(WeightAveraging):
    def should_update(self, step_idx=None, epoch_idx=None):
        return epoch_idx is not None and epoch_idx >= 2


def fit(epochs, callback):
    network = Network()
    trainer = lightning.Trainer(max_epochs=epochs, accelerator="cpu", logger=False, enable_checkpointing=False,
                                enable_progress_bar=False, enable_model_summary=False, callbacks=[callback])
    trainer.fit(network, torch.utils.data.DataLoader(torch.zeros(1)))  # one step an epoch
    return network.weight.item()


swa = StochasticWeightAveraging
print("1 epoch:", fit(1, swa(1.0)))
print("10 epochs:", fit(10, swa(1.0)))
print("4 epochs, from the third on:", fit(4, swa(1.0, swa_epoch_start=3)), "and", fit(4, FromThird()))
PY
PYTHONPATH=$dir "$python" "$dir/average.py" | tee "$dir/said"
[ "$(cat "$dir/said")" = "1 epoch: 0.0
10 epochs: 8.0
4 epochs, from the third on: 2.5 and 3.5" ]
