package torch

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"

	"gosubspace/subspace"
)

// A Network is what a state_dict is of, as [subspace.Space] has it.
type Network struct {
	Layout  subspace.Layout
	Buffers []subspace.Array // those that are no statistics of batch norm, such as a random state, stay out
	Image   [3]int           // height, width and channels that it takes
	Mapping Mapping
}

// A variable of a network, here and there.
type variable struct {
	path    string // such as stem/weights
	tensor  string // such as conv1.weight
	dims    []int  // [height, width, in, out] or [in, out], or what is the same there
	torch   []int  // [out, in, height, width] or [out, in]
	flatten [3]int // where the inputs of a dense layer are these, flattened
	offset  int    // of a weight in the vector of all weights
	buffer  int    // of a statistic its number among the buffers, else −1
}

// variables returns the variables in the network's order: weights, then statistics.
func (n Network) variables() ([]variable, error) {
	var all []variable
	for i, w := range n.Layout.Weights {
		v := newVariable(w.Path, w.Dims)
		v.offset = w.Offset
		if i == 0 && v.turned() && len(w.Dims) == 2 && w.Dims[0] == n.Image[0]*n.Image[1]*n.Image[2] {
			v.flatten = n.Image // what it sees first is the image
		}
		all = append(all, v)
	}
	for i, b := range n.Buffers {
		if leaf := path.Base(b.Name); b.DType == dtypes.Float32 && len(b.Dims) == 1 && (leaf == "mean" || leaf == "variance") {
			v := newVariable(strings.Trim(b.Name, "/"), b.Dims)
			v.buffer = i
			all = append(all, v)
		}
	}
	keepScopes(all)
	return all, n.Mapping.apply(all)
}

// keepScopes leaves scopes their own names where two would have one in PyTorch, as dense1
// and fc1 would.
func keepScopes(all []variable) {
	scopeOf := map[string]string{} // by what it is called there
	shared := map[string]bool{}
	for _, v := range all {
		module, _ := cutLast(v.tensor)
		scope := path.Dir(v.path)
		if other, there := scopeOf[module]; there && other != scope {
			shared[module] = true
		}
		scopeOf[module] = scope
	}
	for i, v := range all {
		if module, leaf := cutLast(v.tensor); shared[module] {
			all[i].tensor = strings.ReplaceAll(path.Dir(v.path), "/", ".") + "." + leaf
		}
	}
}

// cutLast cuts the name of a tensor into its module and its own.
func cutLast(tensor string) (module, leaf string) {
	i := strings.LastIndex(tensor, ".")
	return tensor[:max(i, 0)], tensor[i+1:]
}

func newVariable(path string, dims []int) variable {
	v := variable{path: path, tensor: Name(path), dims: dims, torch: dims, buffer: -1}
	if v.turned() {
		rank := len(dims)
		v.torch = append([]int{dims[rank-1], dims[rank-2]}, dims[:rank-2]...)
	}
	if path == "head/weights" && pointwise(v.torch) { // a 1×1 convolution on one pixel is torch.nn.Linear
		v.torch = v.torch[:2]
	}
	return v
}

// turned reports whether a variable has its outputs first in PyTorch: kernels and dense
// weights. What else may have axes, such as the table of an embedding, is the same there.
func (v variable) turned() bool {
	leaf := path.Base(v.path)
	return len(v.dims) >= 2 && (leaf == "weights" || leaf == "weights_qkv")
}

// pointwise reports the dimensions of a 1×1 convolution.
func pointwise(torch []int) bool {
	return len(torch) == 4 && torch[2] == 1 && torch[3] == 1
}

// apply names the tensors of variables as the mapping says.
func (m Mapping) apply(all []variable) error {
	var wrong []string
	left := maps.Clone(m.Tensors)
	by := map[string]string{}
	for i := range all {
		v := &all[i]
		if t, named := m.Tensors[v.path]; named {
			delete(left, v.path)
			v.tensor = t.Name
			if f := t.Flatten; f != ([3]int{}) {
				if !v.turned() || len(v.dims) != 2 || v.dims[0] != f[0]*f[1]*f[2] {
					wrong = append(wrong, fmt.Sprintf("%s of %v does not see %v flattened", v.path, v.dims, f))
				}
				v.flatten = f
			}
		}
		if first, twice := by[v.tensor]; twice {
			wrong = append(wrong, fmt.Sprintf("%s is used twice, for %s and %s", v.tensor, first, v.path))
		}
		by[v.tensor] = v.path
	}
	if len(left) > 0 {
		var paths []string
		for _, v := range all {
			paths = append(paths, v.path)
		}
		wrong = append(wrong, fmt.Sprintf("the network has no %s: it has %s", strings.Join(slices.Sorted(maps.Keys(left)), ", "), strings.Join(paths, ", ")))
	}
	switch {
	case len(wrong) > 0 && len(m.Tensors) == 0:
		return fmt.Errorf("%s: name them in a mapping, another name for each", strings.Join(wrong, "; "))
	case len(wrong) > 0:
		return fmt.Errorf("the mapping does not fit the network: %s", strings.Join(wrong, "; "))
	}
	return nil
}

// to writes a variable's values in PyTorch's order; from reads them.
func (v variable) to(torch, values []float32)   { v.each(func(t, g int) { torch[t] = values[g] }) }
func (v variable) from(torch, values []float32) { v.each(func(t, g int) { values[g] = torch[t] }) }

// each calls f with the place of every value in PyTorch's order, and here.
func (v variable) each(f func(torch, here int)) {
	if !v.turned() {
		for i := range product(v.dims) {
			f(i, i)
		}
		return
	}
	rank := len(v.dims)
	in, out, space := v.dims[rank-2], v.dims[rank-1], product(v.dims[:rank-2])
	for i := range in {
		here := i
		if height, width, channels := v.flatten[0], v.flatten[1], v.flatten[2]; channels > 0 {
			here = i%(height*width)*channels + i/(height*width)
		}
		for s := range space {
			for o := range out {
				f((o*in+i)*space+s, (s*in+here)*out+o)
			}
		}
	}
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}
