#!/usr/bin/env bash
# gonum/plot v0.17.0's palettes have other colours once they are translucent, black in place of
# red, and red in place of cyan: Rainbow, Heat and Radial keep theirs only if they are opaque.
#
# All three have a parameter for the opacity, and document nothing else that it does. They make
# their colours of hue, saturation and value, and have them converted to color.NRGBA. That asks
# a color for red, green and blue multiplied by the opacity, as color.Color documents, and
# divides by it again. palette.HSVA's RGBA does not multiply. So it is divided once too often;
# what is above the range then loses its upper bits, and what was brightest comes out darkest:
# with an opacity of one half all of Rainbow's pure colours are black, and Radial's two ends
# are red and green. One wants opacity where a heat map lies over a picture, or over
# another, and there takes the colours for what the values are.
#
# Seen, of Rainbow's red, yellow, green, cyan and blue: ff0000 ffff00 00ff00 00ffff 0000ff
# with an opacity of 1, 1c0000 1c1c00 001c00 001c1c 00001c with 0.9, and with 0.5 all 000000.
# Radial from cyan to magenta, 7fffff to ff7fff, goes from ff0000 to 00ff00 with 0.5. A red HSVA
# of half the opacity says 65535 of red where color.NRGBA says 32639. The script fails when that
# changes. The remedy is an opacity of 1, and to set A of each color.NRGBA afterwards.
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

	"gonum.org/v1/plot/palette"
)

func list(p palette.Palette) (said []string) {
	for _, c := range p.Colors() {
		c := c.(color.NRGBA)
		said = append(said, fmt.Sprintf("%02x%02x%02x", c.R, c.G, c.B))
	}
	return said
}

func main() {
	for _, alpha := range []float64{1, 0.9, 0.5} {
		fmt.Println("opacity", alpha)
		fmt.Println(" Rainbow:", list(palette.Rainbow(5, palette.Red, palette.Blue, 1, 1, alpha)))
		fmt.Println(" Heat:", list(palette.Heat(8, alpha)))
		fmt.Println(" Radial:", list(palette.Radial(5, palette.Cyan, palette.Magenta, alpha)))
	}
	r, g, b, a := palette.HSVA{H: 0, S: 1, V: 1, A: 0.5}.RGBA()
	fmt.Println("a red HSVA of half the opacity:", r, g, b, a)
	r, g, b, a = color.NRGBA{R: 255, A: 127}.RGBA()
	fmt.Println("that of color.NRGBA:", r, g, b, a)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "opacity 1
 Rainbow: [ff0000 ffff00 00ff00 00ffff 0000ff]
 Heat: [ff0000 ff3300 ff6600 ff9900 ffcc00 ffff00 ffff3f ffffbf]
 Radial: [7fffff bfffff ffffff ffbfff ff7fff]
opacity 0.9
 Rainbow: [1c0000 1c1c00 001c00 001c1c 00001c]
 Heat: [1c0000 1c3800 1c7100 1caa00 1ce300 1c1c00 1c1c47 1c1cd5]
 Radial: [8e1c1c d51c1c ffffff 1cd51c 1c8e1c]
opacity 0.5
 Rainbow: [000000 000000 000000 000000 000000]
 Heat: [000000 006600 00cc00 003300 009900 000000 00007f 00007f]
 Radial: [ff0000 7f0000 ffffff 007f00 00ff00]
a red HSVA of half the opacity: 65535 0 0 32767
that of color.NRGBA: 32639 0 0 32639" ] || { echo "gonum/plot does otherwise now" >&2; exit 1; }
