package plots

import (
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// Sync waits until what the program has sent to its notebook is there, but for no longer
// than five seconds: a kernel that ends meanwhile, as at a restart, may never answer, and the
// program would stay behind, seen by no one, with its memory.
func Sync() { within(5*time.Second, gonbui.Sync) }

// within waits for what do does, but no longer than limit.
func within(limit time.Duration, do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(limit):
	}
}
