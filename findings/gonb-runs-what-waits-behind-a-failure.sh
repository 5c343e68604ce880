#!/usr/bin/env bash
# GoNB 0.11.5 answers "ok" to cells that were queued behind one that failed.
#
# Jupyter's protocol lets a client send many execute_requests at once, each with
# stop_on_error: true (JupyterLab's "Run All" does). IPython's kernel answers those
# that wait behind a failure with status "aborted" and does not run them. GoNB runs
# them: stop_on_error is not looked at, and there is no "aborted" in it.
#
# Seen: error, ok, ok. The script fails when that changes.
# Needs go and python3; installs gonb v0.11.5, goimports v0.44.0 and
# jupyter-client 8.10.0 into a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
export GOBIN=$dir/bin GOFLAGS=-mod=mod TMPDIR=$dir/tmp
mkdir tmp tools && cd tools
go mod init tools 2>>"$dir/err"
go get github.com/janpfeifer/gonb@v0.11.5 golang.org/x/tools@v0.44.0 2>>"$dir/err"
go build -o "$GOBIN/" github.com/janpfeifer/gonb golang.org/x/tools/cmd/goimports
cd ..
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check jupyter-client==8.10.0
mkdir -p kernels/gonb
printf '{"argv": ["%s/bin/gonb", "-kernel", "{connection_file}", "-logtostderr=false"], "display_name": "gonb", "language": "go", "interrupt_mode": "message", "env": {"PATH": "%s/bin:%s"}}' "$dir" "$dir" "$PATH" >kernels/gonb/kernel.json
JUPYTER_PATH=$dir JUPYTER_RUNTIME_DIR=$dir/run env/bin/python - <<'P' | tee said
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="gonb", startup_timeout=120)
cells = ['%%\nos.Exit(1)', '%%\nfmt.Println("second")', '%%\nfmt.Println("third")']
asked = [client.execute(c, stop_on_error=True) for c in cells]
said = {}
while len(said) < len(asked):
    m = client.get_shell_msg(timeout=120)
    if m["parent_header"]["msg_id"] in asked:  # others answer the questions of its start
        said[m["parent_header"]["msg_id"]] = m["content"]["status"]
print(", ".join(said[a] for a in asked))
client.stop_channels()
manager.shutdown_kernel()
P
[ "$(cat said)" = "error, ok, ok" ]
