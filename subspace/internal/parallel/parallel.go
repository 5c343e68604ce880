// Package parallel does the same work for many images on all processors.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// For calls do for 0 … n−1, on as many goroutines as there are processors.
// After an error it starts no further call, and it returns the error of the
// smallest number: every smaller one has then been started, so that it is the
// same error each time.
func For(n int, do func(i int) error) error {
	var (
		next   atomic.Int64
		mutex  sync.Mutex
		lowest = n
		failed error
		group  sync.WaitGroup
	)
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(i); err != nil {
					next.Store(int64(n))
					mutex.Lock()
					if i < lowest {
						lowest, failed = i, err
					}
					mutex.Unlock()
				}
			}
		})
	}
	group.Wait()
	return failed
}
