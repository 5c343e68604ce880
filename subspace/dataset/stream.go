package dataset

import (
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

// file is an image file in the folder of a set.
type file struct {
	name string // within the folder, with slashes
	size int64  // bytes, when the folder was read
}

// streamed reports whether images are decoded when they are asked for.
func (s *Set) streamed() bool { return s.Pixels == nil && s.files != nil }

// decode writes image i of a set that comes from files to dst [height, width,
// channels].
func (s *Set) decode(dst []uint8, i int) error {
	if err := readImage(dst, filepath.Join(s.root, filepath.FromSlash(s.files[i].name)), s.Width); err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	return nil
}

// Load returns a streamed set with its pixels in memory, decoded on all
// processors, which takes Len × height × width × channels bytes. It fails where
// an image can't be read, and then names its file. A set in memory is returned as
// it is.
//
// What fits should be loaded: a streamed set decodes its images anew in every
// epoch. To look at some images of a set that does not fit, load a [Set.Subset].
func (s *Set) Load() (*Set, error) {
	if !s.streamed() {
		return s, nil
	}
	out := s.empty(s.Name)
	out.Labels, out.files = s.Labels, s.files
	out.Pixels = make([]uint8, s.Len()*s.imageSize())
	if err := parallel(s.Len(), func(i int) error { return s.decode(out.image(i), i) }); err != nil {
		return nil, err
	}
	return out, nil
}

// parallel calls do for 0 … n−1, on as many goroutines as there are processors.
// After an error it starts no further call, and it returns the error of the
// smallest number: every smaller one has then been started, so that it is the
// same error each time.
func parallel(n int, do func(i int) error) error {
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
