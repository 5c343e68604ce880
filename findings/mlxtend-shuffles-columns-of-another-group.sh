#!/usr/bin/env bash
# mlxtend 0.25.0 shuffles the first columns in place of those of a group, and leaves them
# shuffled, for the groups that follow and in the caller's data.
#
# feature_importance_permutation tells how much of its accuracy a network loses when a feature is
# shuffled among the examples. feature_groups lets several be shuffled as one, such as those that
# encode one value: it documents the list [1, 2, [3, 4, 5]]. For a group of n columns it shuffles
# columns 0 to n - 1, whichever are in the group, and puts back those that are. What the group
# gets is the importance of other columns; from then on the first are noise, for every group after
# it, in every further round, and for whoever goes on with the same array.
#
# Seen, for labels that are the sign of column 0 alone, which is worth half of the accuracy: in
# [0, 1, 2, 3] and in [[0, 1], 2, 3] the first entry gets 0.5 and the others nothing. In
# [[2, 3], 0, 1] each of the three gets 0.5, though only column 0 is to; and on the caller's data
# the network is then right in 0.5 of the examples, where it was in all. The script fails when that
# changes. The remedy is to shuffle a group by hand, all its columns by one permutation, in a copy.
# Needs python3 (3.11 or newer); installs mlxtend and NumPy into a temporary folder, and of
# mlxtend runs the one file that matters, which wants no other package.
set -euo pipefail
python=${PYTHON:-python3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$dir" mlxtend==0.25.0 numpy==2.4.6
OMP_NUM_THREADS=1 PYTHONPATH=$dir:$dir/mlxtend/evaluate "$python" -W ignore - <<'PY' | tee "$dir/said"
import numpy as np
from feature_importance import feature_importance_permutation

drawn = np.random.default_rng(1).standard_normal((2000, 4))
labels = drawn[:, 0] > 0


def network(x):
    return x[:, 0] > 0


def right(x):
    return (network(x) == labels).mean()


def by_hand(groups):
    for group in groups:
        x = drawn.copy()
        x[:, group] = x[np.random.default_rng(2).permutation(len(x))][:, group]
        yield 1 - right(x)


def say(importance):
    return " ".join(f"{value:.1f}" for value in importance)


for groups in [0, 1, 2, 3], [[0, 1], 2, 3], [[2, 3], 0, 1]:
    x = drawn.copy()
    importance, _ = feature_importance_permutation(x, labels, network, "accuracy", feature_groups=groups, seed=1)
    print(f"{groups}: {say(np.abs(importance))}, by hand {say(by_hand(groups))}; the caller's data are right in {right(x):.1f}")
PY
[ "$(cat "$dir/said")" = "[0, 1, 2, 3]: 0.5 0.0 0.0 0.0, by hand 0.5 0.0 0.0 0.0; the caller's data are right in 1.0
[[0, 1], 2, 3]: 0.5 0.0 0.0, by hand 0.5 0.0 0.0; the caller's data are right in 1.0
[[2, 3], 0, 1]: 0.5 0.5 0.5, by hand 0.0 0.5 0.0; the caller's data are right in 0.5" ] || { echo "mlxtend does otherwise now" >&2; exit 1; }
