#!/usr/bin/env bash
# gonum/plot v0.17.0 draws a lopsided box for an odd number of values: the median belongs to
# the upper half alone.
#
# A box plot says of itself there that its style is Tukey's. Tukey's hinges are the medians of
# both halves, each with the median of all in it where there is one; others leave it out of
# both (Moore and McCabe). gonum/plot cuts the sorted values at n/2, and so has the first
# quartile by the one rule and the third by the other. The same values with their signs
# changed have another box, and other outliers: of five, as of five seeds, one that is far too
# high is drawn as a point, and one that is far too low never is, however low, since the first
# quartile is its mean with the next. NewQuartPlot has the same quartiles.
#
# Seen: 1 to 5 give 1.5 and 4, where Python's statistics have 2 and 4, or 1.5 and 4.5, by the
# two rules; 100 beside 0 to 3 lies outside, -100 beside -3 to 0 does not. The script
# fails when that changes. The remedy is to set Quartile1, AdjLow and Outside oneself, which
# are fields of the box plot.
# Needs go and python3; works in a temporary folder.
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

	"gonum.org/v1/plot/plotter"
)

func show(values ...float64) {
	box, err := plotter.NewBoxPlot(10, 0, plotter.Values(values))
	if err != nil {
		panic(err)
	}
	var outside []float64
	for _, i := range box.Outside {
		outside = append(outside, values[i])
	}
	fmt.Println(values, "box:", box.Quartile1, box.Median, box.Quartile3, "whiskers:", box.AdjLow, box.AdjHigh, "outside:", outside)
}

func main() {
	show(1, 2, 3, 4, 5)
	show(-5, -4, -3, -2, -1)
	show(0, 1, 2, 3, 100)
	show(-100, -3, -2, -1, 0)
	show(-1e9, -3, -2, -1, 0)
}
GO
cat >rules.py <<'PY'
# For five values statistics' two methods are those of Tukey (both halves with the
# median) and of Moore and McCabe (without it).
from statistics import quantiles

for values in ([1, 2, 3, 4, 5], [-5, -4, -3, -2, -1], [0, 1, 2, 3, 100], [-100, -3, -2, -1, 0]):
    for method in ("inclusive", "exclusive"):
        low, median, high = quantiles(values, n=4, method=method)
        fence = 1.5 * (high - low)
        outside = [v for v in values if v < low - fence or v > high + fence]
        print(values, method + ":", f"{low:g} {median:g} {high:g}", "outside:", outside)
PY
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
python3 rules.py | tee rules
for line in '[1 2 3 4 5] box: 1.5 3 4 whiskers: 1 5 outside: []' \
	'[-5 -4 -3 -2 -1] box: -4.5 -3 -2 whiskers: -5 -1 outside: []' \
	'[0 1 2 3 100] box: 0.5 2 3 whiskers: 0 3 outside: [100]' \
	'[-100 -3 -2 -1 0] box: -51.5 -2 -1 whiskers: -100 0 outside: []' \
	'[-1e+09 -3 -2 -1 0] box: -5.000000015e+08 -2 -1 whiskers: -1e+09 0 outside: []'; do
	grep -qxF -- "$line" said
done
for line in '[1, 2, 3, 4, 5] inclusive: 2 3 4 outside: []' '[1, 2, 3, 4, 5] exclusive: 1.5 3 4.5 outside: []' \
	'[0, 1, 2, 3, 100] inclusive: 1 2 3 outside: [100]' '[-100, -3, -2, -1, 0] inclusive: -3 -2 -1 outside: [-100]'; do
	grep -qxF -- "$line" rules
done
