"""Writes reference.json: what other implementations make of the same input.

    python make_reference.py     # Matplotlib, SciPy, scikit-learn, colorspacious

The colour map is Matplotlib's viridis. Values between grid points are SciPy's.
Bins of confidence are scikit-learn's calibration curve and histogram, the
calibration error is summed over the images themselves. How far colours are apart
is CAM02-UCS, as seen by readers with normal sight and with the three kinds of
colour blindness at full strength (Machado et al. 2009).
"""

import json
import pathlib

import matplotlib
import numpy as np
from colorspacious import cspace_convert, deltaE
from scipy.interpolate import RegularGridInterpolator
from sklearn.calibration import calibration_curve

random = np.random.default_rng(1)


def field():
    x, y = np.array([-1.0, 0.0, 0.5, 2.0, 5.0]), np.array([0.0, 1.0, 3.0, 3.5])
    z = random.normal(size=(len(y), len(x)))
    at = np.column_stack([random.uniform(-1, 5, 40), random.uniform(0, 3.5, 40)])
    values = RegularGridInterpolator((y, x), z)(at[:, ::-1])
    return {"x": x.tolist(), "y": y.tolist(), "z": z.tolist(), "at": at.tolist(), "values": values.tolist()}


def calibration(bins):
    confidence = random.beta(5, 1.5, 2000)
    right = random.uniform(size=2000) < 0.15 + 0.7 * confidence**2
    accuracy, mean = calibration_curve(right, confidence, n_bins=bins, strategy="uniform")
    count, edges = np.histogram(confidence, bins=bins, range=(0, 1))
    of = np.clip((confidence * bins).astype(int), 0, bins - 1)
    ece = 0.0
    for b in range(bins):
        inside = of == b
        if inside.any():
            ece += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    filled = iter(zip(mean.tolist(), accuracy.tolist()))
    rows = []
    for b in range(bins):
        m, a = next(filled) if count[b] else (0.0, 0.0)
        rows.append({"Low": edges[b], "High": edges[b + 1], "N": int(count[b]), "Confidence": m, "Accuracy": a})
    return {"bins": rows, "ece": 100 * ece, "accuracy": right.mean(), "confidence": confidence.mean()}


def closest(palette):
    sights = [None] + [{"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
                       for kind in ("protanomaly", "deuteranomaly", "tritanomaly")]
    least = np.inf
    for sight in sights:
        seen = [[int(c[i:i + 2], 16) / 255 for i in (0, 2, 4)] for c in palette]
        if sight:
            seen = np.clip([cspace_convert(c, sight, "sRGB1") for c in seen], 0, 1)
        for i in range(len(seen)):
            for j in range(i):
                least = min(least, deltaE(seen[i], seen[j], input_space="sRGB1"))
    return float(least)


viridis = [matplotlib.colors.to_hex(c)[1:] for c in matplotlib.colormaps["viridis"].colors]
palette = ["0072b2", "d55e00", "009e73", "cc79a7", "e69f00", "56b4e9", "333333", "7a4a10"]
pathlib.Path(__file__).with_name("reference.json").write_text(json.dumps({
    "viridis": viridis,
    "field": field(),
    "calibration": calibration(12),
    "palette": palette,
    "closest": closest(palette),
    "closestOfSix": closest(palette[:6]),
}, indent=1) + "\n")
