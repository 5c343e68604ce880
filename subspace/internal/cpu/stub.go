//go:build !cgo || !linux

package cpu

import (
	"errors"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// Wrap fails: the functions of this package are for Linux, and need a C compiler.
func Wrap(compute.Backend, string) (compute.Backend, error) {
	return nil, errors.New("this project's are for Linux alone")
}

// Norms reports that this package computes no batch norms here.
func Norms(*graph.Node) bool { return false }

// Drops reports that this package draws no random numbers here.
func Drops(*graph.Node, float64, ...int) (next, dropped *graph.Node, ok bool) { return nil, nil, false }

// KeepMemory does nothing here.
func KeepMemory() {}

// Widest has nothing to limit.
func Widest(int) {}
