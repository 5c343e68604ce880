#!/usr/bin/env bash
# nbconvert 7.17.2 colours the cells of a notebook that GoNB 0.11.5 ran as Python.
#
# GoNB tells Jupyter of its language: name "go", and pygments_lexer "", which Jupyter
# keeps in the notebook. nbconvert takes the name for the lexer only where the entry
# is missing; an empty one it takes for "ipython3", whatever the name says. In the
# page "func" and "var" are then names like any other, and "//" an operator with
# words behind it, where Go has keywords and a comment.
#
# Seen: hl-ipython3 for the empty entry, hl-go without it. The script fails when that
# changes. The remedy is to take the entry out, or to write "go" into it.
# Needs go and python3; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
export GOBIN=$dir/bin GOFLAGS=-mod=mod
mkdir tools && cd tools
go mod init tools 2>>"$dir/err"
go get github.com/janpfeifer/gonb@v0.11.5 2>>"$dir/err"
go build -o "$GOBIN/" github.com/janpfeifer/gonb
cd ..
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check nbconvert==7.17.2 nbformat==5.11.1 jupyter-client==8.10.0 ipython==8.37.0
mkdir -p kernels/gonb
printf '{"argv": ["%s/bin/gonb", "-kernel", "{connection_file}", "-logtostderr=false"], "display_name": "gonb", "language": "go", "interrupt_mode": "message", "env": {"PATH": "%s"}}' "$dir" "$PATH" >kernels/gonb/kernel.json
TMPDIR=$dir JUPYTER_PATH=$dir JUPYTER_RUNTIME_DIR=$dir/run env/bin/python - <<'PY' | tee said
import re
import subprocess

import nbformat
from jupyter_client.manager import start_new_kernel
from nbconvert import HTMLExporter

manager, client = start_new_kernel(kernel_name="gonb", startup_timeout=120, stderr=subprocess.DEVNULL)
language = client.kernel_info(reply=True, timeout=120)["content"]["language_info"]
client.stop_channels()
manager.shutdown_kernel(now=True)
print("name:", repr(language["name"]), "pygments_lexer:", repr(language["pygments_lexer"]))

def page():
    cell = nbformat.v4.new_code_cell("var n = 1 // one\nfunc f() {}")
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"language_info": language})
    html, _ = HTMLExporter().from_notebook_node(notebook)
    lexer = re.search(r"highlight (hl-\w+)", html).group(1)
    keywords = [word for word in ("var", "func") if re.search(f"<span class=.k\\w?.>{word}</span>", html)]
    comment = re.search(r"<span class=.c\w.>// one", html) is not None
    print(lexer, "keywords:", keywords, "comment:", comment)

page()
del language["pygments_lexer"]
page()
PY
[ "$(cat said)" = "name: 'go' pygments_lexer: ''
hl-ipython3 keywords: [] comment: False
hl-go keywords: ['var', 'func'] comment: True" ]
