#!/usr/bin/env bash
# gonum v0.17.0's Metropolis-Hastings sampler of one number burns nothing in, and forgets where
# it was told to begin.
#
# BurnIn is documented as the number of samples that are left out at the beginning, and Initial
# as where the chain begins. sampleuv.MetropolisHastings is to draw the samples for burning in
# into the caller's slice, from its beginning, and to go on from the last of them. It draws them
# into the rest of the slice, behind as many elements, and goes on from the last element of the
# part that it left alone. So the chain begins at what the slice held before: 0 in a new one,
# and the end of the chain before in one that is used again. With as many samples to burn in as
# the slice is long, or a multiple, nothing is drawn at all. (A Rate above the length goes by
# a slice of its own, which holds zeros.) samplemv, for several numbers, does it right.
#
# Its own test burns in 500 and draws 100500, whose mean hides it. Who samples the weights of a
# network along one direction, and begins at the minimum of the loss, begins at 0.
#
# Seen, for a normal distribution around 20 that is begun at 20, and a slice of 1000: with 1000
# and with 5000 to burn in there are no more proposals than without, and the samples begin far
# from 20, or, in a slice that held 70s, near 70. samplemv makes 2000 and 6000 proposals, and
# all samples are near 20. The script fails when that changes. The remedy is to draw more
# without BurnIn, and to cut off the beginning.
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
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"gonum.org/v1/gonum/stat/samplemv"
	"gonum.org/v1/gonum/stat/sampleuv"
)

// steps proposes a step from where the chain is, and counts the proposals.
type steps struct {
	rnd  *rand.Rand
	made int
}

func (s *steps) ConditionalLogProb(x, y float64) float64 { return 0 } // as likely to as fro
func (s *steps) ConditionalRand(y float64) float64 {
	s.made++
	return y + s.rnd.NormFloat64()
}

// steps1 and normal1 are the same for samplemv, in one dimension.
type steps1 struct{ *steps }

func (s steps1) ConditionalLogProb(x, y []float64) float64 { return 0 }
func (s steps1) ConditionalRand(x, y []float64) []float64 {
	x[0] = s.steps.ConditionalRand(y[0])
	return x
}

type normal1 struct{ distuv.Normal }

func (n normal1) LogProb(x []float64) float64 { return n.Normal.LogProb(x[0]) }

func show(name string, burnIn int, drawn []float64, made int) {
	near := 0
	for _, x := range drawn {
		if math.Abs(x-20) < 6 {
			near++
		}
	}
	fmt.Printf("%s, burn in %d: %d proposals, begins near 20: %t, all near 20: %t\n",
		name, burnIn, made, math.Abs(drawn[0]-20) < 6, near == len(drawn))
}

func main() {
	target := distuv.Normal{Mu: 20, Sigma: 1}
	for _, burnIn := range []int{0, 1000, 5000} {
		uv := &steps{rnd: rand.New(rand.NewPCG(1, 2))}
		drawn := make([]float64, 1000)
		sampleuv.MetropolisHastings{Initial: 20, Target: target, Proposal: uv, Src: rand.NewPCG(3, 4), BurnIn: burnIn}.Sample(drawn)
		show("sampleuv", burnIn, drawn, uv.made)
		mv := &steps{rnd: rand.New(rand.NewPCG(1, 2))}
		matrix := mat.NewDense(1000, 1, nil)
		samplemv.MetropolisHastingser{Initial: []float64{20}, Target: normal1{target}, Proposal: steps1{mv}, Src: rand.NewPCG(3, 4), BurnIn: burnIn}.Sample(matrix)
		show("samplemv", burnIn, mat.Col(nil, 0, matrix), mv.made)
		if burnIn == 0 {
			continue
		}
		held := make([]float64, 1000)
		for i := range held {
			held[i] = 70
		}
		sampleuv.MetropolisHastings{Initial: 20, Target: target, Proposal: uv, Src: rand.NewPCG(3, 4), BurnIn: burnIn}.Sample(held)
		fmt.Printf("sampleuv, burn in %d, into a slice of 70s: begins near 70: %t\n", burnIn, math.Abs(held[0]-70) < 6)
	}
	more := make([]float64, 2000)
	uv := &steps{rnd: rand.New(rand.NewPCG(1, 2))}
	sampleuv.MetropolisHastings{Initial: 20, Target: target, Proposal: uv, Src: rand.NewPCG(3, 4)}.Sample(more)
	show("remedy", 1000, more[1000:], uv.made)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "sampleuv, burn in 0: 1000 proposals, begins near 20: true, all near 20: true
samplemv, burn in 0: 1000 proposals, begins near 20: true, all near 20: true
sampleuv, burn in 1000: 1000 proposals, begins near 20: false, all near 20: false
samplemv, burn in 1000: 2000 proposals, begins near 20: true, all near 20: true
sampleuv, burn in 1000, into a slice of 70s: begins near 70: true
sampleuv, burn in 5000: 1000 proposals, begins near 20: false, all near 20: false
samplemv, burn in 5000: 6000 proposals, begins near 20: true, all near 20: true
sampleuv, burn in 5000, into a slice of 70s: begins near 70: true
remedy, burn in 1000: 2000 proposals, begins near 20: true, all near 20: true" ] || { echo "gonum does otherwise now" >&2; exit 1; }
