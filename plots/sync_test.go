package plots

import (
	"testing"
	"time"
)

// A kernel that never answers holds no program; one that answers is waited for.
func TestSyncEnds(t *testing.T) {
	forever := make(chan struct{})
	defer close(forever)
	within(time.Millisecond, func() { <-forever })

	answered := false
	within(time.Hour, func() {
		time.Sleep(20 * time.Millisecond)
		answered = true
	})
	if !answered {
		t.Error("an answer that comes was not waited for")
	}
}
