// Package dataset serves labelled images in batches.
//
// A data set is a [Data]: a training [Set], a test Set, and the numbers that
// normalise their pixels. [Digits] is part of the program and needs no network;
// [CIFAR10] is read from a folder, or downloaded once. [Folder] makes a data set
// of your own photographs, sorted into one folder a class; [Folders] and
// [TinyImageNet] read what is laid out as ImageNet is.
//
// An epoch is [Order], which shuffles the images, and [Data.Fill], which writes
// a batch of them, augmented and normalised, where the caller wants it:
//
//	order := dataset.Order(data.Train.Len(), seed, epoch)
//	for start := 0; start < len(order); start += batch {
//		index := order[start:min(start+batch, len(order))]
//		err := data.Fill(images, labels, data.Train, index, augment, rng)
//	}
//
// # Sets of sets
//
// A set is never changed; what varies it returns another one. [Set.Subset] takes
// some of the images, the classes evenly. [Set.Split] holds some back for
// validation, so that a choice, of a rate or of a stopping time, needs no test
// image. [Set.WrongLabels] spoils labels on purpose, [Set.HumanLabels] takes those that
// people gave.
//
// # In memory or streamed
//
// The pixels of a set are in memory, or, where they would not fit, its images are
// decoded from their files whenever a batch asks for them, on all processors.
// Such a set is called streamed; [Set.Load] reads it into memory, and [Read] several,
// which also finds all broken files at once. Everything works on both alike, and gives
// the same bytes.
//
// # The same everywhere
//
// The same seed gives the same batches on every machine. What is random is
// computed from the 64-bit outputs of PCG ([rand.PCG], whose sequence Go
// guarantees) by integer arithmetic written out here; pixels are normalised by
// operations that IEEE 754 rounds the same everywhere; images are resized by
// integer arithmetic and decoded by Go's own decoders, whose bytes a new release
// of Go may change, to within three levels of what PyTorch's data sets have
// (internal/picture).
package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"sync"

	"gosubspace/subspace/internal/picture"
)

// Data is a data set: images to train on, images to test on, and the mean and
// standard deviation, one a channel, of pixel/255, that normalise both.
type Data struct {
	Train, Test *Set
	Mean, Std   []float32
}

// Set is a labelled set of images, 8 bits a channel. Its fields are set once and
// then only read.
type Set struct {
	Name                    string // such as "cifar10/train"
	Height, Width, Channels int
	Pixels                  []uint8  // [n, height, width, channels]; nil if the set is streamed, see Load
	Labels                  []int32  // [n], each in [0, len(Classes))
	Classes                 []string // the name of each label
	Notes                   []string // a line each, of what its reader passed over or made of what lay there

	human []int32 // [n], the labels that people gave the images, see HumanLabels; nil where there are none
	root  string  // the folder that holds files
	files []*file // [n], where the images come from, nil if from elsewhere

	once        sync.Once
	fingerprint string
}

// Len returns the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Shape returns height, width and channels of the images.
func (s *Set) Shape() [3]int { return [3]int{s.Height, s.Width, s.Channels} }

// Check reports whether the parts of a set fit together: a shape without
// zeros, as many pixels as the shape and the labels say, labels in range. It
// looks at no image of a streamed set.
func (s *Set) Check() error {
	if s.Height < 1 || s.Width < 1 || s.Channels < 1 {
		return fmt.Errorf("dataset: %s: images of %d × %d × %d; each side must be at least 1", s.Name, s.Height, s.Width, s.Channels)
	}
	if want := s.Len() * s.imageSize(); len(s.Pixels) != want && !s.streamed() {
		return fmt.Errorf("dataset: %s: %d pixel values; %d labels × %d × %d × %d make %d",
			s.Name, len(s.Pixels), s.Len(), s.Height, s.Width, s.Channels, want)
	}
	for i, label := range s.Labels {
		if label < 0 || int(label) >= len(s.Classes) {
			return fmt.Errorf("dataset: %s: label %d of image %d is outside [0, %d)", s.Name, label, i, len(s.Classes))
		}
	}
	return nil
}

// Check reports whether the parts of a data set fit together: both sets as
// [Set.Check] wants them, of one shape and as many classes, and a mean and a
// positive standard deviation for each channel.
func (d *Data) Check() error {
	if d.Train == nil || d.Test == nil {
		return errors.New("dataset: data want a training set and a test set")
	}
	for _, s := range []*Set{d.Train, d.Test} {
		if err := s.Check(); err != nil {
			return err
		}
	}
	a, b := d.Train, d.Test
	if a.Shape() != b.Shape() || len(a.Classes) != len(b.Classes) {
		return fmt.Errorf("dataset: %s has images of %d × %d × %d and %d classes, %s of %d × %d × %d and %d; they must be alike",
			a.Name, a.Height, a.Width, a.Channels, len(a.Classes), b.Name, b.Height, b.Width, b.Channels, len(b.Classes))
	}
	if len(d.Mean) != a.Channels || len(d.Std) != a.Channels {
		return fmt.Errorf("dataset: %d means and %d standard deviations for %d channels; want one each, see Set.Moments",
			len(d.Mean), len(d.Std), a.Channels)
	}
	for c, s := range d.Std {
		if !(s > 0) || math.IsInf(float64(s), 0) || math.IsNaN(float64(d.Mean[c])) || math.IsInf(float64(d.Mean[c]), 0) {
			return fmt.Errorf("dataset: channel %d has mean %v and standard deviation %v; want finite numbers, the second positive", c, d.Mean[c], s)
		}
	}
	return nil
}

