#!/usr/bin/env bash
# Lossy WebP files have colours in the levels of video: in their YCbCr black is 16 and
# white 235 (RFC 6386, section 9.2: those of ITU-R BT.601). golang.org/x/image/webp
# (v0.30.0) returns them as image.YCbCr, whose own conversion, like that of every
# image.Image, takes black for 0 and white for 255, as JPEG has it. So a picture read
# the usual way is grey where it is black or white: Pillow (12.0.0) writes 0 and 255,
# and reads 0 and 255 again; Go reads 16 and 235. Lossless WebP is the same in both.
#
# The script fails when that changes. Needs go and python3; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pillow==12.0.0
env/bin/python - <<'PY' | tee pillow
from PIL import Image
for name, lossless in (("lossy", False), ("lossless", True)):
    for level in (0, 255):
        file = f"{name}{level}.webp"
        Image.new("RGB", (32, 32), (level,) * 3).save(file, lossless=lossless)
        print("Pillow", file, Image.open(file).convert("RGB").getpixel((16, 16)))
PY
go mod init finding 2>>"$dir/err"
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"golang.org/x/image/webp"
)

func main() {
	for _, file := range os.Args[1:] {
		f, err := os.Open(file)
		if err != nil {
			panic(err)
		}
		img, err := webp.Decode(f)
		if err != nil {
			panic(err)
		}
		r, g, b, _ := img.At(16, 16).RGBA()
		fmt.Printf("Go %s %T (%d, %d, %d)\n", file, img, r>>8, g>>8, b>>8)
	}
}
GO
GOFLAGS=-mod=mod go get golang.org/x/image@v0.30.0 2>>"$dir/err"
GOFLAGS=-mod=mod go run . lossy0.webp lossy255.webp lossless0.webp lossless255.webp | tee said
[ "$(cat pillow)" = "Pillow lossy0.webp (0, 0, 0)
Pillow lossy255.webp (255, 255, 255)
Pillow lossless0.webp (0, 0, 0)
Pillow lossless255.webp (255, 255, 255)" ]
grep -q 'Go lossy0.webp \*image.YCbCr (16, 16, 16)' said
grep -q 'Go lossy255.webp \*image.YCbCr (235, 235, 235)' said
grep -q 'Go lossless0.webp .* (0, 0, 0)' said
grep -q 'Go lossless255.webp .* (255, 255, 255)' said
