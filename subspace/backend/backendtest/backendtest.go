// Package backendtest opens the backend for tests, once a process.
package backendtest

import (
	"encoding/binary"
	"math"
	"os"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/internal/programs"
)

// Require is the environment variable that, set to 1, makes a test fail that
// would otherwise be skipped, or run on the pure-Go backend, for want of XLA.
const Require = "GOSUBSPACE_REQUIRE_XLA"

// Anew makes a test compile all its programs itself, whatever has been compiled before.
func Anew(t testing.TB) {
	if !programs.Anew.Swap(true) {
		t.Cleanup(func() { programs.Anew.Store(false) })
	}
}

type opened struct {
	backend compute.Backend
	info    backend.Info
	err     error
}

var once = sync.OnceValue(func() opened {
	b, info, err := backend.Open()
	return opened{b, info, err}
})

// Open returns the backend that [backend.Open] finds, the pure-Go one where
// nothing is set up.
func Open(t testing.TB) compute.Backend {
	t.Helper()
	o := once()
	if o.err != nil {
		t.Fatal(o.err)
	}
	if o.info.Name != "xla" && os.Getenv(Require) == "1" {
		t.Fatalf("%s=1, but no XLA: %s", Require, o.info.Notice)
	}
	return o.backend
}

// XLA returns the XLA backend. A test that needs it is skipped where it is not
// set up, or fails if [Require] is set.
func XLA(t testing.TB) compute.Backend {
	t.Helper()
	b := Open(t)
	if b.Name() != "xla" {
		t.Skip("wants XLA: run go run ./kernel first")
	}
	return b
}

// Devices is XLA, for a test that wants n devices: a CPU has as many, a GPU may be alone.
func Devices(t testing.TB, n int) compute.Backend {
	t.Helper()
	b := XLA(t)
	switch has := b.NumDevices(); {
	case has >= n:
	case !once().info.GPU && os.Getenv(Require) == "1":
		t.Fatalf("the backend has %d devices, want %d", has, n)
	default:
		t.Skipf("the backend has %d devices, want %d", has, n)
	}
	return b
}

// Floats reads float32 values as a state has them: little endian.
func Floats(bytes []byte) []float32 {
	out := make([]float32, len(bytes)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
	}
	return out
}
