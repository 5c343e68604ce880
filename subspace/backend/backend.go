// Package backend opens the compute backend.
package backend

import (
	"github.com/gomlx/compute"
	_ "github.com/gomlx/gomlx/backends/default"
)

// Info names a backend for figures and recorded runs.
type Info struct {
	Name   string // "xla" or "go"
	Device string // for example "cpu" or "cuda"
	Notice string // one line for the user, empty where there is nothing to say
}

// Open opens the backend.
func Open() (compute.Backend, Info, error) {
	b, err := compute.New()
	if err != nil {
		return nil, Info{}, err
	}
	return b, Info{Name: b.Name()}, nil
}
