//go:build cgo && linux

package cpu

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"

	"gosubspace/subspace/internal/customcall"
)

// kept are the programs that have been compiled, see [Keep].
type kept struct {
	sync.Mutex
	programs map[[sha256.Size]byte]compute.Executable
}

// compile compiles what b has built, or returns what was compiled of the same text
// for the same devices.
func (k *kept) compile(b *builder) (compute.Executable, error) {
	plain, is := b.Builder.(*xla.Builder)
	if !Keep.Load() || !is {
		return b.Builder.Compile()
	}
	text, err := customcall.Program(plain)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256(fmt.Appendf(text, "%v", b.devices))
	k.Lock()
	e := k.programs[key]
	k.Unlock()
	if e != nil {
		return e, nil
	}
	if e, err = b.Builder.Compile(); err != nil {
		return nil, err
	}
	e = shared{e}
	k.Lock()
	defer k.Unlock()
	if k.programs == nil {
		k.programs = map[[sha256.Size]byte]compute.Executable{}
	}
	k.programs[key] = e
	return e, nil
}

// shared is a program that others may use too: it outlives who is done with it.
type shared struct{ compute.Executable }

func (shared) Finalize() {}

// Finalize frees the programs that were kept, and the backend.
func (b *backend) Finalize() {
	for _, e := range b.kept.programs {
		e.(shared).Executable.Finalize()
	}
	b.Backend.Finalize()
}
