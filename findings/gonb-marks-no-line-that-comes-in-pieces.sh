#!/usr/bin/env bash
# GoNB 0.11.5 marks no cell line in a stack that reaches it in pieces.
#
# GoNB writes the cell and its line ("[[ Cell [1] Line 2 ]]") before every place of
# its generated main.go that a program names on its error stream. It looks for them
# in each piece that it reads by itself. Go's runtime writes a stack by many small
# writes, the name of a file and the number of its line apart: which of them arrive
# together depends on how busy the machine is, and so does whether a reader sees the
# line of the cell. The pause here makes what happens by chance happen always.
#
# Seen: marked: True for a place in one write, False for the same one in two. The
# script fails when that changes. A program that wants the line puts the pieces
# together and looks into the generated file itself, while it is there.
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
for pause in "0", "time.Second":
    said = []
    def keep(message):
        if message["msg_type"] == "stream" and message["content"]["name"] == "stderr":
            said.append(message["content"]["text"])
    client.execute_interactive(f"""%%
_, file, line, _ := runtime.Caller(0)
if pause := time.Duration({pause}); pause == 0 {{
	fmt.Fprintf(os.Stderr, "%s:%d", file, line)
}} else {{
	fmt.Fprint(os.Stderr, file)
	time.Sleep(pause)
	fmt.Fprintf(os.Stderr, ":%d", line)
}}""", output_hook=keep, timeout=300)
    print("marked:", "[[ Cell" in "".join(said))
client.stop_channels()
manager.shutdown_kernel()
P
[ "$(cat said)" = "marked: True
marked: False" ]
