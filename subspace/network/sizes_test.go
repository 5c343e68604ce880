package network_test

import (
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/network"
)

// A network of no classes, no channels or no units panics with one clear line.
func TestSizes(t *testing.T) {
	b := pureGo(t)
	for want, net := range map[string]func(*model.Scope, *Node) *Node{
		"CResNet20 of 0 classes":                       network.CResNet20(0, 8),
		"CResNet20 of -1 channels":                     network.CResNet20(10, -1),
		"CNN of -3 classes":                            network.CNN(-3, 8),
		"CNN of 0 channels":                            network.CNN(10, 0),
		"MLP of 0 classes":                             network.MLP(0, 8),
		"MLP of -8 units":                              network.MLP(10, 8, -8),
		"ResNet18 of 0 classes":                        network.ResNet18(0),
		"WideResNet50x2 of -1 classes":                 network.WideResNet50x2(-1),
		"the network is nil":                           network.WithDropout(nil, 0.5),
		"the network is nil: want":                     network.WithGhostBatches(nil, 2),
		"the network is nil: want a GoMLX":             network.WithBFloat16(nil),
		"must be a float64 in [0, 1), got float64 NaN": network.WithDropout(network.MLP(10, 8), nan()),
		"must be an int, 1 or more, got int 0":         network.WithGhostBatches(network.CNN(10, 8), 0),
	} {
		func() {
			g := NewGraph(b, "sizes")
			defer g.Finalize()
			store := newStore(t, 1)
			store.SetTraining(g, true)
			defer func() {
				p := recover()
				err, _ := p.(error)
				if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
					t.Errorf("want a panic with %q, got %v", want, p)
				}
			}()
			net(store.RootScope(), Parameter(g, "images", shapes.Make(dtypes.Float32, 2, 32, 32, 3)))
		}()
	}
}

func nan() float64 { zero := 0.0; return zero / zero }
