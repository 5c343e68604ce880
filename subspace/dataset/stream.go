package dataset

import (
	"fmt"
	"path/filepath"

	"gosubspace/subspace/internal/parallel"
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
	if err := parallel.For(s.Len(), func(i int) error { return s.decode(out.image(i), i) }); err != nil {
		return nil, err
	}
	return out, nil
}
