package subspace

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/ml/model"
)

// Weight is one trainable variable of a network and its place in the flat
// vector of all weights.
type Weight struct {
	Path   string // the variable's path in the network's scopes
	Dims   []int  // its dimensions
	Offset int    // of its first element in the flat vector
	Size   int    // number of elements
	Layer  int    // index of its layer
}

// Layout says how the weights of a network lie in one flat vector θ ∈ Rᴾ: the
// trainable variables in the order in which the network creates them. A layer
// is a variable's parent scope: a convolution, a batch norm, a dense layer.
type Layout struct {
	Weights []Weight
	Layers  []string // scope of each layer
	Size    int      // P, the number of parameters
}

// layoutOf reads the layout off the variables that the network has created.
func layoutOf(store *model.Store) (Layout, error) {
	var l Layout
	index := map[string]int{}
	for v := range store.IterVariables() {
		if !v.Trainable {
			continue
		}
		if v.DType() != dtypes.Float32 {
			return l, fmt.Errorf("weight %s is %s: a subspace mixes float32 weights", v.Path(), v.DType())
		}
		scope, _ := model.SplitPath(v.Path())
		if _, ok := index[scope]; !ok {
			index[scope] = len(l.Layers)
			l.Layers = append(l.Layers, scope)
		}
		l.Weights = append(l.Weights, Weight{
			Path:   strings.TrimPrefix(v.Path(), "/"),
			Dims:   v.Shape().Dimensions,
			Offset: l.Size,
			Size:   v.Shape().Size(),
			Layer:  index[scope],
		})
		l.Size += v.Shape().Size()
	}
	if l.Size == 0 {
		return l, fmt.Errorf("the network has no trainable variable: create its weights through the scope that it is given")
	}
	return l, nil
}
