package subspace

import (
	"fmt"
	"math/rand/v2"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
)

// Simplexes is a simplicial complex that connects networks which were trained apart
// (SPRO: Benton et al., "Loss Surface Simplexes for Mode Connecting Volumes and Fast
// Ensembling", 2021): Fixed endpoints, the networks, come first, then Between more that
// all of them share. Network i and those between are the corners of simplex i; the
// simplexes are the complex. With one between, it is as many straight ways to one
// meeting point.
//
// Training moves those between ([Space.Freeze]) so that the loss is low all over the
// complex, and its volume large ([Simplexes.Penalty]). Benton et al. add one at a time;
// here all are trained at once.
type Simplexes struct{ Fixed, Between int }

func (c Simplexes) Endpoints() int { return c.Fixed + c.Between }

// Sample draws a simplex and then a point of it, uniformly.
func (c Simplexes) Sample(rng *rand.Rand) Weights {
	w := make(Weights, c.Endpoints())
	i := rng.IntN(c.Fixed)
	inside := Simplex(c.Between + 1).Sample(rng)
	w[i] = inside[0]
	copy(w[c.Fixed:], inside[1:])
	return w
}

// Midpoint returns the mean of the centres of the simplexes.
func (c Simplexes) Midpoint() Weights {
	w := make(Weights, c.Endpoints())
	for i := range w {
		w[i] = 1 / float64(c.Between+1)
		if i < c.Fixed {
			w[i] /= float64(c.Fixed)
		}
	}
	return w
}

func (c Simplexes) String() string { return fmt.Sprintf("complex-%d-%d", c.Fixed, c.Between) }

// parseComplex reads what String prints: complex-F-B.
func parseComplex(name string) (c Simplexes, err error) {
	n, err := fmt.Sscanf(name, "complex-%d-%d", &c.Fixed, &c.Between)
	if n != 2 || err != nil || c.String() != name || c.Fixed < 2 || c.Between < 1 || c.Between > 4 {
		return c, fmt.Errorf("%q is no complex: want complex-F-B with F networks, at least 2, and B between them, 1 to 4", name)
	}
	return c, nil
}

// Penalty returns −weight·log V, V being the volume of the complex, as a function of
// its endpoints [m, P] (Benton et al. 2021, equation 3).
func (c Simplexes) Penalty(weight float64) func(theta *Node) *Node {
	return func(theta *Node) *Node { return MulScalar(Log(c.Volume(theta)), -weight) }
}

// Volume returns the volume of the complex as a scalar: the sum over its simplexes of
// √det(DDᵀ)/B!, where the B rows of D lead from the network to those between, all
// weights counted. One between makes it the sum of the lengths of the ways.
//
//	theta [m, P]
func (c Simplexes) Volume(theta *Node) *Node {
	between := Slice(theta, AxisRange(c.Fixed))
	factorial := 1.0
	for i := range c.Between {
		factorial *= float64(i + 1)
	}
	var volume *Node
	for i := range c.Fixed {
		d := Sub(between, Slice(theta, AxisRange(i, i+1))) // [B, P]
		gram := make([][]*Node, c.Between)
		for a := range gram {
			for b := range c.Between {
				gram[a] = append(gram[a], ReduceAllSum(Mul(Slice(d, AxisElem(a)), Slice(d, AxisElem(b)))))
			}
		}
		volume = sum(volume, DivScalar(Sqrt(determinant(gram)), factorial))
	}
	return volume
}

// determinant expands along the first row: the matrices here have four rows at most.
func determinant(m [][]*Node) *Node {
	if len(m) == 1 {
		return m[0][0]
	}
	var det *Node
	for j, entry := range m[0] {
		minor := make([][]*Node, 0, len(m)-1)
		for _, row := range m[1:] {
			minor = append(minor, slices.Concat(row[:j], row[j+1:]))
		}
		term := Mul(entry, determinant(minor))
		if j%2 == 1 {
			term = Neg(term)
		}
		det = sum(det, term)
	}
	return det
}
