#!/usr/bin/env bash
# jupyter-client 8.10.0 sends other values for the same cell once orjson is installed.
#
# Messages are packed by Python's own json, or, to be faster, by orjson, which jupyter-client
# lists as an extra and uses wherever it can be imported, also where some other package has
# brought it along. The two differ. A whole number beyond 64 bits, which JSON has, comes back
# as it was or as a float. Of what JSON has no word for, and kernels display all the same, a
# loss that is NaN becomes the word "nan" or null, and a time without a zone is of the
# machine's own zone or of UTC, which are two instants. All of it is what a notebook then keeps
# as its output. Beside Python's json both of the latter bring warnings, beside orjson nothing
# does.
#
# Seen with ipykernel 7.4.0 in a zone five hours behind UTC: "nan", 12:00-05:00, exact; and
# after "pip install orjson==3.13.0", with nothing else changed, null (Python's None),
# 12:00Z, and a float that is 1 less. The script fails when that changes. One would expect
# the same of both: one is the other's fallback, and the changelog (8.8.0) speaks of faster
# messages alone. The remedy is to name the packer on both sides, --Session.packer=json.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
pip() { env/bin/pip install --quiet --disable-pip-version-check "$@"; }
pip jupyter-client==8.10.0 ipykernel==7.4.0 ipython==8.37.0
cat >show.py <<'PY'
import subprocess

from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="python3", startup_timeout=120, stderr=subprocess.DEVNULL)

def keep(message):
    if message["msg_type"] == "display_data":
        print(repr(message["content"]["data"]["application/json"]["x"]), end="  ")

print(client.session.packer, end=":  ")
client.execute_interactive("from datetime import datetime", timeout=120)
for x in "float('nan')", "datetime(2026, 1, 1, 12)", "2**64 + 1":
    reply = client.execute_interactive(f"display({{'application/json': {{'x': {x}}}}}, raw=True)", output_hook=keep, timeout=120)
    assert reply["content"]["status"] == "ok", reply
print()
client.stop_channels()
manager.shutdown_kernel()
PY
show() { TZ=XST5 JUPYTER_RUNTIME_DIR=$dir/run IPYTHONDIR=$dir/ipython JUPYTER_PATH='' env/bin/python show.py | tee -a said; }
show
pip orjson==3.13.0
show
[ "$(cat said)" = "json:  'nan'  '2026-01-01T12:00:00-05:00'  18446744073709551617  
orjson:  None  '2026-01-01T12:00:00Z'  1.8446744073709552e+19  " ]
