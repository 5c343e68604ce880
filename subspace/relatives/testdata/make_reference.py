"""Makes reference.json: weight matching and SWAG by NumPy and SciPy, with no line of
the package's code. Which axes share their channels is written out by hand here.

python make_reference.py   (NumPy, SciPy)
"""
import json
import math

import numpy as np
from scipy.optimize import linear_sum_assignment

rng = np.random.default_rng(7)

# name: shape, and for each axis the channels that it runs over (None: given).
dense = {
    "dense1/weights": ((4, 6), (None, "p1")), "dense1/biases": ((6,), ("p1",)),
    "dense2/weights": ((6, 5), ("p1", "p2")), "dense2/biases": ((5,), ("p2",)),
    "head/weights": ((5, 3), ("p2", None)), "head/biases": ((3,), (None,)),
}
residual = {
    "stem/weights": ((3, 3, 1, 3), (None, None, None, "s1")), "stem_norm/scale": ((3,), ("s1",)), "stem_norm/shift": ((3,), ("s1",)),
    "stage1/block1/conv1/weights": ((3, 3, 3, 3), (None, None, "s1", "i1")), "stage1/block1/norm1/scale": ((3,), ("i1",)), "stage1/block1/norm1/shift": ((3,), ("i1",)),
    "stage1/block1/conv2/weights": ((3, 3, 3, 3), (None, None, "i1", "s1")), "stage1/block1/norm2/scale": ((3,), ("s1",)), "stage1/block1/norm2/shift": ((3,), ("s1",)),
    "stage2/block1/shortcut/weights": ((1, 1, 3, 6), (None, None, "s1", "s2")), "stage2/block1/shortcut_norm/scale": ((6,), ("s2",)), "stage2/block1/shortcut_norm/shift": ((6,), ("s2",)),
    "stage2/block1/conv1/weights": ((3, 3, 3, 6), (None, None, "s1", "i2")), "stage2/block1/norm1/scale": ((6,), ("i2",)), "stage2/block1/norm1/shift": ((6,), ("i2",)),
    "stage2/block1/conv2/weights": ((3, 3, 6, 6), (None, None, "i2", "s2")), "stage2/block1/norm2/scale": ((6,), ("s2",)), "stage2/block1/norm2/shift": ((6,), ("s2",)),
    "stage2/block2/conv1/weights": ((3, 3, 6, 6), (None, None, "s2", "i3")), "stage2/block2/norm1/scale": ((6,), ("i3",)), "stage2/block2/norm1/shift": ((6,), ("i3",)),
    "stage2/block2/conv2/weights": ((3, 3, 6, 6), (None, None, "i3", "s2")), "stage2/block2/norm2/scale": ((6,), ("s2",)), "stage2/block2/norm2/shift": ((6,), ("s2",)),
    "head/weights": ((1, 1, 6, 4), (None, None, "s2", None)),
}


def weight_matching(spec, a, b):
    sizes = {p: shape[axis] for shape, axes in spec.values() for axis, p in enumerate(axes) if p}
    perms = {p: np.arange(n) for p, n in sizes.items()}

    def permuted(name, leave=None):
        w = b[name]
        for axis, p in enumerate(spec[name][1]):
            if p and axis != leave:
                w = np.take(w, perms[p], axis)
        return w

    better = True
    while better:
        better = False
        for p, n in sizes.items():  # in the order of their layers
            gain = np.zeros((n, n))
            for name, (_, axes) in spec.items():
                for axis, q in enumerate(axes):
                    if q == p:
                        x = np.moveaxis(a[name], axis, 0).reshape(n, -1)
                        y = np.moveaxis(permuted(name, axis), axis, 0).reshape(n, -1)
                        gain += x @ y.T
            rows, columns = linear_sum_assignment(gain, maximize=True)
            if gain[rows, columns].sum() > gain[np.arange(n), perms[p]].sum() + 1e-9:
                perms[p], better = columns, True
    return {name: permuted(name) for name in spec}


def flat(spec, weights):
    return [float(str(v)) for name in spec for v in np.float32(weights[name]).ravel()]  # as short as float32 allows


reference = {"matching": []}
for spec in (dense, residual):
    draw = lambda: {name: np.float32(rng.standard_normal(shape)).astype(float) for name, (shape, _) in spec.items()}
    a, b = draw(), draw()
    reference["matching"].append({
        "layout": [{"path": name, "dims": list(shape)} for name, (shape, _) in spec.items()],
        "a": flat(spec, a), "b": flat(spec, b), "matched": flat(spec, weight_matching(spec, a, b))})

snapshots = np.float32(rng.standard_normal((5, 4))).astype(float)
means = np.cumsum(snapshots, 0) / np.arange(1, 6)[:, None]
rank, variance = 3, snapshots.var(0)
deviations = (snapshots - means)[-rank:]
reference["swag"] = {
    "snapshots": snapshots.tolist(), "rank": rank, "mean": snapshots.mean(0).tolist(), "variance": variance.tolist(),
    "deviations": deviations.tolist(), "covariance": (np.diag(variance) / 2 + deviations.T @ deviations / (2 * (rank - 1))).tolist()}

# The moving average of four steps' weights, its first value the first of them.
steps, decay = np.float32(rng.standard_normal((4, 3))).astype(float), 0.8
average = steps[0]
for theta in steps[1:]:
    average = decay * average + (1 - decay) * theta
reference["ema"] = {"steps": steps.tolist(), "decay": decay, "average": average.tolist()}

# The rates of snapshot ensembles (Huang et al. 2017, equation 2), an epoch each.
peak, total, cycles = 0.2, 12, 3
length = math.ceil(total / cycles)
reference["snapshots"] = {"peak": peak, "epochs": total, "cycles": cycles, "rates": [
    peak / 2 * (math.cos(math.pi * ((t - 1) % length) / length) + 1) for t in range(1, total + 1)]}

# Volumes of complexes, [fixed + between][P], by the singular values.
reference["volumes"] = []
for fixed, between in ((2, 1), (3, 2), (2, 3)):
    theta = np.float32(rng.standard_normal((fixed + between, 7)))
    volume = sum(np.prod(np.linalg.svd(theta[fixed:].astype(float) - theta[i], compute_uv=False)) / math.factorial(between) for i in range(fixed))
    reference["volumes"].append({"fixed": fixed, "between": between, "theta": theta.tolist(), "volume": volume})

with open("reference.json", "w") as f:
    json.dump(reference, f, separators=(",", ":"))
    f.write("\n")
