#!/usr/bin/env bash
# gonum/plot v0.17.0 puts pictures into a PDF upside down.
#
# Its PDF canvas turns the page over, so that y grows upwards as in all its canvases,
# and turns text back, but not pictures, which its SVG canvas does. So whatever is drawn
# as a picture stands on its head beside axes that do not: an image, a rasterized heat
# map and also an upright colour bar, which then gives each value the colour of its
# opposite. Nothing of it shows in the PNG of the same plot.
#
# Seen: an upright colour bar from black (0) to white (1) has white at its upper end as
# PNG and at its lower end as PDF. The script fails when that changes.
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
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
)

func main() {
	greys, err := moreland.NewLuminance([]color.Color{color.Black, color.White})
	if err != nil {
		panic(err)
	}
	greys.SetMin(0)
	greys.SetMax(1)
	for _, file := range []string{"bar.png", "bar.pdf"} {
		p := plot.New()
		p.HideX()
		p.Add(&plotter.ColorBar{ColorMap: greys, Vertical: true})
		if err := p.Save(100, 300, file); err != nil {
			panic(err)
		}
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

for file in "bar.png", "bar.pdf":
    page = PdfDocument(file)[0].render().to_pil() if file.endswith("pdf") else Image.open(file)
    grey = page.convert("L")
    x = grey.width * 3 // 5
    upper, lower = grey.getpixel((x, grey.height // 10)), grey.getpixel((x, grey.height * 9 // 10))
    print(file, "white is", "above" if upper > lower + 100 else "below" if lower > upper + 100 else "nowhere")
PY
[ "$(cat said)" = "bar.png white is above
bar.pdf white is below" ]
