// Package corruption spoils test images: snow, fog, noise and the like, after
// "Benchmarking Neural Network Robustness to Common Corruptions and
// Perturbations" (Hendrycks, Dietterich, ICLR 2019, arXiv:1903.12261). A network
// that was trained on clean images is scored on images of severity 1 (slight) to
// 5 (hard); how slowly its accuracy falls is its robustness.
//
// [Apply] makes such images from clean ones, without any download:
//
//	snowy, err := corruption.Apply(data.Test, "snow", 3, seed)
//
// [Published] reads the sets that the authors published, CIFAR-10-C and
// Tiny-ImageNet-C. These were made with unseeded noise, so no program can make
// them again bit by bit. What Apply makes follows the same recipes with the same
// constants; for corruptions with random numbers it can agree with the published
// sets only statistically, and results on one are not results on the other.
// Say which you used. The images of Tiny-ImageNet-C were also stored as JPEG of
// quality 85; those of Apply are not.
//
// # Size
//
// The recipes know two sizes. Images of 32×32 pixels take the constants of
// CIFAR-10-C and images of 64×64 those of Tiny-ImageNet-C. Smaller square images
// whose side divides 32, such as the 8×8 digits, are enlarged to 32×32 by
// repeating pixels, corrupted there, and shrunk back by averaging. Grey images
// become three equal channels and, after, the mean of the three. Averaging
// weakens what is finer than a pixel of the small image: of the independent noise
// on the 4 × 4 × 3 values of a pixel of a digit 1/√48 is left, and blur, pixelate and
// JPEG hardly show. Snow, fog, contrast and brightness do. Other sizes are errors.
//
// # Randomness
//
// All random numbers of an image come from PCG(seed, h), where h is the 64-bit
// FNV-1a hash of the text "name severity index", such as "snow 3 17", and index is
// the place of the image in the given set. So an image's corruption depends
// neither on the other images nor on the number of CPUs. It does depend on the
// place: to study a part of a corrupted set, corrupt first and choose then, or
// say that the part was corrupted by itself.
//
// # The same bytes on every machine
//
// Pixels are computed in float64 by +, −, ×, ÷, √, floor and ceiling, which IEEE
// 754 rounds the same everywhere; every product that is added to something is
// written float64(a*b), which forbids a compiler to fuse the two. Exp, Log, Sin
// and Cos of package math are in assembly on some machines and may differ in the
// last bit, and so may the standard library's normal draws, which use them; one
// of these that decides differently shifts all draws after it. So the few that
// are needed are short series here (arithmetic.go), and normal draws are
// Marsaglia's polar method on them (random.go). JPEG goes through image/jpeg
// and, with its colour interpolated, internal/picture: integer arithmetic, so that its
// bytes may change with Go's version but not with the machine. The tests compare all bytes with recorded sums.
//
// A value becomes 8 bits by rounding down, as in the benchmark, except that
// one within a millionth below a whole number counts as that: a blurred
// constant stays what it was.
package corruption

import (
	"fmt"
	"slices"
	"strings"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/internal/parallel"
)

// An effect corrupts one image [side, side, 3] in place. It may run on many
// goroutines at once, each with its own numbers.
type effect func(image []uint8, rng *random)

// effects are the corruptions by name. Each is made once for a side, 32 or 64,
// and a severity, 1 to 5, so that kernels and tables are shared by all images.
var effects = []struct {
	name string
	make func(side, severity int) effect
}{
	{"snow", snow},
	{"gaussian_noise", gaussianNoise},
	{"shot_noise", shotNoise},
	{"impulse_noise", impulseNoise},
	{"gaussian_blur", gaussianBlur},
	{"contrast", contrast},
	{"brightness", brightness},
	{"fog", fog},
	{"pixelate", pixelate},
	{"jpeg_compression", jpegCompression},
}

// bySize holds a constant of a corruption for severity 1 to 5, as the benchmark
// sets it for images of CIFAR-10 (32×32) and of Tiny-ImageNet (64×64).
type bySize[T any] struct{ cifar, tiny [5]T }

// at returns the constant for images of a side, 32 or 64, and a severity.
func (b bySize[T]) at(side, severity int) T {
	if side == 64 {
		return b.tiny[severity-1]
	}
	return b.cifar[severity-1]
}

// Severities is how many there are of each corruption, from 1 on.
const Severities = 5

// Names returns the corruptions that [Apply] knows, by the names of the
// published files.
func Names() []string {
	var names []string
	for _, e := range effects {
		names = append(names, e.name)
	}
	return names
}

// Apply returns s with every image corrupted: a new set of the same shape,
// labels and classes, named such as "cifar10/test snow 3", with its pixels in
// memory. s is not changed. The
// same arguments give the same bytes on every machine; the package comment says
// which random numbers each image takes. It uses all CPUs.
//
// It is an error if s does not pass its Check, name is none of [Names], severity
// is outside 1 to 5, or the images have a size or number of channels that the
// package comment does not allow.
func Apply(s *dataset.Set, name string, severity int, seed uint64) (*dataset.Set, error) {
	if err := check(name, severity, Names()); err != nil {
		return nil, err
	}
	s, err := s.Load() // a set that is streamed has no pixels yet
	if err == nil {
		err = s.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("corruption: %w", err)
	}
	canvas, err := newCanvas(s)
	if err != nil {
		return nil, err
	}
	corrupt := effects[slices.Index(Names(), name)].make(canvas.side, severity)
	out := like(s, fmt.Sprintf("%s %s %d", s.Name, name, severity))
	size := s.Height * s.Width * s.Channels
	err = parallel.For(s.Len(), func(i int) error {
		image := canvas.enlarge(s.Pixels[i*size : (i+1)*size])
		corrupt(image, newRandom(seed, name, severity, i))
		canvas.shrink(out.Pixels[i*size:(i+1)*size], image)
		return nil
	})
	return out, err
}

// check reports an error for a corruption that is not among known, or a severity
// that does not exist.
func check(name string, severity int, known []string) error {
	if !slices.Contains(known, name) {
		return fmt.Errorf("corruption: no corruption is called %q; there are %s", name, strings.Join(known, ", "))
	}
	if severity < 1 || severity > Severities {
		return fmt.Errorf("corruption: severity %d of %s; expected 1 to %d", severity, name, Severities)
	}
	return nil
}

// like returns a set with the shape, the labels and the classes of s, its pixels
// still zero.
func like(s *dataset.Set, name string) *dataset.Set {
	out := s.Empty(name)
	out.Pixels = make([]uint8, s.Len()*s.Height*s.Width*s.Channels)
	out.Labels = slices.Clone(s.Labels)
	return out
}
