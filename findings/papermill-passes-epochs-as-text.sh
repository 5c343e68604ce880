#!/usr/bin/env bash
# papermill 2.7.0 makes text of the numbers in a dict's keys and of tuples, on their way into a
# notebook, and numbers of names that only look like some.
#
# execute_notebook takes parameters as Python values and writes them into a cell as Python. It
# knows what a list, a dict, a number and a bool are, and has one more rule: all else becomes a
# string. The keys of a dict go by the rule for strings, whatever they are. So a schedule for
# the learning rate, {0: 0.1, 30: 0.01}, arrives as {"0": 0.1, "30": 0.01}, and a lookup of
# epoch 30 with a default gives the default: the run goes on with the first rate to its end. A
# tuple, which is what shapes and Adam's betas are, arrives as its text, of which one can take
# the length, or the first letter. The same cell in the notebook, run by hand, has numbers
# there, and so has the call; only the cell in between says otherwise.
#
# On the command line -p makes a number of what Python's int or float accept, also of
# 2026_11_30, which is 20261130 then, and of a commit such as 12e4567, which is infinite; -y
# leaves lr: 1e-3 a string, as YAML 1.1 wants a point there, where -p has 0.001.
#
# Seen: the schedule's 0.01 of epoch 30 becomes 0.1, and the first of the betas "(". The script
# fails when that changes. The remedy is lists of pairs, lists in place of tuples, -r for names,
# and 1.0e-3 in YAML.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check papermill==2.7.0 nbformat==5.11.1
cat >pass.py <<'PY'
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill

names = "\n".join(f"{name} = None" for name in ("schedule", "betas", "lr", "run", "commit"))
nbformat.write(nbformat.v4.new_notebook(
    cells=[nbformat.v4.new_code_cell(names, metadata={"tags": ["parameters"]})],
    metadata={"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"},
              "language_info": {"name": "python"}}), "book.ipynb")


def arrived():
    """Runs the cell that papermill has put in, and returns what it sets."""
    cells = nbformat.read("out.ipynb", as_version=4).cells
    values = {}
    exec(next(cell.source for cell in cells if "injected-parameters" in cell.metadata.tags), {}, values)
    return values


given = {"schedule": {0: 0.1, 30: 0.01}, "betas": (0.9, 0.999), "lr": 1e-3}
papermill.execute_notebook("book.ipynb", "out.ipynb", given, prepare_only=True, progress_bar=False)
got = arrived()
for name, value in given.items():
    print(f"{name}: {value!r} arrives as {got[name]!r}")
print("the rate of epoch 30:", given["schedule"].get(30, 0.1), "becomes", got["schedule"].get(30, 0.1))
print("the first beta:", given["betas"][0], "becomes", got["betas"][0])

tool = Path(sys.executable).with_name("papermill")
for options in (["-p", "lr", "1e-3"], ["-y", "lr: 1e-3"], ["-y", "schedule: {0: 0.1, 30: 0.01}"],
                ["-p", "run", "2026_11_30"], ["-p", "commit", "12e4567"], ["-r", "commit", "12e4567"]):
    subprocess.run([tool, "--prepare-only", "--no-progress-bar", *options, "book.ipynb", "out.ipynb"], check=True,
                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(" ".join(options), "arrives as", *(repr(value) for value in arrived().values()))
PY
env/bin/python pass.py 2>>"$dir/err" | tee said
[ "$(cat said)" = "schedule: {0: 0.1, 30: 0.01} arrives as {'0': 0.1, '30': 0.01}
betas: (0.9, 0.999) arrives as '(0.9, 0.999)'
lr: 0.001 arrives as 0.001
the rate of epoch 30: 0.01 becomes 0.1
the first beta: 0.9 becomes (
-p lr 1e-3 arrives as 0.001
-y lr: 1e-3 arrives as '1e-3'
-y schedule: {0: 0.1, 30: 0.01} arrives as {'0': 0.1, '30': 0.01}
-p run 2026_11_30 arrives as 20261130
-p commit 12e4567 arrives as inf
-r commit 12e4567 arrives as '12e4567'" ]
