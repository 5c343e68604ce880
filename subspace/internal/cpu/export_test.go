//go:build cgo && linux

package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"

	"gosubspace/subspace/internal/customcall"
)

var Widest = widest

// Program returns the text of what a builder of a wrapped backend has built.
func Program(b compute.Builder) ([]byte, error) {
	return customcall.Program(b.(*builder).Builder.(*xla.Builder))
}
