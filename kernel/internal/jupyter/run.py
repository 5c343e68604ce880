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
    notebook = nbformat.read(source, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=float(seconds) or None,
        startup_timeout=300,  # a slow machine compiles what the kernel asks for at its start
        allow_errors=True,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": sys.argv[5]}},
    )
    stopped = False
    with client.setup_kernel():
        say(kernel=getattr(client.km.provisioner, "pid", None) or 0)
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            problem = ""
            try:
                client.execute_cell(cell, index)
            except CellTimeoutError:
                problem = "took longer than -timeout allows"
            except DeadKernelError:
                problem = "the kernel died"
            say(index=index, cell=cell, problem=problem)
            if sys.stdin.readline().strip() != "go on":
                stopped = True
                break
        info = client.wait_for_reply(client.kc.kernel_info()) if not stopped else None
        if info:
            notebook.metadata["language_info"] = info["content"]["language_info"]
    nbformat.write(notebook, target)
    say(done=True)


main(*sys.argv[1:5])
