package corruption

import (
	"archive/zip"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/internal/npy"
)

// goldenSeed is that of testdata/make_golden.py.
const goldenSeed = 7

// readNPZ returns the arrays of an archive that NumPy wrote, by name.
func readNPZ(t testing.TB, path string) map[string][]uint8 {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	arrays := map[string][]uint8{}
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		header, err := npy.ReadHeader(r)
		if err != nil || header.Kind != "|u1" || header.Fortran {
			t.Fatalf("%s: %+v, %v", file.Name, header, err)
		}
		size := 1
		for _, side := range header.Shape {
			size *= side
		}
		array, err := io.ReadAll(r)
		if err != nil || len(array) != size {
			t.Fatalf("%s: %d bytes of %d, %v", file.Name, len(array), header.Shape, err)
		}
		arrays[strings.TrimSuffix(file.Name, ".npy")] = array
	}
	return arrays
}

// differences compares two images: the share of equal values, the largest and
// the mean absolute difference in levels.
func differences(a, b []uint8) (equal, largest, mean float64) {
	for i, v := range a {
		d := float64(v) - float64(b[i])
		d = max(d, -d)
		if d == 0 {
			equal++
		}
		largest = max(largest, d)
		mean += d
	}
	n := float64(len(a))
	return equal / n, largest, mean / n
}

// colour is a set of images [n, side, side, 3], all of one class.
func colour(pixels []uint8, side int) *dataset.Set {
	return &dataset.Set{
		Name: "made", Height: side, Width: side, Channels: 3, Pixels: pixels,
		Labels: make([]int32, len(pixels)/(3*side*side)), Classes: []string{"thing"},
	}
}

// clean returns the images that make_golden.py corrupts: a pattern and a digit.
func clean(t testing.TB, side int) *dataset.Set {
	t.Helper()
	return colour(readNPZ(t, "testdata/golden.npz")[fmt.Sprintf("clean %d", side)], side)
}

func apply(t testing.TB, s *dataset.Set, name string, severity int, seed uint64) *dataset.Set {
	t.Helper()
	out, err := Apply(s, name, severity, seed)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestReference compares every corruption at every severity and both sizes with
// what NumPy, SciPy and Pillow make of the same images and random numbers. Every
// value is the same; only JPEG, which two programs round differently, may differ.
// Repeating colour instead of interpolating it would differ by 2.5 levels and more
// in the mean.
func TestReference(t *testing.T) {
	arrays := readNPZ(t, "testdata/golden.npz")
	for _, side := range []int{32, 64} {
		s := colour(arrays[fmt.Sprintf("clean %d", side)], side)
		for _, name := range Names() {
			for severity := 1; severity <= 5; severity++ {
				want := arrays[fmt.Sprintf("%s %d %d", name, severity, side)]
				if len(want) < 16*side*3 {
					t.Fatalf("%s %d: %d values at side %d", name, severity, len(want), side)
				}
				got := apply(t, s, name, severity, goldenSeed).Pixels[:len(want)]
				equal, largest, mean := differences(got, want)
				if name != "jpeg_compression" && equal < 1 || mean > 1.5 || largest > 10 {
					t.Errorf("%s %d, side %d: %.4f of the values agree, they differ by up to %g and by %.3f in the mean",
						name, severity, side, equal, largest, mean)
				}
			}
		}
	}
}

// TestMotionBlur compares with ImageMagick, by which the published snow was
// smeared: every value is the same.
func TestMotionBlur(t *testing.T) {
	arrays := readNPZ(t, "testdata/motion_blur.npz")
	if len(arrays) != 25 {
		t.Fatalf("%d arrays", len(arrays))
	}
	layer := arrays["layer"]
	for name, want := range arrays {
		if name == "layer" {
			continue
		}
		var radius int
		var sigma, angle float64
		if _, err := fmt.Sscan(name, &radius, &sigma, &angle); err != nil {
			t.Fatal(err)
		}
		sin, cos := direction(angle)
		if got := motionBlur(layer, 32, streak(radius, sigma), sin, cos); !slices.Equal(got, want) {
			equal, largest, _ := differences(got, want)
			t.Errorf("%s: %.4f of the values agree, they differ by up to %g", name, equal, largest)
		}
	}
}

// TestDecodeJPEG compares with what Pillow reads from the same files, one of an
// odd height.
func TestDecodeJPEG(t *testing.T) {
	arrays := readNPZ(t, "testdata/golden.npz")
	for _, name := range []string{"jpeg", "grey jpeg"} {
		got := make([]uint8, 47*64*3)
		if err := decode(got, arrays[name+" file"], 47, 64); err != nil {
			t.Fatal(err)
		}
		equal, largest, mean := differences(got, arrays[name])
		if mean > .3 || largest > 4 {
			t.Errorf("%s: %.4f of the values agree, they differ by up to %g and by %.3f in the mean", name, equal, largest, mean)
		}
	}
}
