"""Writes parity.json: scores of fixed logits by other implementations.

    python make_parity.py        # NumPy, SciPy, scikit-learn >= 1.7, PyTorch

Accuracy and the Brier score are scikit-learn's, the negative log-likelihood is
PyTorch's cross-entropy in float64 (and must agree with scikit-learn's log loss
where that can tell). The expected and the maximum calibration error and the
reliability diagram are NumPy's digitize and bincount over bins (lo, hi], the
adaptive calibration error is its stable argsort and array_split. The temperature
is SciPy's minimiser in float64, which PyTorch's L-BFGS must confirm; null where
there is none.
"""

import json
import pathlib

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss


def confidence_and_right(p, labels):
    return p.max(axis=1), p.argmax(axis=1) == labels


def reliability(p, labels, bins):
    """Number, mean confidence and accuracy of every bin; nan where it is empty."""
    confidence, right = confidence_and_right(p, labels)
    edges = np.arange(1, bins) / bins
    bin_of = np.digitize(confidence, edges, right=True)  # edges[i-1] < x <= edges[i]
    n = np.bincount(bin_of, minlength=bins)
    with np.errstate(invalid="ignore"):
        acc = np.bincount(bin_of, weights=right, minlength=bins) / n
        conf = np.bincount(bin_of, weights=confidence, minlength=bins) / n
    return n, conf, acc


def ece(p, labels, bins):
    n, conf, acc = reliability(p, labels, bins)
    return float(np.nansum(n / n.sum() * np.abs(acc - conf)))


def mce(p, labels, bins):
    _, conf, acc = reliability(p, labels, bins)
    return float(np.nanmax(np.abs(acc - conf)))


def adaptive_ece(p, labels, bins):
    confidence, right = confidence_and_right(p, labels)
    parts = [part for part in np.array_split(np.argsort(confidence, kind="stable"), bins) if len(part)]
    return float(sum(len(i) / len(labels) * abs(right[i].mean() - confidence[i].mean()) for i in parts))


def diagram(p, labels, bins):
    return [[int(n), float(conf) if n else 0, float(acc) if n else 0] for n, conf, acc in zip(*reliability(p, labels, bins))]


def temperature(z, labels):
    """The T that minimises the loss of z/T, found over log T, which is unimodal."""
    logits, target = torch.from_numpy(z), torch.from_numpy(labels).long()

    def loss(log_t):
        return torch.nn.functional.cross_entropy(logits * torch.exp(-torch.as_tensor(log_t)), target)

    found = minimize_scalar(lambda s: loss(s).item(), bracket=(-1, 1), tol=1e-12)
    log_t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([log_t], max_iter=500, tolerance_grad=1e-14, tolerance_change=0, line_search_fn="strong_wolfe")

    def closure():
        search.zero_grad()
        value = loss(log_t)
        value.backward()
        return value

    search.step(closure)
    assert abs(found.x - log_t.item()) < 1e-7, (found.x, log_t.item())
    return float(np.exp(log_t.item()))


def case(name, logits, labels, with_temperature=False):
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
        "ece": {str(bins): ece(p, labels, bins) for bins in BINS},
        "mce": {str(bins): mce(p, labels, bins) for bins in BINS},
        "adaptive_ece": {str(bins): adaptive_ece(p, labels, bins) for bins in BINS},
        "reliability": diagram(p, labels, 10),
        "temperature": temperature(z, labels) if with_temperature else None,
    }


BINS = 1, 2, 7, 10, 15, 20
rng = np.random.default_rng(2021)


def drawn(n, classes, scale):
    """Logits of a classifier that is right at times."""
    labels = rng.integers(classes, size=n)
    logits = rng.normal(size=(n, classes)) * scale
    logits[np.arange(n), labels] += scale
    return logits, labels


cases = [
    case("timid, 10 classes", *drawn(60, 10, 0.3), True),
    case("usual, 10 classes", *drawn(60, 10, 2), True),
    case("bold, 10 classes", *drawn(60, 10, 9), True),
    case("two classes", *drawn(40, 2, 1), True),
    case("200 classes", *drawn(6, 200, 3), True),
    case("one image", *drawn(1, 10, 1), True),
    # Images that all get the same confidence, right and wrong in turn: the order decides.
    case("one confidence", np.tile([[2, 0, 1], [0, 2, 1]], (7, 1)), [0, 1, 1, 0, 0, 2, 0, 1, 0, 0, 1, 1, 0, 1], True),
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
