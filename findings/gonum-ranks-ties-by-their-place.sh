#!/usr/bin/env bash
# gonum v0.17.0's Kendall correlation depends on the order in which the pairs are listed, as
# soon as there are ties.
#
# It says that it is tau-a: the concordant pairs less the discordant ones, over all. Two
# entries that are tied in x or in y are neither (Kendall, "A new measure of rank
# correlation", 1938). stat.Kendall compares math.Signbit of both differences, and that of 0
# is the one of what is above 0. So a tie counts as concordant where the other number is
# larger for the later entry of the list, and as discordant where it is smaller. Listed
# upwards all ties agree, listed backwards all disagree; and a constant, with which nothing
# correlates, has a correlation of 1 or of -1. Ties are common: accuracies in whole percent,
# or ratings from 1 to 5.
#
# Seen, of five networks' accuracies in two data sets, with two ties in each: 1.0 listed
# upwards, 0.2 backwards, and 0.6 by the definition, in any order. A constant: 1.0, -1.0 and
# 0.0. Without ties all agree. The script fails when that changes. The remedy is the sum of
# the products of signs, or stat.Correlation of ranks.
# Needs go; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding

go 1.26

require gonum.org/v1/gonum v0.17.0
MOD
cat >main.go <<'GO'
package main

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// tau is tau-a by its definition.
func tau(x, y []float64) float64 {
	sum := 0
	for i := range x {
		for j := range i {
			sum += cmp.Compare(x[i], x[j]) * cmp.Compare(y[i], y[j])
		}
	}
	return float64(sum) / float64(len(x)*(len(x)-1)/2)
}

func show(name string, x, y []float64) {
	fmt.Printf("%s: upwards %.1f", name, stat.Kendall(x, y, nil))
	upwards := tau(x, y)
	slices.Reverse(x)
	slices.Reverse(y)
	weights := []float64{1, 1, 1, 1, 1}
	fmt.Printf(", backwards %.1f, with weights of 1 %.1f; by definition %.1f and %.1f\n",
		stat.Kendall(x, y, nil), stat.Kendall(x, y, weights), upwards, tau(x, y))
}

func main() {
	show("without ties", []float64{90, 91, 92, 93, 94}, []float64{85, 86, 88, 87, 89})
	show("with ties", []float64{91, 91, 92, 92, 93}, []float64{85, 86, 86, 87, 87})
	show("a constant", []float64{91, 91, 91, 91, 91}, []float64{85, 86, 87, 88, 89})
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "without ties: upwards 0.8, backwards 0.8, with weights of 1 0.8; by definition 0.8 and 0.8
with ties: upwards 1.0, backwards 0.2, with weights of 1 0.2; by definition 0.6 and 0.6
a constant: upwards 1.0, backwards -1.0, with weights of 1 -1.0; by definition 0.0 and 0.0" ]
