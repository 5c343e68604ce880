package relatives

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gosubspace/subspace"
)

// Match permutes the channels of the network b [P] so that it comes as close to a [P]
// as can be found, and computes what it did before: weight matching (Ainsworth,
// Hayase, Srinivasa, "Git Re-Basin: Merging Models modulo Permutation Symmetries",
// 2022, algorithm 1). One layer's channels after the other, in an order that rng
// draws, are assigned best to those of a while all others stay, until none gets
// better; that is a local optimum of ⟨a, b⟩ over all weights.
//
// Of a wide network that takes minutes: it ends with the error of ctx when that ends.
//
// l must be the layout of one of the project's networks. Running statistics of batch
// norm are not among the weights: they are re-estimated at every point anyway.
func Match(ctx context.Context, l subspace.Layout, a, b []float32, rng *rand.Rand) ([]float32, error) {
	if rng == nil {
		return nil, errors.New("networks to match without random numbers: rng is nil")
	}
	if len(a) != l.Size || len(b) != l.Size {
		return nil, fmt.Errorf("networks of %d and %d weights to match: the layout has %d", len(a), len(b), l.Size)
	}
	for i := range a {
		if v := float64(a[i]) - float64(b[i]); math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("weight %d of the networks to match is %v and %v: want finite weights", i, a[i], b[i])
		}
	}
	all, err := channelsOf(l)
	if err != nil {
		return nil, err
	}
	return match(ctx, l, all, a, b, rng.Perm)
}

// match is Match where turns draws the order of the layers for each round.
func match(ctx context.Context, l subspace.Layout, all []channels, a, b []float32, turns func(layers int) []int) ([]float32, error) {
	order := map[string][]int{} // by the layer that makes them: b's channel for each of a's
	var names []string
	for i, w := range l.Weights {
		if name := all[i].out; name != "" && order[name] == nil {
			names = append(names, name)
			order[name] = identity(w.Dims[len(w.Dims)-1])
		}
	}
	for better := true; better; {
		better = false
		for _, k := range turns(len(names)) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			gain := gains(l, all, a, b, order, names[k])
			best := assign(gain)
			if worth(gain, best) > worth(gain, order[names[k]])+1e-9*math.Abs(worth(gain, best)) {
				order[names[k]], better = best, true
			}
		}
	}
	return permute(l, all, b, order), nil
}

func identity(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	return p
}

func worth(gain [][]float64, p []int) (sum float64) {
	for i, j := range p {
		sum += gain[i][j]
	}
	return sum
}

// blocks returns a weight's axes as [outer, in, out]; of rank 1 in is 1, of a single
// number all are.
func blocks(w subspace.Weight) (outer, in, out int) {
	in, out = 1, 1
	if len(w.Dims) >= 1 {
		out = w.Dims[len(w.Dims)-1]
	}
	if len(w.Dims) >= 2 {
		in = w.Dims[len(w.Dims)-2]
	}
	return w.Size / max(in*out, 1), in, out
}

// gains returns what it adds to ⟨a, b⟩ if channel i of those that a layer makes is b's
// channel j, [n][n], all other channels in the order given.
func gains(l subspace.Layout, all []channels, a, b []float32, order map[string][]int, name string) [][]float64 {
	n := len(order[name])
	gain := make([][]float64, n)
	for i := range gain {
		gain[i] = make([]float64, n)
	}
	for k, w := range l.Weights {
		outer, in, out := blocks(w)
		ins, outs := order[all[k].in], order[all[k].out]
		at := func(o, x, y int) int { return w.Offset + (o*in+x)*out + y }
		for o := range outer {
			switch name {
			case all[k].out:
				for x := range in {
					bx := through(ins, x)
					for i := range n {
						v := float64(a[at(o, x, i)])
						for j := range n {
							gain[i][j] += v * float64(b[at(o, bx, j)])
						}
					}
				}
			case all[k].in:
				for i := range n {
					for j := range n {
						sum := 0.0
						for y := range out {
							sum += float64(a[at(o, i, y)]) * float64(b[at(o, j, through(outs, y))])
						}
						gain[i][j] += sum
					}
				}
			}
		}
	}
	return gain
}

// through is p(i), and i where there is no p.
func through(p []int, i int) int {
	if p == nil {
		return i
	}
	return p[i]
}

// permute puts the channels of b into the given order.
func permute(l subspace.Layout, all []channels, b []float32, order map[string][]int) []float32 {
	out := slices.Clone(b)
	for k, w := range l.Weights {
		outer, in, n := blocks(w)
		for o := range outer {
			for x := range in {
				for y := range n {
					from := (o*in+through(order[all[k].in], x))*n + through(order[all[k].out], y)
					out[w.Offset+(o*in+x)*n+y] = b[w.Offset+from]
				}
			}
		}
	}
	return out
}
