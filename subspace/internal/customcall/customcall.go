//go:build cgo && linux

package customcall

import (
	"fmt"
	"reflect"
	_ "unsafe" // for go:linkname

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/stablehlo"
	"github.com/gomlx/gomlx/core/graph"
)

//go:linkname emit github.com/gomlx/go-xla/compute/xla.(*Function).customCall
func emit(f *xla.Function, target, config string, operandLayouts [][]int, outputs []shapes.Shape, outputLayouts [][]int,
	operands ...compute.Value) ([]compute.Value, error)

// typed is the version of XLA's custom calls with typed operands
// (API_VERSION_TYPED_FFI of StableHLO).
const typed = int32(4)

// Emit adds a call of the function registered as target to f. Operands and
// outputs are row-major.
func Emit(f *xla.Function, target string, outputs []shapes.Shape, operands ...compute.Value) ([]compute.Value, error) {
	results, err := emit(f, target, "", make([][]int, len(operands)), outputs, make([][]int, len(outputs)), operands...)
	if err != nil {
		return nil, err
	}
	statement := (*stablehlo.Statement)(field(field(reflect.ValueOf(results[0]), "value"), "stmt").UnsafePointer())
	if _, is := statement.Attributes["api_version"]; !is {
		return nil, fmt.Errorf("go-xla's custom call of %s has no attribute api_version", target)
	}
	statement.Attributes["api_version"] = typed
	return results, nil
}

// RandomBits adds compute.Function.RNGBitGenerator to the graph of state. GoMLX
// offers it to its own functions alone, which do not ask for booleans.
//
//go:linkname RandomBits github.com/gomlx/gomlx/core/graph.backendRNGBitGenerator
func RandomBits(state *graph.Node, shape shapes.Shape) (next, values *graph.Node)

// field returns a field, a pointer, of what v points to.
func field(v reflect.Value, name string) reflect.Value {
	return v.Elem().FieldByName(name)
}
