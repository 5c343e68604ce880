#!/usr/bin/env bash
# gonum/plot v0.17.0's diverging colour maps do not get to the colour that they end with, once
# the point where both colours meet is not in the middle.
#
# SetConvergePoint is documented to set the value where the diverging colours meet, as one wants
# for a loss or a difference that reaches further up than down: 0 grey, and both ends in the
# colours of the map. Above that point the saturation should rise from 0 to that of the end
# (Moreland 2009), as (v - c) / (1 - c) in a range from 0 to 1. It rises as v / c - 1, which is
# the same for c = 1/2 alone. With c = 3/4 the end has a third of its saturation: -3 to 1 goes
# from dark blue by grey to a pale pink, and one sees a small difference where there is the
# largest. With a c below 1/2 it goes beyond the end, through wrong hues, to colours that do not
# exist, for which At returns an error, and Palette panics. Below the point all is right.
#
# Seen, of SmoothBlueRed, which ends with b40426, a dark red, and meeting at 0: -1 to 1 ends so,
# -3 to 1 with eda7a1, a pale pink, and -9 to 1 with d9c0bd, nearly grey. From -0.9 to 1.1 it
# passes ee8562 where f59a7b belongs, and the end is an error. The script fails when that
# changes. The remedy is to leave the point in the middle, and to stretch the values to either
# side of it, v / high above 0 and -v / low below: so all of these end with b40426.
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

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
)

func hex(m palette.ColorMap, v float64) string {
	c, err := m.At(v)
	if err != nil {
		return "none"
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("%02x%02x%02x", r>>8, g>>8, b>>8)
}

// from returns SmoothBlueRed for values from low to high.
func from(low, high float64) palette.DivergingColorMap {
	m := moreland.SmoothBlueRed()
	m.SetMin(low)
	m.SetMax(high)
	return m
}

func main() {
	for _, ends := range [][2]float64{{-1, 1}, {-3, 1}, {-9, 1}, {-0.9, 1.1}, {-1, 3}} {
		low, high := ends[0], ends[1]
		m := from(low, high)
		m.SetConvergePoint(0)
		even := from(-1, 1)
		fmt.Printf("%g to %g, meeting at 0:", low, high)
		for _, v := range []float64{low, low / 2, 0, high / 2, high} {
			stretched := v / high
			if v < 0 {
				stretched = -v / low
			}
			fmt.Printf(" %s for %s", hex(m, v), hex(even, stretched))
			if v != high {
				fmt.Print(",")
			}
		}
		fmt.Println()
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "-1 to 1, meeting at 0: 3a4cc0 for 3a4cc0, 8db0fe for 8db0fe, dddddd for dddddd, f59a7b for f59a7b, b40426 for b40426
-3 to 1, meeting at 0: 3a4cc0 for 3a4cc0, 8db0fe for 8db0fe, dddddd for dddddd, eac7bb for f59a7b, eda7a1 for b40426
-9 to 1, meeting at 0: 3a4cc0 for 3a4cc0, 8db0fe for 8db0fe, dddddd for dddddd, dbcfcb for f59a7b, d9c0bd for b40426
-0.9 to 1.1, meeting at 0: 3a4cc0 for 3a4cc0, 8db0fe for 8db0fe, dddddd for dddddd, ee8562 for f59a7b, none for b40426
-1 to 3, meeting at 0: 3a4cc0 for 3a4cc0, 8db0fe for 8db0fe, dddddd for dddddd, none for f59a7b, none for b40426" ] || { echo "gonum/plot does otherwise now" >&2; exit 1; }
