#!/usr/bin/env bash
# gonum/plot v0.17.0 draws an arc in a PDF somewhere else, and breaks the path there.
#
# A vg.Path of lines and arcs is one outline. For each arc the PDF canvas calls what the
# PDF library has for an arc by itself, with the path's style, so that what there is of
# the path is drawn there and then, without what follows; and it gives the arc's own
# angle also as the one by which to turn the ellipse. A full circle, which is all that
# gonum/plot's own marks need, comes out right, and so does an arc that ends level with
# its centre. A quarter of a pie lies opposite its place, without its corner.
#
# Seen: a quarter of a pie to the upper right of its centre in the PNG; in the PDF white
# there, and black to the lower left. The script fails when that changes.
# Needs go and python3; works in a temporary folder, with pypdfium2 5.15.2 as the
# reader of the PDF.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding 2>>"$dir/err"
cat >main.go <<'GO'
package main

import (
	"math"
	"os"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	_ "gonum.org/v1/plot/vg/vgimg"
	_ "gonum.org/v1/plot/vg/vgpdf"
)

func main() {
	centre := vg.Point{X: 50, Y: 50}
	var pie vg.Path
	pie.Move(centre)
	pie.Line(vg.Point{X: 90, Y: 50})
	pie.Arc(centre, 40, 0, math.Pi/2)
	pie.Close()
	for _, format := range []string{"png", "pdf"} {
		canvas, err := draw.NewFormattedCanvas(100, 100, format)
		if err != nil {
			panic(err)
		}
		canvas.Fill(pie)
		file, err := os.Create("pie." + format)
		if err != nil {
			panic(err)
		}
		if _, err := canvas.WriteTo(file); err != nil {
			panic(err)
		}
		file.Close()
	}
}
GO
GOFLAGS=-mod=mod go get gonum.org/v1/plot@v0.17.0 2>>"$dir/err"
GOFLAGS=-mod=mod go run . 2>>"$dir/err"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pillow==12.0.0 pypdfium2==5.15.2
env/bin/python - <<'PY' | tee said
from PIL import Image
from pypdfium2 import PdfDocument

places = {"upper right": (0.65, 0.35), "lower left": (0.26, 0.74), "upper left": (0.26, 0.26), "lower right": (0.74, 0.74)}
for file in "pie.png", "pie.pdf":
    page = PdfDocument(file)[0].render(scale=4).to_pil() if file.endswith("pdf") else Image.open(file)
    grey = page.convert("L")
    black = [name for name, (x, y) in places.items() if grey.getpixel((int(grey.width * x), int(grey.height * y))) < 128]
    print(file, "black:", ", ".join(black))
PY
[ "$(cat said)" = "pie.png black: upper right
pie.pdf black: lower left" ]
