package subspace_test

import (
	"fmt"
	"math/rand/v2"

	"gosubspace/subspace"
)

// Chain is the polygonal chain through three endpoints: straight from the first,
// the start, to the second, the corner, and straight on to the third, the end
// (Garipov et al., "Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs",
// 2018). To add a shape of your own, copy this file and change what the five
// methods return. A [subspace.Space] trains it as it is; a run of package
// experiment takes it as Options.Shape, with its name in the configuration.
//
// A shape never sees a weight. It says how many endpoints it has and which
// coefficients its points have; the point itself, Σᵢ cᵢθᵢ, its gradient and its
// batch norms are the work of [subspace.Space].
type Chain struct{} // no fields: a shape keeps no state between draws

// Both lines are checked when this is compiled. A shape without one coordinate
// along it, such as a triangle, has no At and is a subspace.Shape alone.
var (
	_ subspace.Shape = Chain{}
	_ subspace.Curve = Chain{}
)

// Endpoints is the number of weight vectors that are trained and kept. The order
// is ours to choose, and every slice of coefficients below keeps to it.
func (Chain) Endpoints() int { return 3 }

// At walks along the chain: α = 0 is the start, ½ the corner, 1 the end. The
// coefficients sum to 1, or the weights would change their size along the way.
// Outside [0, 1] the first and the last formula go on: they extrapolate.
func (Chain) At(alpha float64) subspace.Weights {
	if alpha <= 0.5 {
		return subspace.Weights{1 - 2*alpha, 2 * alpha, 0}
	}
	return subspace.Weights{0, 2 - 2*alpha, 2*alpha - 1}
}

// Sample is what training sees, one draw a step: here every α is as likely as any
// other. It draws from rng and nothing else, so that a run can be repeated and
// continued.
func (c Chain) Sample(rng *rand.Rand) subspace.Weights { return c.At(rng.Float64()) }

// Midpoint is the one network that is kept of the whole shape. On a curve it is
// the point at α = ½: the corner.
func (c Chain) Midpoint() subspace.Weights { return c.At(0.5) }

// String names the shape, in a layer-wise one after "layerwise-".
func (Chain) String() string { return "chain" }

// A shape of your own is a type with a few methods; see Chain in the code below.
// example_chain_test.go checks that it keeps the contract.
func ExampleShape() {
	chain := Chain{}
	for _, alpha := range []float64{0, 0.25, 0.5, 0.875, 1} {
		fmt.Printf("α = %-5v %v\n", alpha, chain.At(alpha))
	}

	// Space.Draw, which gives the point of a training step, takes it in a Sampler:
	// one draw for all layers of the network or, layer-wise, one for each.
	rng := rand.New(rand.NewPCG(1, 1))
	sampler := subspace.Sampler{Shape: chain, Layerwise: true}
	point := sampler.Draw(rng, 2)
	fmt.Println(sampler, "draws", len(point), "rows of", len(point[0]))
	// Output:
	// α = 0     [1 0 0]
	// α = 0.25  [0.5 0.5 0]
	// α = 0.5   [0 1 0]
	// α = 0.875 [0 0.25 0.75]
	// α = 1     [0 0 1]
	// layerwise-chain draws 2 rows of 3
}
