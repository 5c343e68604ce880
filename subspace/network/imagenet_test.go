package network_test

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/internal/parity"
	"gosubspace/subspace/network"
)

// torchvision is what torchvision's network, changed as the documentation says,
// computes in double precision.
type torchvision struct {
	Parameters int              `json:"parameters"` // with the usual number of classes
	Shapes     map[string][]int `json:"shapes"`     // of all variables, by path

	Batch            int                       `json:"batch"`
	Side             int                       `json:"side"` // pixels
	Labels           []int32                   `json:"labels"`
	EvaluationLogits [][]float64               `json:"evaluation_logits"`
	TrainingLogits   [][]float64               `json:"training_logits"`
	Loss             float64                   `json:"loss"`
	Gradients        map[string]parity.Summary `json:"gradients"`
	Statistics       map[string]parity.Summary `json:"statistics"` // changes of the running ones
}

// loadTorchvision reads testdata/resnet.json.
func loadTorchvision(t *testing.T) (reference struct {
	Classes        int `json:"classes"`
	ResNet18       torchvision
	WideResNet50x2 torchvision
}) {
	t.Helper()
	text, err := os.ReadFile("testdata/resnet.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &reference); err != nil {
		t.Fatal(err)
	}
	return reference
}

// Every variable has the place and the shape that it has in torchvision.
func TestTorchvisionShapes(t *testing.T) {
	reference := loadTorchvision(t)
	for _, c := range []struct {
		name    string
		net     net
		side    int
		classes int
		want    torchvision
	}{
		{"ResNet18", network.ResNet18(200), 64, 200, reference.ResNet18},
		{"WideResNet50x2", network.WideResNet50x2(1000), 224, 1000, reference.WideResNet50x2},
	} {
		store := newStore(t, 1)
		build(t, store, c.net, shapes.Make(dtypes.Float32, 2, c.side, c.side, 3), c.classes)
		got, parameters := map[string][]int{}, 0
		for v := range store.IterVariables() {
			if v.Name() == model.RNGStateVariableName {
				continue
			}
			got[v.Path()] = v.Shape().Dimensions
			if v.Trainable {
				parameters += v.Shape().Size()
			}
		}
		if parameters != c.want.Parameters {
			t.Errorf("%s: %d parameters, expected %d", c.name, parameters, c.want.Parameters)
		}
		if !maps.EqualFunc(got, c.want.Shapes, slices.Equal) {
			t.Errorf("%s: variables\n%v\nexpected\n%v", c.name, got, c.want.Shapes)
		}
	}
}

