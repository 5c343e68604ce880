#!/usr/bin/env bash
# GoMLX v0.28.4's attention has its sliding window only where a causal mask meets another mask.
#
# WithSlidingWindow is documented to restrict how far apart a query and a key may be that it
# attends to, as in Gemma 3's local layers. The window is cut in the function that makes the
# causal mask, and that is called only if there is another mask to join it with, of keys, say.
# Without one the causal mask is left to a later function, which knows no window; and with a
# mask but not causal there is none either. No error tells.
#
# It meets GoMLX's own transformer, whose WithSlidingWindow is handed on: its local layers are
# trained on full windows of text without a mask, each token seeing all before it. With a
# cache, to generate, the mask is made elsewhere, with the window (and the first four tokens,
# which is documented). So it generates by less than it has learnt from.
#
# Seen, of six tokens alike and a window of 2: the last attends to each of the six by 0.17, and
# with a mask of keys that are all true to the last two by 0.5. In a transformer of one local
# layer the first token changes what comes after the sixth, until there is such a mask. The
# script fails when that changes. The remedy is WithKeyMask of ones.
# Needs go; works in a temporary folder, with GoMLX's own backend in Go.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/gomlx/compute v0.1.6
	github.com/gomlx/gomlx v0.28.4
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/layers/attention/kvcache"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/zoo/transformer"
)

var backend = func() compute.Backend {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	return backend
}()

// attends prints what the last of six tokens that are all alike attends to, in a window of two.
func attends(name string, causal, mask bool) {
	coefficients := model.MustCallOnce(backend, model.NewStore(), func(scope *model.Scope, g *Graph) *Node {
		x := Ones(g, shapes.Make(dtypes.Float64, 1, 6, 4))
		b := attention.SelfAttention(scope, x, 1, 4).WithCausalMask(causal).WithSlidingWindow(2)
		if mask {
			b = b.WithKeyMask(Ones(g, shapes.Make(dtypes.Bool, 1, 6)))
		}
		_, c := b.DoneWithCoefficients()
		return Reshape(Slice(c, AxisElem(0), AxisElem(5)), 6)
	}).Value().([]float64)
	fmt.Printf("%s: %.2f\n", name, coefficients)
}

// sees prints whether the first of six tokens has a say in the logits after the last, in a
// transformer of one local layer.
func sees(name string, options func(g *Graph, m *transformer.Model) transformer.CallOptions) {
	logits := func(first int32) []float32 {
		store := model.NewStore()
		store.RootScope().SetParam(model.ParamInitialSeed, int64(7))
		return model.MustCallOnce(backend, store, func(scope *model.Scope, g *Graph) *Node {
			m := transformer.New(scope).WithVocabSize(8).WithEmbedDim(4).WithNumLayers(1).WithNumHeads(1).WithHeadDim(4).
				WithLayerTypes([]transformer.LayerType{transformer.LocalLayer}).WithSlidingWindow(2)
			m.PopulateKVCacheConfigs()
			l, _ := m.Forward(Const(g, [][]int32{{first, 1, 2, 3, 4, 5}}), options(g, m))
			return Reshape(Slice(l, AxisElem(0), AxisElem(5)), 8)
		}).Value().([]float32)
	}
	a, b := logits(6), logits(7)
	var most float64
	for i := range a {
		most = max(most, math.Abs(float64(a[i]-b[i])))
	}
	fmt.Printf("%s: %v\n", name, most > 1e-4)
}

func main() {
	attends("causal", true, false)
	attends("causal, and a mask of true", true, true)
	attends("a mask of true", false, true)
	sees("transformer sees beyond its window", func(*Graph, *transformer.Model) (o transformer.CallOptions) { return o })
	sees("with a mask of true", func(g *Graph, m *transformer.Model) (o transformer.CallOptions) {
		o.AttentionMask = Ones(g, shapes.Make(dtypes.Bool, 1, 6))
		return o
	})

	// With a cache that holds twelve it makes the mask itself, for the last of them.
	mask := model.MustCallOnce(backend, model.NewStore(), func(scope *model.Scope, g *Graph) *Node {
		cached := transformer.KVCacheNodes{scope.Scope() + kvcache.KeySuffix: Zeros(g, shapes.Make(dtypes.Float64, 1, 1, 12, 4))}
		x := Ones(g, shapes.Make(dtypes.Float64, 1, 1, 4))
		return Reshape(kvcache.NewKVCache().BuildAttentionMask(scope, cached, x, Const(g, int32(11)), true, 2), 12)
	}).Value().([]bool)
	var seen []int
	for i, open := range mask {
		if open {
			seen = append(seen, i)
		}
	}
	fmt.Println("of 0 to 11 a cache shows", seen)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "causal: [0.17 0.17 0.17 0.17 0.17 0.17]
causal, and a mask of true: [0.00 0.00 0.00 0.00 0.50 0.50]
a mask of true: [0.17 0.17 0.17 0.17 0.17 0.17]
transformer sees beyond its window: true
with a mask of true: false
of 0 to 11 a cache shows [0 1 2 3 10 11]" ]
