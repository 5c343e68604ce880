package experiment

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// Matched networks compute what they did, and lie closer to the first.
func TestMatched(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := tiny()
	c.Independent = true
	apart := train(t, c, o)
	ends := networksOf(t, c, o)
	c.Independent, c.Made = false, matched
	r := train(t, c, o)
	near := networksOf(t, c, o)
	if !slices.Equal(near[0], ends[0]) || slices.Equal(near[1], ends[1]) {
		t.Error("the first network has moved, or the second has not")
	}
	if a, b := distance(ends[0], ends[1]), distance(near[0], near[1]); !(b < a) {
		t.Errorf("matched networks are %v apart, %v before", b, a)
	}
	for _, i := range []int{0, 2} {
		if a, b := apart.Result.Points[i].NLL, r.Result.Points[i].NLL; math.Abs(a-b) > 1e-3*a {
			t.Errorf("end %d scores %v, before it was matched %v", i, b, a)
		}
	}
	// A curve between them is trained, its ends stay.
	if curve := networksOf(t, c.With("bezier", 1), o); !slices.Equal(curve[1], near[1]) || distance(curve[2], near[0]) == 0 {
		t.Error("the ends of the curve are not the matched networks")
	}
}

// Networks of the reader's own are matched where that is right, and refused where their
// layers do not show that it is not.
func TestMatchedOwn(t *testing.T) {
	chain := func(scope *model.Scope, images *Node, skip bool) *Node {
		x := Reshape(images, images.Shape().Dimensions[0], -1)
		x = Tanh(layers.Dense(scope.In("a"), x, true, 6))
		y := Tanh(layers.Dense(scope.In("b"), x, true, 6))
		if skip {
			y = Add(x, y)
		}
		return layers.Dense(scope.In("c"), y, true, 10)
	}
	c := light()
	c.Network, c.Width, c.Made = "chain", 0, matched
	o := Options{Dir: t.TempDir(), Net: func(scope *model.Scope, images *Node) *Node { return chain(scope, images, false) }}
	near := networksOf(t, c, o)
	c.Made, c.Independent = "", true
	if apart := networksOf(t, c, o); !(distance(near[0], near[1]) < distance(apart[0], apart[1])) {
		t.Error("the networks of a chain of layers are no closer when they are matched")
	}
	c.Made, c.Independent = matched, false
	c.Network = "skips"
	o.Net = func(scope *model.Scope, images *Node) *Node { return chain(scope, images, true) }
	if _, err := Train(context.Background(), c, o); err == nil || !strings.Contains(err.Error(), `"skips" computes something else once its channels are matched`) {
		t.Error(err)
	}
	// A dense layer after a flattened convolution has more channels than that makes.
	c.Network = "flat"
	o.Net = func(scope *model.Scope, images *Node) *Node {
		x := layers.Convolution(scope.In("a"), images).Channels(3).KernelSize(3).PadSame().Done()
		return layers.Dense(scope.In("b"), Reshape(x, x.Shape().Dimensions[0], -1), true, 10)
	}
	if _, err := Train(context.Background(), c, o); err == nil || !strings.Contains(err.Error(), "matching knows the project's networks") {
		t.Error(err)
	}
}
