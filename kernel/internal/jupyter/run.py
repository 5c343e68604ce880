"""Executes one notebook, cell by cell, as the program that started it says.

Arguments: notebook, where to write it, kernel, seconds a cell may take (0: any).
First a line of JSON with the kernel's process goes out. After every code cell
one goes out too, and a line comes in: "go on" or anything else to stop.
"""
import json
import os
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError


# What says the lines is ours alone. Kernels inherit descriptor 1, which would
# stay open as long as they live: whoever listens would never hear that we died.
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def say(**what):
    print(json.dumps(what), file=out, flush=True)


def main(source, target, kernel, seconds):
    with open(source, encoding="utf-8-sig") as file:  # some editors write a byte-order mark
        notebook = nbformat.read(file, as_version=4)
    reply = {}

    def replied(cell, cell_index, execute_reply):
        reply.update((execute_reply or {}).get("content", {}))

    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=int(seconds) or None,
        startup_timeout=300,  # a slow machine compiles what the kernel asks for at its start
        allow_errors=True,
        record_timing=False,
        coalesce_streams=True,
        on_cell_executed=replied,
        resources={"metadata": {"path": sys.argv[5]}},
    )
    stopped = False
    with client.setup_kernel():
        say(kernel=getattr(client.km.provisioner, "pid", None) or 0)
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            if "skip-execution" in cell.metadata.get("tags", []):
                continue  # nbclient would leave it too; what is in its outputs is of another day
            problem = ""
            reply.clear()
            try:
                client.execute_cell(cell, index)
            except CellTimeoutError:
                problem = "took longer than -timeout allows"
            except DeadKernelError:
                problem = "the kernel died"
            told = {key: reply[key] for key in ("status", "evalue") if key in reply}
            say(index=index, cell=cell, reply=told, problem=problem)
            if sys.stdin.readline().strip() != "go on":
                stopped = True
                break
        info = client.wait_for_reply(client.kc.kernel_info()) if not stopped else None
        if info:
            notebook.metadata["language_info"] = info["content"]["language_info"]
    nbformat.write(notebook, target)
    say(done=True)


main(*sys.argv[1:5])
