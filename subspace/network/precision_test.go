package network

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/backend/backendtest"
)

// In bfloat16 every product of every network takes bfloat16 on both sides, and
// nothing else does: logits, variables and what is between products stay float32.
func TestBFloat16(t *testing.T) {
	for name, net := range map[string]func(*model.Scope, *Node) *Node{
		"cresnet20": CResNet20(10, 4), "cnn": CNN(10, 4), "mlp": MLP(10, 8), "resnet18": ResNet18(10), "wideresnet50-2": WideResNet50x2(10),
	} {
		for _, lower := range []bool{false, true} {
			net, want := net, dtypes.Float32
			if lower {
				net, want = WithBFloat16(net), dtypes.BFloat16
			}
			store := model.NewStore()
			products := 0
			exec, err := model.NewExec(backendtest.Open(t), store, func(scope *model.Scope, images *Node) *Node {
				logits := net(scope, images)
				if logits.DType() != dtypes.Float32 {
					t.Errorf("%s: logits are %s", name, logits.DType())
				}
				for _, n := range images.Graph().Nodes() {
					if n.Type() == NodeTypeConvGeneral || n.Type() == NodeTypeDotGeneral {
						products++
						for _, in := range n.Inputs() {
							if in.DType() != want {
								t.Errorf("%s: %s takes %s, want %s", name, n.Type(), in.DType(), want)
							}
						}
					}
				}
				return ReduceAllSum(images) // the network itself need not run
			})
			if err != nil {
				t.Fatal(err)
			}
			images := make([]float32, 64*64*3)
			if _, err := exec.Call(tensors.FromFlatDataAndDimensions(images, 1, 64, 64, 3)); err != nil {
				t.Fatal(err)
			}
			if products == 0 {
				t.Errorf("%s: no product", name)
			}
			for v := range store.IterVariables() {
				if v.DType() == dtypes.BFloat16 {
					t.Errorf("%s: variable %s is %s", name, v.Path(), v.DType())
				}
			}
			exec.Finalize()
			store.Finalize()
		}
	}
}

// A network that multiplies in its own way would stay in float32 unnoticed.
func TestBFloat16OfAnother(t *testing.T) {
	net := WithBFloat16(func(scope *model.Scope, images *Node) *Node {
		return layers.Dense(scope.In("only"), Reshape(images, images.Shape().Dimensions[0], -1), true, 10)
	})
	defer func() {
		if p := fmt.Sprint(recover()); !strings.Contains(p, "network.Product") {
			t.Errorf("it says %q", p)
		}
	}()
	model.MustNewExec(backendtest.Open(t), model.NewStore(), net).MustCall(tensors.FromFlatDataAndDimensions(make([]float32, 4), 1, 2, 2, 1))
}
