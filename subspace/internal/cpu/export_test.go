//go:build cgo && linux

package cpu

import (
	"reflect"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/stablehlo"
)

var Largest = largest

// Plain returns the backend that Wrap was given.
func Plain(b compute.Backend) compute.Backend { return b.(*backend).Backend }

// Program returns the text of what a builder of a wrapped backend has built.
func Program(b compute.Builder) ([]byte, error) {
	plain := b.(*builder).Builder.(*xla.Builder)
	return (*stablehlo.Builder)(reflect.ValueOf(plain).Elem().FieldByName("builder").UnsafePointer()).Build()
}
