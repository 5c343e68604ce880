#!/usr/bin/env bash
# nbstripout 0.9.1, told to take cells with any of several tags out of a notebook, takes out
# those with the last of the tags, and leaves the others with all that is in them.
#
# --drop-tagged-cells is documented as a list of tags, separated by blanks, each of which
# removes the whole cell, as for the solutions of exercises. For each tag there is a test, made
# in a loop, and the tests are run when the loop is over: all of them ask for the tag with
# which it ended. With one tag that is the same, and so with "solution" alone, the example of
# its documentation. With "solution private" the solutions are in what is committed or handed
# out, where nbstripout is git's filter, and nothing is said; with "private solution" it is
# what was private.
#
# Beside that, --keep-output-type, which is documented as what else to keep, takes outputs away
# from cells that are tagged keep_output: all of other types.
#
# Seen, of a notebook with a cell each of "solution", "private", "draft" and "keep_output":
# "solution" drops one cell, "solution private draft" drops one too, the draft; by the list it
# should be three. The cell to be kept has a text and a picture, and with
# --keep-output-type stream the text alone. The script fails when that changes. The remedy is
# to run nbstripout once for each tag.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check nbstripout==0.9.1 nbformat==5.11.1
cat >tags.py <<'PY'
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

cells = [new_code_cell(f"{tag}_cell = 1", metadata={"tags": [tag]}) for tag in ("solution", "private", "draft")]
cells += [new_code_cell("plot()", metadata={"tags": ["keep_output"]}, outputs=[
    new_output("stream", text="accuracy 0.91\n"), new_output("display_data", data={"image/png": "AAAA"})])]
nbformat.write(new_notebook(cells=cells), "book.ipynb")
text = Path("book.ipynb").read_text()


def strip(*options):
    Path("book.ipynb").write_text(text)
    subprocess.run([Path(sys.executable).with_name("nbstripout"), *options, "--", "book.ipynb"], check=True)
    return nbformat.read("book.ipynb", as_version=4).cells


def tags(cells):
    return " ".join(cell.metadata.tags[0] for cell in cells)


print("all cells:", tags(strip()))
for dropped in "solution", "solution private", "private solution", "solution private draft":
    print(f"without {dropped}:", tags(strip("--drop-tagged-cells", dropped)))
for options in [], ["--keep-output-type", "stream"]:
    kept = strip(*options)[-1].outputs
    print(" ".join(["nbstripout"] + options) + ", of the cell to keep:", " ".join(output.output_type for output in kept))
PY
env/bin/python tags.py 2>>"$dir/err" | tee said
[ "$(cat said)" = "all cells: solution private draft keep_output
without solution: private draft keep_output
without solution private: solution draft keep_output
without private solution: private draft keep_output
without solution private draft: solution private keep_output
nbstripout, of the cell to keep: stream display_data
nbstripout --keep-output-type stream, of the cell to keep: stream" ]
