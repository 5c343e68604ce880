package subspace

import (
	"math/rand/v2"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// A convolution whose gradient GoMLX shifts is trained with only where nothing learns
// from it: on the images themselves.
func TestShiftedGradients(t *testing.T) {
	type window struct{ size, stride, dilation int }
	for _, c := range []struct {
		layers []window
		says   string
	}{
		{[]window{{2, 2, 1}, {3, 1, 1}, {1, 2, 1}}, ""},
		{[]window{{3, 1, 1}, {2, 2, 1}}, "the network fails on images [4 8 8 1]: a convolution behind other layers has a window of 2 × 2, and GoMLX v0.28.4 hands back"},
		{[]window{{1, 1, 1}, {2, 1, 3}}, "a window of 4 × 4"},
		{[]window{{1, 1, 1}, {2, 1, 2}}, ""},
	} {
		s := spaceOf(t, func(scope *model.Scope, x *Node) *Node {
			for i, w := range c.layers {
				x = Tanh(layers.Convolution(scope.In("conv%d", i), x).Channels(2).KernelSize(w.size).Strides(w.stride).Dilations(w.dilation).Done())
			}
			return layers.Dense(scope.In("out"), Reshape(x, x.Shape().Dimensions[0], -1), true, 10)
		}, 2, 1)
		_, _, err := s.Step(batchOf(4, 1), s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, 1))), 0.1, SGD{})
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%v: %v", c.layers, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%v: %v, want %q", c.layers, err, c.says)
		}
	}
}

// Endpoints without length, such as those of a network that starts at 0, have no angle:
// they stay finite, with the regulariser and without.
func TestEndpointsAtZero(t *testing.T) {
	for _, beta := range []float64{0, 1} {
		s := spaceOf(t, func(scope *model.Scope, x *Node) *Node {
			return layers.Dense(scope.WithInitializer(initializer.Zero), Reshape(x, x.Shape().Dimensions[0], -1), true, 10)
		}, 2, 1)
		if _, _, err := s.Step(batchOf(4, 1), s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, 1))), 0.1, SGD{Beta: beta}); err != nil {
			t.Fatal(err)
		}
		rows, err := s.Endpoints()
		if err != nil {
			t.Fatal(err)
		}
		moved := false
		for _, row := range rows {
			for _, v := range row {
				if v-v != 0 {
					t.Fatalf("β = %v: a weight is %v", beta, v)
				}
				moved = moved || v != 0
			}
		}
		if !moved {
			t.Errorf("β = %v: no weight has moved", beta)
		}
	}
}
