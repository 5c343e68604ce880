#!/usr/bin/env bash
# torch-uncertainty 0.13.0's VariationRatio takes the images of a batch for the networks of an
# ensemble: networks that agree on every image differ, and networks that never agree do not.
#
# The variation ratio is the share of the networks that vote against the class the ensemble
# chooses. Its input is documented as [images, networks, classes], as MutualInformation's is, and a
# comment where it is stored says the same; what is stored is turned round first, to [networks,
# images, classes], and then read in the documented order. So it chooses one class for each
# network, from the mean of its images, and tells how many images are of another class.
# reduction="none", documented as a score for each sample, has one for each network. The
# documentation's example has what comes of it, 0.45, where the formula gives 0.35: means of 0.7 and
# 0.6 for the chosen class. (The package's own routine turns its input round before, and is right.)
#
# Seen with PyTorch 2.15.0, by votes: for 3 networks that agree on 4 images of two classes 0.50, in
# place of 0; for 2 networks of which one says class 0 and one class 1, always, 0.00, in
# place of 0.5. The script fails when that changes. The remedy is update(probs.transpose(0, 1)).
# Needs a Python (3.11 or newer) that has PyTorch (2.0 or newer), named by PYTHON, or python3;
# installs torch-uncertainty and torchmetrics into a temporary folder, and of the former runs the
# one file that matters.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -W ignore -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: name a Python that has it, PYTHON=..." >&2; exit 1; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" \
	torch-uncertainty==0.13.0 torchmetrics==1.9.0 lightning-utilities==0.15.3 packaging==26.4 numpy==2.4.6
OMP_NUM_THREADS=1 PYTHONPATH=$dir:$dir/torch_uncertainty/metrics/classification "$python" -W ignore - <<'PY' | tee "$dir/said"
import torch
from variation_ratio import VariationRatio


def by_hand(probs, probabilistic):
    chosen = probs.mean(1).argmax(-1)
    votes = probs if probabilistic else torch.nn.functional.one_hot(probs.argmax(-1), probs.shape[-1]).float()
    return 1 - votes.mean(1)[torch.arange(len(probs)), chosen]


def say(what, probs, probabilistic=False):
    values = []
    for given in probs, probs.transpose(0, 1):
        metric = VariationRatio(probabilistic=probabilistic, reduction="none")
        metric.update(given)
        values.append(metric.compute())
    hand = by_hand(probs, probabilistic)
    print(f"{what}: {values[0].mean():.2f} of {len(values[0])} scores, by hand {hand.mean():.2f} of {len(hand)}, remedy {values[1].mean():.2f}")


votes = torch.eye(2)
say("3 networks agree on 4 images", votes[[0, 1, 0, 1]].unsqueeze(1).repeat(1, 3, 1))
say("2 networks never agree on 4 images", votes.repeat(4, 1, 1))
say("documented example", torch.tensor([[[0.7, 0.3], [0.6, 0.4], [0.8, 0.2]], [[0.4, 0.6], [0.5, 0.5], [0.3, 0.7]]]), True)
PY
[ "$(cat "$dir/said")" = "3 networks agree on 4 images: 0.50 of 3 scores, by hand 0.00 of 4, remedy 0.00
2 networks never agree on 4 images: 0.00 of 2 scores, by hand 0.50 of 4, remedy 0.50
documented example: 0.45 of 3 scores, by hand 0.35 of 2, remedy 0.35" ] || { echo "torch-uncertainty does otherwise now" >&2; exit 1; }
