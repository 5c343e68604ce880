package dataset

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gosubspace/subspace/internal/parallel"
	"gosubspace/subspace/internal/picture"
)

// file is an image file in the folder of a set. Sets that share images share it.
type file struct {
	name     string // within the folder, with slashes
	size     int64  // bytes, when the folder was read
	modified time.Time
	changed  int64               // see changeTime
	sum      atomic.Pointer[sum] // once it was decoded: of the contents
}

// A sum tells the contents of files apart.
type sum [sha256.Size]byte

// known returns the sum of a file, zeros where it was not read.
func (f *file) known() []byte {
	if s := f.sum.Load(); s != nil {
		return s[:]
	}
	return make([]byte, sha256.Size)
}

// streamed reports whether images are decoded when they are asked for.
func (s *Set) streamed() bool { return s.Pixels == nil && s.files != nil }

// decode writes image i of a set that comes from files to dst [height, width,
// channels], unless that is nil, and notes the sum of its file: the middle square of
// what package picture decodes, resized.
func (s *Set) decode(dst []uint8, i int) error {
	f := s.files[i]
	path := filepath.Join(s.root, filepath.FromSlash(f.name))
	content, err := picture.Read(path)
	if err != nil {
		return err
	}
	m, err := picture.Decode(content)
	if err != nil {
		return fmt.Errorf("%s %w", path, err)
	}
	read := sum(sha256.Sum256(content))
	if !f.sum.CompareAndSwap(nil, &read) && *f.sum.Load() != read {
		return fmt.Errorf("%s has changed since its folder was opened: open that again", path)
	}
	if dst != nil {
		resizeAndCrop(dst, m, s.Width)
	}
	return nil
}

// stream is decode where nobody has looked for broken images before, see [Read].
func (s *Set) stream(dst []uint8, i int) error {
	if err := s.decode(dst, i); err != nil {
		return fmt.Errorf("dataset: %w", picture.Bad(1, []error{err}))
	}
	return nil
}

// Load returns a streamed set with its pixels in memory, which takes Len × height ×
// width × channels bytes, as [Read] does. A set in memory is returned as it is.
//
// What fits should be loaded: a streamed set decodes its images anew in every
// epoch. To look at some images of a set that does not fit, load a [Set.Subset].
func (s *Set) Load() (*Set, error) {
	loaded, err := Read(context.Background(), math.MaxInt, nil, s)
	if err != nil {
		return nil, err
	}
	return loaded[0], nil
}

// Read returns sets with their pixels in memory, each that takes no more than so many
// bytes, decoded on all processors. One that takes more stays streamed, but every image
// of it is decoded once too, so that a broken one is found before it is trained on.
// Sets that are in memory already, and nil, are returned as they are.
//
// Images that cannot be read are one error, which names all of them, of all sets. It
// ends when ctx does. progress, unless nil, is called with the images that are read and
// those there will be.
//
// All this costs once: what files were read, by their names, sizes and times, and the
// pixels that were made of them, are kept in the folder [place.Images], and are known
// again where the files are as they were.
func Read(ctx context.Context, most int, progress func(done, total int64), sets ...*Set) ([]*Set, error) {
	out := slices.Clone(sets)
	began := time.Now()
	var jobs []job
	for k, s := range sets {
		if s == nil || !s.streamed() {
			continue
		}
		s.recall()
		if s.Len()*s.imageSize() > most {
			for i, f := range s.files {
				if f.sum.Load() == nil {
					jobs = append(jobs, job{s, i, nil})
				}
			}
			continue
		}
		loaded := s.Empty(s.Name)
		loaded.Labels, loaded.files, loaded.Notes = s.Labels, s.files, s.Notes
		out[k] = loaded
		if loaded.Pixels = s.recallPixels(); loaded.Pixels != nil {
			continue
		}
		loaded.Pixels = make([]uint8, s.Len()*s.imageSize())
		for i := range s.files {
			jobs = append(jobs, job{s, i, loaded.image(i)})
		}
	}
	if len(jobs) == 0 {
		return out, nil
	}
	if err := decodeAll(ctx, jobs, progress); err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	for k, s := range sets {
		if s == nil || !s.streamed() {
			continue
		}
		s.remember(began)
		if out[k] != s {
			s.rememberPixels(out[k].Pixels)
		}
	}
	return out, nil
}

// A job is an image that is to be decoded, to dst unless that is nil.
type job struct {
	set *Set
	i   int
	dst []uint8
}

// decodeAll does all jobs, those after a broken image too.
func decodeAll(ctx context.Context, jobs []job, progress func(done, total int64)) error {
	bad := make([]error, len(jobs))
	var mutex sync.Mutex
	done := 0
	err := parallel.For(len(jobs), func(k int) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		bad[k] = jobs[k].set.decode(jobs[k].dst, jobs[k].i)
		mutex.Lock()
		defer mutex.Unlock()
		done++
		if progress != nil {
			progress(int64(done), int64(len(jobs)))
		}
		return nil
	})
	if err != nil {
		return picture.Interrupted(ctx, done, len(jobs))
	}
	return picture.Bad(len(jobs), bad)
}

// know reads the files whose sums are not known.
func (s *Set) know() {
	for _, f := range s.files {
		if f.sum.Load() == nil {
			streamed := s.Empty(s.Name) // s itself may be in memory
			streamed.files, streamed.Labels = s.files, s.Labels
			Read(context.Background(), -1, nil, streamed) // what fails counts as zeros
			return
		}
	}
}
