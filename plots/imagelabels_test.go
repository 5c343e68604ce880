package plots

import (
	"bytes"
	"image/png"
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
}

// Few images whose labels are wider than they are: the first label begins on the page.
func TestWideLabels(t *testing.T) {
	label := "golden retriever puppy of two: 100 %"
	f, err := Images{Title: "Three", Pixels: make([]uint8, 3*32*32), Height: 32, Width: 32, Channels: 1, Labels: []string{label, label, label}, Note: "made up"}.Draw()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(f.PNG))
	if err != nil {
		t.Fatal(err)
	}
	size := picture.Bounds()
	for y := range size.Dy() {
		for x := range size.Dx() {
			if x < margin || x >= size.Dx()-margin { // half of the margin, at two pixels a unit
				if p := rgb(picture, x, y); p != [3]int{255, 255, 255} {
					t.Fatalf("the margin has the colour %v at %d, %d", p, x, y)
				}
			}
		}
	}
}
