package plots

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"slices"
	"strings"
	"testing"
)

// pixelsOf returns the pixels of a PNG file.
func pixelsOf(t *testing.T, file []byte) []uint8 {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	page := image.NewRGBA(m.Bounds())
	draw.Draw(page, page.Rect, m, m.Bounds().Min, draw.Src)
	return page.Pix
}

func TestMarking(t *testing.T) {
	var m marking
	for _, c := range [][2]string{
		{"cat", "cat"}, {"Käse, ß, αβ", "Käse, ß, αβ"}, {"猫", "[1]"}, {"狗 (dog)", "[2] (dog)"}, {"a 猫 b", "a [1] b"},
		{"قطة سوداء", "[3]"}, {"🐱", "[4]"}, {"חתול", "[5]"}, {"猫 ", "[1] "}, {"", ""}, {"[7]", "[7]"},
	} {
		if got := m.of(c[0]); got != c[1] {
			t.Errorf("%q is shown as %q, want %q", c[0], got, c[1])
		}
	}
	want := "\nIn the picture [1] stands for 猫, [2] stands for 狗, [3] stands for قطة سوداء, [4] stands for 🐱, [5] stands for חתול."
	if got := m.legend(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (&marking{}).legend(); got != "" {
		t.Errorf("%q without marks", got)
	}
}

// Names that the typeface has no letters for are marks in the picture, which its text
// alternative resolves; the picture of the marks is the same.
func TestForeignNames(t *testing.T) {
	images := func(title string, labels ...string) *Figure {
		t.Helper()
		f, err := Images{Title: title, Height: 2, Width: 2, Channels: 1, Pixels: make([]uint8, 4*len(labels)), Labels: labels, Note: "made up"}.Draw()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	lines := func(title string, name string) *Figure {
		t.Helper()
		f, err := Lines{Title: title, XLabel: "α", YLabel: "p (%)", Note: "made up",
			Series: []Series{{Name: name, X: []float64{0, 1}, Y: []float64{0, 1}}, {Name: "dog", X: []float64{0, 1}, Y: []float64{1, 0}}}}.Draw()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, c := range []struct{ foreign, marked *Figure }{
		{images("of 猫", "猫", "dog", "قطة"), images("of [1]", "[1]", "dog", "[2]")},
		{lines("of 猫", "猫"), lines("of [1]", "[1]")},
	} {
		if !strings.Contains(c.foreign.Alt, "猫") || !strings.Contains(c.foreign.Alt, "[1] stands for 猫") {
			t.Errorf("the text alternative is %q", c.foreign.Alt)
		}
		a, b := pixelsOf(t, c.foreign.PNG), pixelsOf(t, c.marked.PNG)
		if !slices.Equal(a, b) {
			t.Error("the picture does not show the marks")
		}
	}
}
