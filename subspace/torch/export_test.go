package torch

import (
	"fmt"
	"strings"
	"testing"
)

// Floats are the values of a tensor.
var Floats = float32s

// NamesOf lists the tensors of a network's state_dict with their shapes.
func NamesOf(t testing.TB, n Network) (names []string) {
	t.Helper()
	variables, err := n.variables()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range variables {
		names = append(names, fmt.Sprint(v.tensor, " ", v.torch))
		if norm, ok := strings.CutSuffix(v.tensor, ".running_var"); ok {
			names = append(names, norm+steps+" []")
		}
	}
	return names
}
