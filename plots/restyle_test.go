package plots

import (
	"bytes"
	"image"
	"strings"
	"testing"
)

// has says whether a picture has pixels of about a colour.
func has(picture image.Image, want [3]int) (count int) {
	size := picture.Bounds()
	for y := range size.Dy() {
		for x := range size.Dx() {
			p := rgb(picture, x, y)
			if max(p[0]-want[0], want[0]-p[0], p[1]-want[1], want[1]-p[1], p[2]-want[2], want[2]-p[2]) < 12 {
				count++
			}
		}
	}
	return count
}

// A reader's style changes what it names, and nothing else.
func TestRestyle(t *testing.T) {
	f, err := sampleLines().Draw()
	if err != nil {
		t.Fatal(err)
	}
	before := bytes.Clone(f.PNG)
	same, err := f.Style(Style{})
	if err != nil || !bytes.Equal(same.PNG, f.PNG) || same.Alt != f.Alt {
		t.Errorf("an empty style changes the figure: %v", err)
	}
	g, err := f.Style(Style{Title: "Ours", Width: 500, Font: "Serif", Colors: map[string]string{"line": "#b00020"}})
	if err != nil {
		t.Fatal(err)
	}
	if g.Width < 498 || g.Width > 502 || g.Height >= f.Height {
		t.Errorf("it is %d × %d, want 500 wide", g.Width, g.Height)
	}
	if !strings.HasPrefix(g.Alt, "Line plot. Ours. ") || strings.Contains(g.Alt, "Accuracy along the line") {
		t.Errorf("its words are %q", g.Alt)
	}
	red, blue := [3]int{0xb0, 0, 0x20}, [3]int{0x00, 0x72, 0xb2}
	if a, b := decode(t, f.PNG), decode(t, g.PNG); has(a, blue) < 500 || has(b, blue) > 0 || has(b, red) < 500 {
		t.Errorf("blue: %d pixels before, %d after; red: %d after", has(a, blue), has(b, blue), has(b, red))
	}
	if !bytes.Equal(f.PNG, before) {
		t.Error("the figure itself has changed")
	}
	svg, err := g.SVG()
	if err != nil || bytes.Contains(svg, []byte("Liberation Sans")) || !bytes.Contains(svg, []byte("'Liberation Serif','Times New Roman'")) || !bytes.Contains(svg, []byte("#B00020")) {
		t.Errorf("the SVG does not have the style: %v", err)
	}
	h, err := g.Style(Style{NoTitle: true, Colors: map[string]string{"standard training": "#006400"}}) // on top of the other
	if err != nil {
		t.Fatal(err)
	}
	if h.Height >= g.Height || !strings.Contains(h.Alt, "Ours") || has(decode(t, h.PNG), red) < 500 || has(decode(t, h.PNG), [3]int{0, 0x64, 0}) < 50 {
		t.Errorf("a second style: %d high, %q", h.Height, h.Alt)
	}
	// Words that are marks in the picture are words in the alternative, each mark of one.
	foreign, err := Lines{Title: "von 猫", XLabel: "α", YLabel: "p (%)", Note: "made up",
		Series: []Series{{Name: "犬", X: []float64{0, 1}, Y: []float64{0, 1}}, {Name: "dog", X: []float64{0, 1}, Y: []float64{1, 0}}}}.Draw()
	if err != nil {
		t.Fatal(err)
	}
	if foreign, err = foreign.Style(Style{Title: "我们的"}); err != nil {
		t.Fatal(err)
	}
	if foreign, err = foreign.Style(Style{Title: "鸟"}); err != nil {
		t.Fatal(err)
	}
	if want := "\nIn the picture [1] stands for 猫, [2] stands for 犬, [3] stands for 我们的, [4] stands for 鸟."; !strings.HasPrefix(foreign.Alt, "Line plot. 鸟. ") || !strings.HasSuffix(foreign.Alt, want) || strings.Count(foreign.Alt, "In the picture") != 1 {
		t.Errorf("its words are %q", foreign.Alt)
	}
	for name, f := range samples(t) {
		if _, err := f.Style(Style{Width: 900, Font: "Serif", Title: "猫"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A wish that cannot be read, or told from another, is an error of a line.
func TestRestyleRefuses(t *testing.T) {
	f, err := sampleLines().Draw()
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := sampleSheet().Draw()
	if err != nil {
		t.Fatal(err)
	}
	curves, err := Curves{Title: "t", Note: "n", Runs: []History{{Name: "a", Train: Course{Loss: []float64{2, 1}}, Test: Course{Loss: []float64{3, 2}, Accuracy: []float64{1, 2}}}}}.Draw()
	if err != nil {
		t.Fatal(err)
	}
	colored := func(pairs ...string) Style {
		s := Style{Colors: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			s.Colors[pairs[i]] = pairs[i+1]
		}
		return s
	}
	for _, c := range []struct {
		f     *Figure
		style Style
		says  string
	}{
		{f, Style{Width: 300}, "want 446 to 1600 CSS pixels"},
		{f, Style{Width: -1}, "want 446"},
		{f, Style{Width: 1e9}, "to 1600"},
		{f, Style{Font: "Comic"}, `want "Sans" or "Serif"`},
		{f, Style{Title: " "}, "the Title is empty"},
		{f, Style{Title: "a", NoTitle: true}, "choose one"},
		{f, colored("lime", "#b00020"), `a colour of "lime": want one of the names of its legend, Bézier curve, layer-wise line, line, standard training`},
		{f, colored("line", "red"), `want # and six hexadecimal digits`},
		{f, colored("line", "#ffff00"), "has a contrast of 1.1 with white paper"},
		{f, colored("line", "#d55e10"), `cannot be told from that of "layer-wise line"`},
		{f, colored("line", "#b00020", "Bézier curve", "#b00020"), "cannot be told from"},
		{curves, colored("a, test", "#b00020"), "give both the same one"},
		{sheet, colored("line", "#b00020"), "which has none with a colour"},
		{&Figure{Name: "made"}, Style{}, "not drawn by this package"},
		{nil, Style{}, "it is nil"},
	} {
		_, err := c.f.Style(c.style)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v, want %q", c.style, err, c.says)
		}
	}
	if _, err := curves.Style(colored("a, test", "#b00020", "a, training", "#b00020")); err != nil {
		t.Error(err)
	}
	// Two that exchange their colours are told apart all the time.
	if _, err := f.Style(colored("line", "#d55e00", "layer-wise line", "#0072b2")); err != nil {
		t.Error(err)
	}
}
