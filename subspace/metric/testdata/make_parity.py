"""Writes parity.json: scores of fixed logits by other implementations.

    python make_parity.py        # NumPy, SciPy, scikit-learn >= 1.7, PyTorch

Accuracy and the Brier score are scikit-learn's, the negative log-likelihood is
PyTorch's cross-entropy in float64 (and must agree with scikit-learn's log loss
where that can tell), the expected calibration error is NumPy's digitize and
bincount over bins (lo, hi].
"""

import json
import pathlib

import numpy as np
import torch
from scipy.special import softmax
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss


def ece(p, labels, bins):
    confidence = p.max(axis=1)
    right = p.argmax(axis=1) == labels
    edges = np.arange(1, bins) / bins
    bin_of = np.digitize(confidence, edges, right=True)  # edges[i-1] < x <= edges[i]
    n = np.bincount(bin_of, minlength=bins)
    held = n > 0
    acc = np.bincount(bin_of, weights=right, minlength=bins)[held] / n[held]
    conf = np.bincount(bin_of, weights=confidence, minlength=bins)[held] / n[held]
    return float((n[held] / n.sum() * np.abs(acc - conf)).sum())


def case(name, logits, labels):
    logits = np.asarray(logits, dtype=np.float32)
    labels = np.asarray(labels, dtype=np.int32)
    classes = logits.shape[1]
    z = logits.astype(np.float64)
    p = softmax(z, axis=1)
    nll = torch.nn.functional.cross_entropy(torch.from_numpy(z), torch.from_numpy(labels).long()).item()
    if np.abs(z).max() < 20:
        assert abs(nll - log_loss(labels, p, labels=range(classes))) < 1e-9
    return {
        "name": name,
        "classes": classes,
        "logits": [float(v) for v in logits.ravel()],
        "labels": labels.tolist(),
        "accuracy": float(accuracy_score(labels, logits.argmax(axis=1))),
        "nll": nll,
        "brier": float(brier_score_loss(labels, p, labels=list(range(classes)), scale_by_half=False)),
        "ece": {str(bins): ece(p, labels, bins) for bins in (1, 2, 10, 15, 20)},
    }


rng = np.random.default_rng(2021)


def drawn(n, classes, scale):
    """Logits of a classifier that is right at times."""
    labels = rng.integers(classes, size=n)
    logits = rng.normal(size=(n, classes)) * scale
    logits[np.arange(n), labels] += scale
    return logits, labels


cases = [
    case("timid, 10 classes", *drawn(60, 10, 0.3)),
    case("usual, 10 classes", *drawn(60, 10, 2)),
    case("bold, 10 classes", *drawn(60, 10, 9)),
    case("two classes", *drawn(40, 2, 1)),
    case("200 classes", *drawn(6, 200, 3)),
    case("one image", *drawn(1, 10, 1)),
    # Equal logits: confidence exactly 1/2, 1/4, 1/5, 1/10, on an edge of 20 bins;
    # the first class counts.
    case("ties of 2", np.zeros((3, 2)), [0, 1, 1]),
    case("ties of 4", np.full((4, 4), -7.5), [0, 0, 1, 3]),
    case("ties of 5", np.full((4, 5), 3.25), [4, 0, 1, 0]),
    case("ties of 10", np.zeros((5, 10)), [0, 9, 1, 0, 0]),
    case("two of three tie", [[1, 4, 4], [4, 4, 1], [4, 1, 4]], [1, 1, 2]),
    # Confidence exactly 1, right and wrong; the loss must not overflow.
    case("certain", [[1000, 0, -1000], [0, 1000, 0], [-3e4, 0, 3e4]], [0, 1, 2]),
    case("certain and wrong", [[1000, 0, -1000], [0, 1000, 0], [-3e4, 0, 3e4]], [2, 0, 0]),
    case("huge and equal", np.full((2, 3), 3e38), [0, 2]),
]
path = pathlib.Path(__file__).with_name("parity.json")
path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(path.name, len(cases), "cases")
