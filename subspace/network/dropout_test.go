package network_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/network"
)

// dropper returns Dropout as it is in training at a rate.
func dropper(rate float64) net {
	return func(scope *model.Scope, x *Node) *Node {
		scope.Store().SetTraining(x.Graph(), true)
		return network.WithDropout(network.Dropout, rate)(scope, x)
	}
}

// ones returns a vector of n ones.
func ones(n int) *tensors.Tensor { return normal[float32](1, 1, 0, n) }

func flat(t *tensors.Tensor) []float32 { return tensors.MustCopyFlatData[float32](t) }

// Of the entries a share p becomes zero, the others are divided by 1−p, so that
// the mean stays; which ones is independent from entry to entry.
func TestDropoutDistribution(t *testing.T) {
	backends(t, func(t *testing.T, b compute.Backend) {
		const n = 200_000
		for _, p := range []float64{0.1, 0.5, 0.9} {
			values := flat(call(t, b, newStore(t, 1), dropper(p), ones(n))[0])
			kept := float32(1 / (1 - p))
			zeros, pairs := 0.0, 0.0
			for i, v := range values {
				if v == 0 {
					zeros++
					if i > 0 && values[i-1] == 0 {
						pairs++
					}
				} else if math.Abs(float64(v/kept)-1) > 1e-6 {
					t.Fatalf("rate %g: entry %g of a vector of ones, expected 0 or %g", p, v, kept)
				}
			}
			// Five standard errors.
			if d := zeros/n - p; math.Abs(d) > 5*math.Sqrt(p*(1-p)/n) {
				t.Errorf("rate %g: %g of %d entries are zero", p, zeros, n)
			}
			if mean := (n - zeros) / n * float64(kept); math.Abs(mean-1) > 5*math.Sqrt(p/(1-p)/n) {
				t.Errorf("rate %g: the mean of ones became %g", p, mean)
			}
			// Neighbours: pairs are counted in n−1 places that overlap by twos.
			if d := pairs/(n-1) - p*p; math.Abs(d) > 5*math.Sqrt(3*p*p*(1-p*p)/n) {
				t.Errorf("rate %g: %g of %d neighbours are both zero", p, pairs, n-1)
			}
		}
	})
}

// A new mask is drawn by every call and every run; the same seed draws the same.
func TestDropoutMasks(t *testing.T) {
	backends(t, func(t *testing.T, b compute.Backend) {
		draw := func(seed int64) (masks []string) {
			exec, err := model.NewExec(b, newStore(t, seed), func(scope *model.Scope, x *Node) []*Node {
				return []*Node{dropper(.5)(scope, x), network.Dropout(scope, x)}
			})
			if err != nil {
				t.Fatal(err)
			}
			defer exec.Finalize()
			for range 2 {
				for _, y := range exec.MustCall(ones(64)) {
					masks = append(masks, fmt.Sprint(flat(y)))
				}
			}
			return masks
		}
		one, two := draw(1), draw(2)
		seen := map[string]bool{}
		for _, mask := range append(one, two...) {
			seen[mask] = true
		}
		if len(seen) != 8 {
			t.Errorf("8 draws gave %d different masks", len(seen))
		}
		if again := draw(1); fmt.Sprint(again) != fmt.Sprint(one) {
			t.Error("the same seed gives other masks")
		}
	})
}

// Masks, values, gradients and the random state after them are GoMLX's, bit for bit,
// on every backend, in whichever way they are drawn.
func TestDropoutAsGoMLX(t *testing.T) {
	backends(t, func(t *testing.T, b compute.Backend) {
		for _, dims := range [][]int{{64}, {3, 5, 7, 11}, {9, 1}} {
			for _, rate := range []float64{0.1, 0.15, 0.5, 0.9, 1 - 1e-7} {
				x := normal[float32](5, 0, 1, dims...)
				both := func(drop net) string {
					store := newStore(t, 7)
					out := call(t, b, store, func(scope *model.Scope, x *Node) []*Node {
						scope.Store().SetTraining(x.Graph(), true)
						scope.SetGraphParam(x.Graph(), network.DropoutParam, rate)
						first := drop(scope, x)
						second := drop(scope, Sin(first))
						return []*Node{first, second, Gradient(ReduceAllSum(Mul(second, second)), x)[0]}
					}, x)
					state := store.GetVariable("/" + model.RNGStateVariableName).MustValue()
					return fmt.Sprint(flat(out[0]), flat(out[1]), flat(out[2]), tensors.MustCopyFlatData[uint64](state))
				}
				want := both(func(scope *model.Scope, x *Node) *Node { return layers.DropoutStatic(scope, x, rate) })
				if got := both(network.Dropout); got != want {
					t.Errorf("rate %v of %v: %s\nGoMLX has\n%s", rate, dims, got, want)
				}
			}
		}
	})
}

// The gradient is that of the entries that stay.
func TestDropoutGradient(t *testing.T) {
	backends(t, func(t *testing.T, b compute.Backend) {
		results := call(t, b, newStore(t, 1), func(scope *model.Scope, x *Node) []*Node {
			y := dropper(.75)(scope, x)
			return []*Node{y, Gradient(ReduceAllSum(y), x)[0]}
		}, ones(64))
		if y, gradient := fmt.Sprint(flat(results[0])), fmt.Sprint(flat(results[1])); y != gradient {
			t.Errorf("ones became %s, the gradient is %s", y, gradient)
		}
	})
}

