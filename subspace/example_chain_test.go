package subspace_test

import (
	"testing"

	"gosubspace/subspace/shapetest"
)

// This is all that a shape of your own needs as a test of the contract. (It has a
// file of its own because the documentation shows a file with an example whole
// only if it holds no test.)
func TestChain(t *testing.T) {
	shapetest.Conforms(t, Chain{})
}
