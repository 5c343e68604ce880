//go:build cgo && linux

package cpu

import "github.com/gomlx/compute"

var (
	Widest  = widest
	Largest = largest
)

// Plain returns the backend that Wrap was given.
func Plain(b compute.Backend) compute.Backend { return b.(*backend).Backend }
