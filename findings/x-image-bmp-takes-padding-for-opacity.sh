#!/usr/bin/env bash
# golang.org/x/image/bmp (v0.30.0 to v0.34.0 at least) reads an ordinary BMP of 32 bits a
# pixel as an image that is wholly transparent.
#
# In a file without masks (its compression is 0) the fourth byte of a pixel means nothing,
# whatever the length of its header, and most programs write 0 there. A header longer than 40
# bytes, as that of a V4 or V5 bitmap is, can have a mask for opacity. The decoder, whose
# comment cites Chromium's for respecting it, does not read that mask: it takes the byte for
# opacity wherever the header is long enough to have one, also where the mask is 0. Drawn on a
# page the image is gone, and turned into colours it is black. No error is returned. With a
# header of 40 bytes the same pixels are opaque, and Pillow has them opaque with both.
#
# Seen: a red and a blue pixel, with a header of 124 bytes and without masks, have the opacity
# 0 in Go and are (255, 0, 0) and (0, 0, 255) in Pillow 13.0.0. The script fails when that
# changes. The remedy is to set the opacity oneself where the four bytes at 30 are 0.
# Needs go and python3; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pillow==13.0.0
cat >look.py <<'PY'
import struct
import PIL
from PIL import Image

pixels = bytes([0, 0, 255, 0, 255, 0, 0, 0])  # blue, green, red, nothing
for length in (40, 124):
    header = struct.pack("<IiiHHIIiiII", length, 2, 1, 1, 32, 0, len(pixels), 2835, 2835, 0, 0)
    name = f"header{length}.bmp"
    with open(name, "wb") as file:
        at = 14 + length
        file.write(b"BM" + struct.pack("<IHHI", at + len(pixels), 0, 0, at) + header + bytes(length - 40) + pixels)
    image = Image.open(name)
    rgba = image.convert("RGBA")
    print("Pillow", PIL.__version__, name, image.mode, [rgba.getpixel((x, 0)) for x in range(2)])
PY
env/bin/python look.py | tee said
cat >main.go <<'GO'
package main

import (
	"fmt"
	"image/color"
	"os"

	"golang.org/x/image/bmp"
)

func main() {
	for _, name := range []string{"header40.bmp", "header124.bmp"} {
		file, err := os.Open(name)
		if err != nil {
			panic(err)
		}
		m, err := bmp.Decode(file)
		fmt.Println("Go", name, color.NRGBAModel.Convert(m.At(0, 0)), color.NRGBAModel.Convert(m.At(1, 0)), err)
		file.Close()
	}
}
GO
for version in v0.30.0 v0.34.0; do
	printf 'module finding\n\ngo 1.26\n\nrequire golang.org/x/image %s\n' $version >go.mod
	echo "x/image $version"
	GOFLAGS=-mod=mod go run . 2>>"$dir/err"
done | tee -a said
for line in 'Pillow 13.0.0 header40.bmp RGB [(255, 0, 0, 255), (0, 0, 255, 255)]' \
	'Pillow 13.0.0 header124.bmp RGB [(255, 0, 0, 255), (0, 0, 255, 255)]'; do
	grep -qxF -- "$line" said
done
test "$(grep -cxF 'Go header40.bmp {255 0 0 255} {0 0 255 255} <nil>' said)" = 2
test "$(grep -cE '^Go header124.bmp \{[0-9]+ [0-9]+ [0-9]+ 0\} \{[0-9]+ [0-9]+ [0-9]+ 0\} <nil>$' said)" = 2