// build builds the graph of a network, which makes its variables but gives them
// no values, and checks the shape of the logits.
func build(t *testing.T, store *model.Store, net net, images shapes.Shape, classes int) {
	t.Helper()
	var logits shapes.Shape
	exec, err := model.NewExec(pureGo(t), store, func(scope *model.Scope, images *Node) *Node {
		y := net(scope, images)
		logits = y.Shape()
		return y
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	if _, err := exec.Compile(images); err != nil {
		t.Fatal(err)
	}
	if want := shapes.Make(images.DType, images.Dimensions[0], classes); !logits.Equal(want) {
		t.Errorf("logits are %s, expected %s", logits, want)
	}
}

// Logits, loss, gradients and running statistics equal torchvision's. The wide
// network is run on the pure-Go backend alone, which is the quicker one here:
// most of its time would be XLA's compilation.
func TestTorchvisionParity(t *testing.T) {
	reference := loadTorchvision(t)
	t.Run("ResNet18", func(t *testing.T) {
		compareToTorchvision(t, open(t), "ResNet18", network.ResNet18(reference.Classes), reference.ResNet18)
	})
	t.Run("WideResNet50x2", func(t *testing.T) {
		compareToTorchvision(t, pureGo(t), "WideResNet50x2", network.WideResNet50x2(reference.Classes), reference.WideResNet50x2)
	})
}

func compareToTorchvision(t *testing.T, b compute.Backend, name string, net net, want torchvision) {
	// In double precision, so that a difference is none of rounding: in single
	// precision some activation is always rounded to the other side of 0.
	images := parity.Uniform("images/"+name, want.Batch*want.Side*want.Side*3, -1.75, 1.75)
	x := double(images, want.Batch, want.Side, want.Side, 3)
	store := newStore(t, 1)
	build(t, store, net, x.Shape(), len(want.TrainingLogits[0]))
	for v := range store.IterVariables() {
		if v.Name() != model.RNGStateVariableName {
			dims := v.Shape().Dimensions
			if err := v.SetValue(double(parity.Initial(v.Path(), 1, dims...), dims...)); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(name string, difference float64) {
		t.Helper()
		if !(difference < 1e-6) {
			t.Errorf("%s: relative difference %.2g", name, difference)
		}
	}
	check("evaluation logits", logitsError(want.EvaluationLogits, single(call(t, b, store, net, x)[0])))

	var paths []string
	results := call(t, b, store, func(scope *model.Scope, images, labels *Node) []*Node {
		store.SetTraining(images.Graph(), true)
		logits := net(scope, images)
		loss := crossEntropy(logits, labels)
		var variables []*Node
		paths = nil
		for v := range store.IterVariables() {
			if _, stored := want.Gradients[v.Path()]; stored {
				paths, variables = append(paths, v.Path()), append(variables, v.NodeValue(images))
			}
		}
		return append([]*Node{logits, loss}, Gradient(loss, variables...)...)
	}, x, tensors.FromValue(want.Labels))
	check("training logits", logitsError(want.TrainingLogits, single(results[0])))
	check("loss", math.Abs(tensors.ToScalar[float64](results[1])/want.Loss-1))
	if len(paths) != len(want.Gradients) {
		t.Errorf("%d gradients, expected %d", len(paths), len(want.Gradients))
	}
	for i, path := range paths {
		check("gradient of "+path, want.Gradients[path].Difference(tensors.MustCopyFlatData[float32](single(results[2+i]))))
	}
	for path, change := range want.Statistics {
		now := tensors.MustCopyFlatData[float64](store.GetVariable(path).MustValue())
		moved := make([]float32, len(now))
		for i, before := range parity.Initial(path, 1, len(now)) {
			moved[i] = float32(now[i] - float64(before))
		}
		check("change of "+path, change.Difference(moved))
	}
}

// The gradient of the stem, which has a max-pool, equals central differences of
// the value.
func TestStemGradient(t *testing.T) {
	backends(t, func(t *testing.T, b compute.Backend) {
		store := newStore(t, 1)
		x, direction := normal[float64](1, 0, 1, 2, 8, 8, 3), normal[float64](2, 0, 1, 2, 8, 8, 3)
		exec, err := model.NewExec(b, store, func(scope *model.Scope, x, direction, step *Node) []*Node {
			store.SetTraining(x.Graph(), true)
			x = Add(x, Mul(direction, step))
			y := network.StemOf7(scope, x)
			if want := shapes.Make(dtypes.Float64, 2, 2, 2, 64); !y.Shape().Equal(want) {
				t.Errorf("the stem makes %s, expected %s", y.Shape(), want)
			}
			value := weighted(y)
			return []*Node{value, ReduceAllSum(Mul(Gradient(value, x)[0], direction))}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		at := func(step float64) (value, derivative float64) {
			results := exec.MustCall(x, direction, step)
			return tensors.ToScalar[float64](results[0]), tensors.ToScalar[float64](results[1])
		}
		const step = 1e-6
		up, _ := at(step)
		down, _ := at(-step)
		_, got := at(0)
		if want := (up - down) / (2 * step); !(math.Abs(got-want) < 1e-6*math.Abs(want)) {
			t.Errorf("directional derivative %.9g, finite difference %.9g", got, want)
		}
	})
}

// double makes a float64 tensor of float32 values.
func double(values []float32, dimensions ...int) *tensors.Tensor {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return tensors.FromFlatDataAndDimensions(wide, dimensions...)
}

// single makes a float32 tensor of a float64 one.
func single(t *tensors.Tensor) *tensors.Tensor {
	flat := tensors.MustCopyFlatData[float64](t)
	narrow := make([]float32, len(flat))
	for i, v := range flat {
		narrow[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(narrow, t.Shape().Dimensions...)
}
