package plots

import (
	"bytes"
	"image/png"
	"slices"
	"strings"
	"testing"
)

// A label may have several lines: the figure has room for the longest, and its words have
// them in one.
func TestLabelsOfSeveralLines(t *testing.T) {
	draw := func(labels ...string) *Figure {
		t.Helper()
		f, err := Images{Title: "Two", Pixels: make([]uint8, 2*64), Height: 8, Width: 8, Channels: 1, Labels: labels}.Draw()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	one, three := draw("cat", "dog"), draw("cat", "dog\nwolf: 12 %\nfox: 3 %")
	if got := three.Height - one.Height; got != 2*labelLine {
		t.Errorf("two lines more make the figure %d higher, want %d", got, 2*labelLine)
	}
	if !strings.Contains(three.Alt, "cat, dog wolf: 12 % fox: 3 %.") {
		t.Errorf("in words: %s", three.Alt)
	}
	if two := draw("labelled 5, is 8", "labelled 0, is 7"); !strings.Contains(two.Alt, "labelled: labelled 5, is 8; labelled 0, is 7.") {
		t.Errorf("labels with commas in words: %s", two.Alt)
	}
}

// Labels that are wider than their images stay on the page, in few columns and in many.
func TestWideLabels(t *testing.T) {
	for _, c := range []struct {
		images, side int
		label        string
	}{
		{3, 32, "golden retriever puppy of two: 100 %"}, {4, 32, "golden retriever puppy: 9 %"}, {5, 128, "golden retriever dog"},
	} {
		s := Images{Title: "Some", Pixels: make([]uint8, c.images*c.side*c.side), Height: c.side, Width: c.side, Channels: 1,
			Labels: slices.Repeat([]string{c.label}, c.images), Note: "made up"}
		f, err := s.Draw()
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(f.PNG))
		if err != nil {
			t.Fatal(err)
		}
		size := picture.Bounds()
		for y := range size.Dy() {
			for _, x := range []int{0, size.Dx() - 1} {
				if p := rgb(picture, x, y); p != [3]int{255, 255, 255} {
					t.Fatalf("%d images of %d pixels: the edge has the colour %v at %d, %d", c.images, c.side, p, x, y)
				}
			}
		}
	}
}
