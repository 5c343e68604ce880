#!/usr/bin/env bash
# gonum/plot v0.17.0 gives each column of a rasterized heat map the same width, wherever the grid
# has it: values stand over numbers of the axis that are not theirs.
#
# A HeatMap takes its grid by X and Y of each column and row, and nothing says that these have to
# be even. Drawn as cells, each reaches half way to its neighbours. Rasterized is documented as
# whether it is drawn by raster, which is asked for where there are many cells, since files with
# cells are large and show seams. It then makes one pixel for each value and stretches the
# picture from the first cell's edge to the last one's, so that the X and Y between never count.
# The axis is the same for both, and so are its ticks. Uneven grids are common: learning rates or
# sizes that double, epochs at which something was measured, an axis with a logarithmic scale.
#
# Seen, of six columns at 1, 2, 4, 8, 16 and 32, each with its own number as value: as cells 1,
# 2, 4, 8, 16, 32; rasterized 1, 1, 1, 2, 4, 16 at the same six places. Of columns at 0 to 5 both
# are right. The script fails when that changes. The remedy is to leave Rasterized out, or to
# hand over a grid that is even and repeats columns.
# Needs go; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding

go 1.26

require gonum.org/v1/plot v0.17.0
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// row is a grid of columns beside one another, at these places; each value is the column's number.
type row []float64

func (x row) Dims() (c, r int)   { return len(x), 1 }
func (x row) Z(c, r int) float64 { return float64(c) }
func (x row) X(c int) float64    { return x[c] }
func (x row) Y(r int) float64    { return 0 }

type greys []color.Color

func (g greys) Colors() []color.Color { return g }

// drawn returns, for each place, the place of the column whose value is painted there.
func (x row) drawn(rasterized bool) (said []float64) {
	var colors greys
	for i := range x {
		colors = append(colors, color.Gray{Y: uint8(20 + 40*i)})
	}
	heat := plotter.NewHeatMap(x, colors)
	heat.Rasterized = rasterized
	p := plot.New()
	p.Add(heat)
	canvas := vgimg.NewWith(vgimg.UseWH(800, 200), vgimg.UseDPI(72))
	p.Draw(draw.New(canvas))
	// Where the axes have these points.
	data := p.DataCanvas(draw.New(canvas))
	toX, toY := p.Transforms(&data)
	for _, at := range x {
		r, _, _, _ := canvas.Image().At(int(toX(at)), 200-int(toY(0))).RGBA()
		said = append(said, x[(int(r>>8)-20+20)/40])
	}
	return said
}

func main() {
	for _, x := range []row{{0, 1, 2, 3, 4, 5}, {1, 2, 4, 8, 16, 32}} {
		fmt.Println("columns at", []float64(x), "as cells", x.drawn(false), "rasterized", x.drawn(true))
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "columns at [0 1 2 3 4 5] as cells [0 1 2 3 4 5] rasterized [0 1 2 3 4 5]
columns at [1 2 4 8 16 32] as cells [1 2 4 8 16 32] rasterized [1 1 1 2 4 16]" ] || { echo "gonum/plot does otherwise now" >&2; exit 1; }
