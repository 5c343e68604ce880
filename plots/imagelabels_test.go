package plots

import (
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