// In evaluation mode, at the rate 0, without a rate, and while batch norm is
// re-estimated the graph is the same as that without dropout.
func TestDropoutOff(t *testing.T) {
	training := func(n net) net {
		return func(scope *model.Scope, images *Node) *Node {
			scope.Store().SetTraining(images.Graph(), true)
			return n(scope, images)
		}
	}
	reestimating := func(n net) net {
		return func(scope *model.Scope, images *Node) *Node {
			scope.SetGraphParam(images.Graph(), network.RateParam, 0.5)
			return training(n)(scope, images)
		}
	}
	for _, n := range networks {
		images := normal[float32](1, 0, 1, 4, n.side, n.side, n.channels)
		graphOf := func(net net) string {
			var nodes []string
			store := newStore(t, 1)
			build(t, store, func(scope *model.Scope, images *Node) *Node {
				logits := net(scope, images)
				for _, node := range images.Graph().Nodes() {
					nodes = append(nodes, node.String())
				}
				return logits
			}, images.Shape(), 10)
			return strings.Join(nodes, "\n")
		}
		dropout := network.WithDropout(n.net, .5)
		for _, c := range []struct {
			name          string
			with, without net
			equal         bool
		}{
			{"evaluation", dropout, n.net, true},
			{"rate 0", training(network.WithDropout(n.net, 0)), training(n.net), true},
			{"re-estimation", reestimating(dropout), reestimating(n.net), true},
			{"training", training(dropout), training(n.net), false},
		} {
			if equal := graphOf(c.with) == graphOf(c.without); equal != c.equal {
				t.Errorf("%s, %s: graphs with and without dropout are equal: %t", n.name, c.name, equal)
			}
		}
		if strings.Contains(graphOf(training(n.net)), "RNG") {
			t.Errorf("%s draws random numbers in training", n.name)
		}
	}
}

// What dropout is applied to is what vanishes at a rate near 1: the residual
// branches after their last batch norm, and whatever the head of the other
// networks would see.
func TestDropoutPlaces(t *testing.T) {
	b := pureGo(t)
	for _, c := range []struct {
		name     string
		net      net
		side     int
		channels int
		muted    func(v *model.Variable) bool // without its values nothing of the branch is left
		masks    int
	}{
		{"CResNet20", network.CResNet20(10, 2), 4, 3, inLayer("norm2"), 9},
		{"ResNet18", network.ResNet18(10), 8, 3, inLayer("norm2"), 8},
		{"WideResNet50x2", network.WideResNet50x2(10), 32, 3, inLayer("norm3"), 16},
		{"CNN", network.CNN(10, 2), 4, 1, inLayer("head"), 1},
		{"MLP", network.MLP(10, 8, 8), 4, 1, inLayer("dense1", "dense2"), 2},
	} {
		masks := 0
		store := newStore(t, 1)
		build(t, store, func(scope *model.Scope, images *Node) *Node {
			store.SetTraining(images.Graph(), true)
			logits := network.WithDropout(c.net, .5)(scope, images)
			for _, node := range images.Graph().Nodes() {
				if node.Type() == NodeTypeRNGBitGenerator {
					masks++
				}
			}
			return logits
		}, shapes.Make(dtypes.Float32, 2, c.side, c.side, c.channels), 10)
		if masks != c.masks {
			t.Errorf("%s draws %d masks, expected %d", c.name, masks, c.masks)
		}
		if c.name == "WideResNet50x2" {
			continue // too large to be run here
		}
		images := normal[float32](1, 0, 1, 2, c.side, c.side, c.channels)
		logits := func(rate float64, mute bool) []float32 {
			store := newStore(t, 1)
			call(t, b, store, c.net, images)
			for v := range store.IterVariables() {
				if mute && c.muted(v) {
					dims := v.Shape().Dimensions
					if err := v.SetValue(normal[float32](1, 0, 0, dims...)); err != nil {
						t.Fatal(err)
					}
				}
			}
			return flat(call(t, b, store, func(scope *model.Scope, images *Node) *Node {
				store.SetTraining(images.Graph(), true)
				return network.WithDropout(c.net, rate)(scope, images)
			}, images)[0])
		}
		const almostAll = 1 - 1e-7
		dropped, muted, whole := logits(almostAll, false), logits(0, true), logits(0, false)
		if fmt.Sprint(dropped) != fmt.Sprint(muted) {
			t.Errorf("%s: logits %v when almost everything is dropped, expected %v", c.name, dropped, muted)
		}
		if fmt.Sprint(whole) == fmt.Sprint(muted) {
			t.Errorf("%s: the branches have no effect", c.name)
		}
	}
}

// inLayer tells the scales, shifts, weights and biases of layers of these names.
func inLayer(names ...string) func(v *model.Variable) bool {
	return func(v *model.Variable) bool {
		for _, name := range names {
			if v.Trainable && strings.Contains(v.Path(), "/"+name+"/") {
				return true
			}
		}
		return false
	}
}

func TestDropoutPanics(t *testing.T) {
	for _, rate := range []any{1.0, -.1, math.NaN(), 1, "half"} {
		store := newStore(t, 1)
		exec, err := model.NewExec(pureGo(t), store, func(scope *model.Scope, x *Node) *Node {
			scope.SetGraphParam(x.Graph(), network.DropoutParam, rate)
			return network.Dropout(scope, x)
		})
		if err == nil {
			_, err = exec.Call(ones(4))
		}
		if err == nil || !strings.Contains(err.Error(), "must be a float64 in [0, 1), got ") {
			t.Errorf("rate %v: error %v", rate, err)
		}
	}
}
