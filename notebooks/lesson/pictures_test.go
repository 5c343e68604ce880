package lesson

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/dataset"
)

// many is a set of an image of each of n classes, of a square of such a side; image i
// is of the level i.
func many(n, side int) *dataset.Set {
	s := &dataset.Set{Name: "mine", Height: side, Width: side, Channels: 1}
	for i := range n {
		s.Classes, s.Labels = append(s.Classes, fmt.Sprint("class ", i)), append(s.Labels, int32(i))
		s.Pixels = append(s.Pixels, slices.Repeat([]uint8{uint8(i)}, side*side)...)
	}
	return s
}

// Data of any number of classes and any side can be looked at: the first of them, and
// shrunk, and the note says so.
func TestSamplesOfManyAndLarge(t *testing.T) {
	for _, c := range []struct {
		n, side   int
		want, not []string
	}{
		{101, 8, []string{"100 grey images of 8 × 8 pixels", "class 99.", "the first 100 of 101"}, []string{"class 100", "shrunk"}},
		{3, 600, []string{"3 grey images of 200 × 200 pixels", "shrunk from 600 × 600 pixels"}, []string{"the first"}},
		{30, 224, []string{"30 grey images of 74 × 74 pixels", "shrunk from 224 × 224"}, []string{"the first"}},
		{2, 256, []string{"2 grey images of 256 × 256 pixels"}, []string{"shrunk"}},
		{100, 8, []string{"100 grey images of 8 × 8 pixels", "class 99"}, []string{"the first 100"}},
	} {
		f, err := Samples("Look", many(c.n, c.side))
		if err != nil {
			t.Errorf("%d of side %d: %v", c.n, c.side, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(f.Alt, want) {
				t.Errorf("%d of side %d: %q lacks %q", c.n, c.side, f.Alt, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(f.Alt, not) {
				t.Errorf("%d of side %d: %q has %q", c.n, c.side, f.Alt, not)
			}
		}
	}
}

// A pixel that is shown is the mean of those that it stands for.
func TestShrunk(t *testing.T) {
	one := &dataset.Set{Height: 3, Width: 5, Channels: 1, Pixels: []uint8{
		0, 10, 20, 30, 99,
		20, 30, 40, 51, 99,
		99, 99, 99, 99, 99}}
	if got := shrunk(one, 2); !slices.Equal(got, []uint8{15, 35}) {
		t.Errorf("%v", got)
	}
	if got := shrunk(one, 1); !slices.Equal(got, one.Pixels) {
		t.Errorf("%v", got)
	}
}
