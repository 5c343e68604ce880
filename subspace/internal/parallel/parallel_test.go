package parallel

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
)

func TestFor(t *testing.T) {
	for _, n := range []int{0, 1, 2, 100} {
		var calls atomic.Int64
		seen := make([]bool, n)
		if err := For(n, func(i int) error { seen[i] = true; calls.Add(1); return nil }); err != nil {
			t.Error(err)
		}
		if slices.Contains(seen, false) || calls.Load() != int64(n) {
			t.Errorf("%d calls of %d", calls.Load(), n)
		}
	}
	for range 200 {
		var calls atomic.Int64
		err := For(1000, func(i int) error {
			calls.Add(1)
			if i >= 7 {
				return errors.New(fmt.Sprint(i))
			}
			return nil
		})
		if err == nil || err.Error() != "7" {
			t.Fatalf("error %v, expected that of 7", err)
		}
		if most := int64(7 + runtime.GOMAXPROCS(0)); calls.Load() > most { // no goroutine goes on after its own error
			t.Errorf("%d calls, though the eighth failed: want %d at most", calls.Load(), most)
		}
	}
}
