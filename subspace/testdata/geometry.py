"""Writes geometry.json: planes and filter-normalised directions by NumPy.

    python geometry.py

A plane is NumPy's QR decomposition (Householder reflections, not Gram-Schmidt) of
its two sides in float64, with the signs turned so that b lies on the positive x
axis and c above it. The coefficients of a point are least squares on the two
sides. A direction is normalised on
arrays of the weights' own shapes, filter by filter with numpy.linalg.norm.
"""

import json
import pathlib

import numpy as np

rng = np.random.default_rng(2018)


def plane(name, a, b, c):
    points = np.asarray([a, b, c], dtype=np.float32)
    wide = points.astype(np.float64)
    q, r = np.linalg.qr((wide[1:] - wide[0]).T)  # [P, 2], [2, 2]
    signs = np.sign(np.diag(r))
    q, r = q * signs, r * signs[:, None]
    case = {"name": name, "points": points.tolist(), "b": r[:, 0].tolist(), "c": r[:, 1].tolist(), "at": []}
    for share_x, share_y in ((0.3, 0.4), (-0.2, 1.2), (1.2, -0.2), (0, 0)):
        place = np.array([share_x * r[0, 0], share_y * r[1, 1]])
        along = np.linalg.lstsq((wide[1:] - wide[0]).T, q @ place, rcond=None)[0]
        case["at"].append({"x": place[0], "y": place[1], "weights": [1 - along.sum(), *along]})
    return case


def direction():
    weights = []
    for path, dims in (("conv", (3, 3, 2, 4)), ("norm/scale", (4,)), ("norm/shift", (4,)), ("dense", (8, 5)), ("bias", (5,))):
        theta = (rng.normal(size=dims) * rng.uniform(0.01, 3, size=dims[-1])).astype(np.float32)
        if path == "dense":
            theta[:, 2] = 0
        drawn = rng.normal(size=dims)
        want = np.zeros(dims)
        if len(dims) > 1:
            for f in range(dims[-1]):
                want[..., f] = drawn[..., f] / np.linalg.norm(drawn[..., f]) * np.linalg.norm(theta[..., f].astype(np.float64))
        weights.append({"path": path, "dims": dims, "theta": theta.ravel().tolist(),
                        "drawn": drawn.ravel().tolist(), "want": want.ravel().tolist()})
    return weights


near = rng.normal(size=30) * 10
geometry = {
    "planes": [
        plane("two weights", [0, 0], [3, 4], [0, 5]),
        plane("independent draws", *rng.normal(size=(3, 40))),
        plane("small", *(1e-20 * rng.normal(size=(3, 7)))),
        plane("close to each other", near, near + 1e-2 * rng.normal(size=30), near + 1e-2 * rng.normal(size=30)),
        plane("thin, c behind a", [1, 2, 3, 4], [2, 2, 3, 4], [-6, 2.5, 3, 4]),
    ],
    "direction": direction(),
}
path = pathlib.Path(__file__).with_name("geometry.json")
rows = [f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]" for key, rows in geometry.items()]
path.write_text("{" + ",\n".join(rows) + "}\n")
print(path.name)
