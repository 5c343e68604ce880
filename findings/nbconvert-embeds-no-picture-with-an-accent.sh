#!/usr/bin/env bash
# nbconvert 7.17.2, told to embed pictures in its page, leaves out those whose names have a
# blank or a letter beyond ASCII, and does not find such a picture that is attached to the
# cell.
#
# A Markdown cell names a picture as ![](ä.png), or ![](<my picture.png>). Its parser, mistune
# 3, hands names on as an address in a page is to be written, with %C3%A4 for ä and %20 for a
# blank. nbconvert takes that for the name of the file, finds none, and leaves the address as
# it is, without a word: the page looks right beside its notebook, and has gaps wherever else
# it goes, which is what --embed-images is there to prevent. For an attachment, which is
# within the notebook, the same name gives the error "missing attachment", and no page at all
# (nbconvert, issues 2143 and 2247). The same picture by <img src="ä.png">, which mistune
# leaves alone, is embedded.
#
# Seen with mistune 3.4.0: a.png is embedded, ä.png and "my picture.png" are not, by <img>
# they are; attached, a.png is embedded, and the others are "missing". The script fails when
# that changes. The remedy is plain names, or <img>.
# Needs python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check nbconvert==7.17.2 mistune==3.4.0 nbformat==5.11.1
cat >embed.py <<'PY'
import base64
import struct
import zlib
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


png = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
       + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))


def convert(source, **more):
    cell = nbformat.v4.new_markdown_cell(source, **more)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), "book.ipynb")
    try:
        page, _ = HTMLExporter(embed_images=True).from_filename(str(Path("book.ipynb").resolve()))
    except Exception as e:
        return f"{type(e).__name__}: {e}"
    src = BeautifulSoup(page, "html.parser").find("img", alt="picture")["src"]
    return "embedded" if src == "data:image/png;base64," + base64.b64encode(png).decode() else f"left as {src}"


for name in "a.png", "ä.png", "my picture.png":
    Path(name).write_bytes(png)
    print(f"{name}, Markdown:", convert(f"![picture](<{name}>)"))
    print(f"{name}, <img>:", convert(f'<img alt="picture" src="{name}">'))
    attached = {name: {"image/png": base64.b64encode(png).decode()}}
    print(f"{name}, attached:", convert(f"![picture](<attachment:{name}>)", attachments=attached))
PY
PYTHONUTF8=1 JUPYTER_CONFIG_DIR=$dir/config JUPYTER_PATH='' env/bin/python -W ignore embed.py 2>>"$dir/err" | tee said
[ "$(cat said)" = "a.png, Markdown: embedded
a.png, <img>: embedded
a.png, attached: embedded
ä.png, Markdown: left as %C3%A4.png
ä.png, <img>: embedded
ä.png, attached: InvalidNotebook: missing attachment: %C3%A4.png
my picture.png, Markdown: left as my%20picture.png
my picture.png, <img>: embedded
my picture.png, attached: InvalidNotebook: missing attachment: my%20picture.png" ]
