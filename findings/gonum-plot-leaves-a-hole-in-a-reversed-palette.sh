#!/usr/bin/env bash
# gonum/plot v0.17.0 turns a palette round without its middle: of an odd number of colours the
# one in the middle is missing, and a heat map stays unpainted there.
#
# palette.Reverse is documented to reverse the direction of a ColorMap, and so the Palette of
# what it returns should be the colours of the map from the last to the first. It makes a new
# list and swaps the colours into it in pairs from both ends, up to where they meet. The middle
# one is its own partner, and never set. It is nil, which is no colour for a HeatMap, but what
# it has for "paint nothing": the background shows, white on a white page, and there is no
# error. A Contour leaves out its line. The package's example has 10 colours. Maps whose middle
# means something, such as no difference, are often drawn with an odd number, so that it has a
# colour of its own; of three colours it is half of the range. At, for one value, is right.
#
# Seen, of SmoothBlueRed turned round: a nil as the third of five colours, and none among four.
# A heat map of five cells in a row, from 0 to 4, on a green page, has green in the middle cell,
# drawn as cells and as a picture. The script fails when that changes. The remedy is to turn
# round the colours of the map itself, with slices.Reverse.
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
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

func hex(c color.Color) string {
	if c == nil {
		return "nil"
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("%02x%02x%02x", r>>8, g>>8, b>>8)
}

func list(colors []color.Color) (said []string) {
	for _, c := range colors {
		said = append(said, hex(c))
	}
	return said
}

// row is a grid of five cells beside one another, of the values 0 to 4.
type row struct{}

func (row) Dims() (c, r int)   { return 5, 1 }
func (row) Z(c, r int) float64 { return float64(c) }
func (row) X(c int) float64    { return float64(c) }
func (row) Y(r int) float64    { return 0 }

type colors []color.Color

func (c colors) Colors() []color.Color { return c }

// drawn returns the colours in the middle of the five cells.
func drawn(pal palette.Palette, rasterized bool) (said []string) {
	heat := plotter.NewHeatMap(row{}, pal)
	heat.Rasterized = rasterized
	p := plot.New()
	p.BackgroundColor = color.NRGBA{G: 255, A: 255}
	p.HideAxes()
	p.Add(heat)
	canvas := vgimg.NewWith(vgimg.UseWH(500, 100), vgimg.UseDPI(72))
	p.Draw(draw.New(canvas))
	for i := range 5 {
		said = append(said, hex(canvas.Image().At(50+100*i, 50)))
	}
	return said
}

func main() {
	blueRed := moreland.SmoothBlueRed()
	blueRed.SetMin(0)
	blueRed.SetMax(4)
	turned := palette.Reverse(blueRed)
	for _, n := range []int{4, 5} {
		fmt.Println(n, "colours:", list(blueRed.Palette(n).Colors()), "turned round:", list(turned.Palette(n).Colors()))
	}
	middle, err := turned.At(2)
	if err != nil {
		panic(err)
	}
	fmt.Println("turned round, at 2:", hex(middle))
	remedy := colors(slices.Clone(blueRed.Palette(5).Colors()))
	slices.Reverse(remedy)
	fmt.Println("drawn:", drawn(turned.Palette(5), false), "remedy:", drawn(remedy, false))
	picture := drawn(turned.Palette(5), true)
	fmt.Println("drawn as a picture: the middle is as green as the page:", strings.HasPrefix(picture[2], "0") && picture[2][2] == 'f')
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "4 colours: [3a4cc0 aac7fe f8b89c b40426] turned round: [b40426 f8b89c aac7fe 3a4cc0]
5 colours: [3a4cc0 8db0fe dddddd f59a7b b40426] turned round: [b40426 f59a7b nil 8db0fe 3a4cc0]
turned round, at 2: dddddd
drawn: [b40426 f59a7b 00ff00 8db0fe 3a4cc0] remedy: [b40426 f59a7b dddddd 8db0fe 3a4cc0]
drawn as a picture: the middle is as green as the page: true" ] || { echo "gonum/plot does otherwise now" >&2; exit 1; }
