#!/usr/bin/env bash
# jupytext 1.19.6 makes comments of statements whose variable has the name of a shell command,
# and statements of comments that begin with such a word.
#
# IPython lets one write "ls" or "rm old.npz" without a mark, as long as that is no Python and
# no variable has the name. In a script such lines must be comments, and jupytext makes them
# so, and takes the "# " away again on the way back. It knows them by the line's first word,
# one of cat, cd, cp, mv, rm, rmdir, mkdir, copy, ddir, echo, ls, ldir and ren, if that is the
# line or a blank comes next and then neither "=" nor ",". Much of that is Python: rm /= n, for
# a running mean, mv *= momentum, for a moving variance, cp -= 1. These lines, at the left edge
# of a cell, are comments in the script of the notebook, in the formats py:percent and py:light
# alike; it runs without an error, and computes something else. The notebook that is read back
# from it is right, so that jupytext's own comparison (--test) finds nothing.
#
# The other way round, "# copy the weights" and "# echo state networks" in a script that was
# written by hand become "copy the weights" and so on in the notebook, which is no Python, and
# a disabled "# rm old.npz" removes the file when the cell is run.
#
# Seen: IPython (9.8.0) computes a mean of 2.0 and a variance of 0.9 in a cell, and the cell's
# script 6.0 and 1.0; of four comments in a script three are none in the notebook. The script
# fails when that changes. The remedy is "comment_magics: false" in the notebook's settings, or
# other names.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check jupytext==1.19.6 nbformat==5.11.1 ipython==9.8.0
cat >names.py <<'PY'
import os

os.environ["IPYTHONDIR"] = os.getcwd()

import jupytext
import nbformat
from IPython.core.interactiveshell import InteractiveShell

cell = """rm, mv = 0.0, 1.0
for x in [1.0, 2.0, 3.0]:
    rm += x
rm /= 3
mv *= 0.9
print("mean", rm, "variance", mv)"""
book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)],
                                metadata={"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}})
print("In IPython:", end=" ", flush=True)
InteractiveShell.instance().run_cell(cell)
for form in "py:percent", "py:light":
    script = jupytext.writes(book, form)
    print(f"As {form}:", end=" ", flush=True)
    exec(compile(script, form, "exec"), {})
    print("  commented:", [line for line in script.splitlines() if line.startswith(("# rm", "# mv"))],
          "read back alike:", jupytext.reads(script, form).cells[0].source == cell)

script = """# %%
# copy the weights
weights = [1, 2]
copied = list(weights)
# echo state networks train no more than this
# rm old.npz
# and these are tested
print(copied)
"""
print("A script's comments, in the notebook:")
for line in jupytext.reads(script, "py:percent").cells[0].source.splitlines():
    print("  " + line)
PY
env/bin/python names.py 2>>"$dir/err" | tee said
[ "$(cat said)" = "In IPython: mean 2.0 variance 0.9
As py:percent: mean 6.0 variance 1.0
  commented: ['# rm /= 3', '# mv *= 0.9'] read back alike: True
As py:light: mean 6.0 variance 1.0
  commented: ['# rm /= 3', '# mv *= 0.9'] read back alike: True
A script's comments, in the notebook:
  copy the weights
  weights = [1, 2]
  copied = list(weights)
  echo state networks train no more than this
  rm old.npz
  # and these are tested
  print(copied)" ]
