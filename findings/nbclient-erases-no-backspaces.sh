#!/usr/bin/env bash
# nbclient 0.11.0, told to put a cell's streams together as a front end does
# (coalesce_streams), leaves every backspace in the text, and drops what a carriage return
# goes back over although nothing was written there.
#
# The option's help speaks of merging streams alone; comments in its code say what else is
# meant, to remove each backspace with what stands before it, and what a carriage return has
# written over. The loop for the first runs as long as the text has become shorter than it was, which it is
# not before the first time; and in Python's regular expressions \b is a backspace within
# brackets alone, so that the pattern asks for the boundary of a word. Of a carriage return a terminal goes back to the start of the line and
# writes over it, and JupyterLab does the same: what is longer than what follows stays. Here
# the whole beginning of the line is gone.
#
# Seen with ipykernel 7.4.0: "12\b3", of which a terminal makes "13", stays as it is, and of
# "Loading...\rDone" "Done" is left, where a terminal shows "Doneing...". A line in a
# notebook that was run by a program is then another than in the one that was run by hand.
# The script fails when that changes. The remedy is to put streams together oneself.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check nbclient==0.11.0 nbformat==5.10.4 ipykernel==7.4.0 jupyter-client==8.10.0
cat >run.py <<'PY'
import nbformat
from nbclient import NotebookClient


def terminal(text):
    """What one line shows."""
    line, at = [], 0
    for c in text:
        if c == "\r":
            at = 0
        elif c == "\b":
            at = max(0, at - 1)
        else:
            line[at:at + 1] = c
            at += 1
    return "".join(line)


for text in "12\b3", "Loading...\rDone", "50 %\r99 %":
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"print({text!r})")])
    NotebookClient(book, kernel_name="python3", coalesce_streams=True).execute()
    print(f"{text!r}: nbclient {book.cells[0].outputs[0].text.rstrip()!r}, a terminal {terminal(text)!r}")
PY
JUPYTER_RUNTIME_DIR=$dir/run IPYTHONDIR=$dir/ipython JUPYTER_PATH='' env/bin/python run.py | tee said
[ "$(cat said)" = "'12\\x083': nbclient '12\\x083', a terminal '13'
'Loading...\\rDone': nbclient 'Done', a terminal 'Doneing...'
'50 %\\r99 %': nbclient '99 %', a terminal '99 %'" ]
