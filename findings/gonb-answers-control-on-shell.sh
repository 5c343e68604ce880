#!/usr/bin/env bash
# GoNB 0.11.5 answers on the shell channel what it was asked on the control channel.
#
# A Jupyter kernel has two sockets for requests, so that an interrupt or a question gets
# through while a cell runs, and each is answered where it was asked: who asks on control
# listens there. GoNB reads both and answers on shell alone. Where the socket that asked
# has an identity of its own, as those by which JupyterLab's server asks whether a kernel is
# there, the answer is for nobody and dropped; a client that has one identity for both gets
# it among the replies to cells.
#
# Seen: of a kernel_info_request on control and one on shell, both answers on shell and
# none on control. The script fails when that changes. Needs go and python3; installs gonb
# v0.11.5, goimports v0.44.0 and jupyter-client 8.10.0 into a temporary folder.
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
from queue import Empty
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="gonb", startup_timeout=120)
asked = {}
for name, channel in (("control", client.control_channel), ("shell", client.shell_channel)):
    question = client.session.msg("kernel_info_request", {})
    asked[question["header"]["msg_id"]] = name
    channel.send(question)
answered = []
for name, get in (("shell", client.get_shell_msg), ("control", client.get_control_msg)):
    try:
        while True:
            m = get(timeout=5)
            if m["parent_header"].get("msg_id") in asked:
                answered.append(f"{asked[m['parent_header']['msg_id']]} on {name}")
    except Empty:
        pass
print("asked and answered:", ", ".join(sorted(answered)))
client.stop_channels()
manager.shutdown_kernel()
P
[ "$(cat said)" = "asked and answered: control on shell, shell on shell" ]