// Subset returns n images of s, the same for the same seed, in the order they
// have in s. Classes are drawn evenly: their counts differ by at most one, as
// long as none runs out. With one seed a smaller subset is part of every larger
// one, so a study of the number of images adds images and never swaps them.
// Zero, like s.Len(), gives s itself.
//
// The images of each class are shuffled; subsets take the first of every class,
// then the second of every class, and so on, the classes in a freshly shuffled
// order each round; all by PCG(seed, "subset").
func (s *Set) Subset(n int, seed uint64) (*Set, error) {
	if n < 0 || n > s.Len() {
		return nil, fmt.Errorf("dataset: a subset of %d images of %s; it has %d", n, s.Name, s.Len())
	}
	if n == 0 || n == s.Len() {
		return s, nil
	}
	taken := make([]bool, s.Len())
	for _, i := range s.balanced(seed)[:n] {
		taken[i] = true
	}
	return s.where(fmt.Sprintf("%s[%d, seed %d]", s.Name, n, seed), taken, true), nil
}

// balanced returns all indices of s in the order in which Subset takes them.
func (s *Set) balanced(seed uint64) []int {
	rng := stream(seed, streamSubset, 0)
	byClass := make([][]int, len(s.Classes))
	for i, label := range s.Labels {
		byClass[label] = append(byClass[label], i)
	}
	for _, members := range byClass {
		shuffle(rng, members)
	}
	classes := sequence(len(byClass))
	order := make([]int, 0, s.Len())
	for round := 0; len(order) < s.Len(); round++ {
		shuffle(rng, classes)
		for _, class := range classes {
			if round < len(byClass[class]) {
				order = append(order, byClass[class][round])
			}
		}
	}
	return order
}

// where returns the images i of s with chosen[i] == want, in their order.
func (s *Set) where(name string, chosen []bool, want bool) *Set {
	out := s.Empty(name)
	for i, c := range chosen {
		if c != want {
			continue
		}
		out.Labels = append(out.Labels, s.Labels[i])
		if s.human != nil {
			out.human = append(out.human, s.human[i])
		}
		if s.files != nil {
			out.files = append(out.files, s.files[i])
		}
		if !s.streamed() {
			out.Pixels = append(out.Pixels, s.image(i)...)
		}
	}
	return out
}

// Empty returns a set without images that is otherwise like s.
func (s *Set) Empty(name string) *Set {
	return &Set{Name: name, Height: s.Height, Width: s.Width, Channels: s.Channels, Classes: s.Classes, root: s.root}
}

// Fingerprint returns the hex SHA-256 of what a network sees of s: height,
// width, channels, number of classes and of images as little-endian uint64,
// then all pixels, then all labels as little-endian int32. Names do not count,
// the order of the images does. It is computed once; do not change s after.
//
// Of a set that comes from image files, loaded or not, the contents of the files count
// in place of the pixels: of each image the SHA-256 of its file, 32 bytes, and the whole
// begins with "files", two zero bytes, and the version of the pixels that are made of a
// file, now 2 (1 repeated the colour of a JPEG where 2 interpolates it, and laid what is
// transparent on black). So a run on other contents, or on the pixels of another version, is another
// run, whatever the files are called. The files that were not read before are read for
// that, see [Read]; one that cannot be counts as zeros.
func (s *Set) Fingerprint() string {
	s.once.Do(func() {
		h := sha256.New()
		var buffer []byte
		if s.files != nil {
			s.know()
			buffer = append(buffer, "files\x00\x00"+string(rune(picture.Version))...)
		}
		for _, v := range []int{s.Height, s.Width, s.Channels, len(s.Classes), s.Len()} {
			buffer = binary.LittleEndian.AppendUint64(buffer, uint64(v))
		}
		h.Write(buffer)
		for _, f := range s.files {
			h.Write(f.known())
		}
		if s.files == nil {
			h.Write(s.Pixels)
		}
		buffer = buffer[:0]
		for _, label := range s.Labels {
			buffer = binary.LittleEndian.AppendUint32(buffer, uint32(label))
		}
		h.Write(buffer)
		s.fingerprint = hex.EncodeToString(h.Sum(nil))
	})
	return s.fingerprint
}

// imageSize returns the number of pixel values of an image.
func (s *Set) imageSize() int { return s.Height * s.Width * s.Channels }

// image returns the pixels of image i, [height, width, channels], of a set in
// memory.
func (s *Set) image(i int) []uint8 {
	size := s.imageSize()
	return s.Pixels[i*size : (i+1)*size]
}
