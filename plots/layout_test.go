package plots

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg/draw"
)

// TestLettersAreInTheFont keeps the signs that figures use from being boxes.
func TestLettersAreInTheFont(t *testing.T) {
	for _, style := range []plotfont.Font{face(12, ink).Font, bold(12, ink).Font} {
		typeface := plotfont.DefaultCache.Lookup(style, 12).Face
		var buffer sfnt.Buffer
		for _, r := range "αβγδεθλρσθΘΔ±·×−–—…éöü°²³µ%‖≤≥≈∂∑√∞“”’" {
			index, err := typeface.GlyphIndex(&buffer, r)
			if err != nil {
				t.Fatal(err)
			}
			if index == 0 {
				t.Errorf("%q is not in the font of weight %v", r, style.Weight)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	style := face(noteSize, ink)
	words := strings.Repeat("a few short words and an unbreakablylongone ", 20)
	for _, width := range []float64{100, 200, 612} {
		lines := wrap(words, style, plotfont.Length(width)*unit)
		for _, line := range lines {
			if w := style.Width(line); w > plotfont.Length(width)*unit {
				t.Errorf("line %q is %.0f units wide, want at most %.0f", line, float64(w/unit), width)
			}
		}
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.Join(strings.Fields(words), ""); got != want {
			t.Errorf("wrapping at %.0f changed the words", width)
		}
	}
	long := "Training: cifar10+wrong-labels-0.2-layerwise-line+label-smoothing-0.1-cresnet20x8-seed1"
	lines := wrap(long, style, 150*unit)
	for _, line := range lines {
		if w := style.Width(line); w > 150*unit {
			t.Errorf("of a word without blanks the line %q is %.0f units wide, want at most 150", line, float64(w/unit))
		}
	}
	if got := strings.Join(lines, ""); got != strings.ReplaceAll(long, " ", "") || !strings.HasSuffix(lines[1], "-") {
		t.Errorf("a long word is broken into %q", lines)
	}
	if got := wrap("一二三四五六七八九十", style, 1); len(got) != 10 { // a letter at least
		t.Errorf("in no room there are %q", got)
	}
	for width := 30.0; width < 300; width += 5 { // a number keeps its unit, where there is room for both
		for _, line := range wrap("ECE 4.3 % of 1,000 images (Xeon, 2 cores), seeds 1, 2", style, plotfont.Length(width)*unit) {
			if strings.HasSuffix(line, "4.3") || width > 90 && (strings.HasSuffix(line, "1,000") || strings.HasSuffix(line, " 2") && !strings.HasSuffix(line, ", 2")) {
				t.Errorf("at %v a line ends in %q", width, line)
			}
		}
	}
	if got := wrap("one\ntwo", style, 100*unit); len(got) != 2 {
		t.Errorf("wrap does not keep a line break: %q", got)
	}
}

// A diagram's title that is wider than its panel takes more lines, for which the figure
// is higher.
func TestTitlesOfDiagramsStayApart(t *testing.T) {
	one := sampleReliability()
	two := sampleReliability()
	for i := range two.Diagrams {
		two.Diagrams[i].Title = "a line with smoothing, wrong labels"
	}
	low, err := one.Draw()
	if err != nil {
		t.Fatal(err)
	}
	high, err := two.Draw()
	if err != nil {
		t.Fatal(err)
	}
	if more := float64(high.Height - low.Height); math.Abs(more-panelTitleLine*float64(low.Width)/pageWidth) > 2 {
		t.Errorf("with two lines a title the figure is %v pixels higher, want a line", more)
	}
	titles := titlesOver(190*unit, []string{"short", two.Diagrams[0].Title})
	if titles.most != 2 || len(titles.lines[0]) != 1 {
		t.Errorf("the titles are %q", titles.lines)
	}
	for _, line := range titles.lines[1] {
		if titles.style.Width(line) > 190*unit {
			t.Errorf("%q is wider than its panel", line)
		}
	}
}

func TestLegendStaysOnThePage(t *testing.T) {
	const width = (pageWidth - 2*margin) * unit
	var entries []entry
	for i := range 12 {
		entries = append(entries, entry{name: strings.Repeat("name ", 1+i%5)})
	}
	entries = append(entries, entry{name: strings.Repeat("one name of many words ", 12), band: true})
	count, samples, words := 0, 0, ""
	for _, row := range legendRows(entries, width) {
		used := -entryGap * unit
		for _, e := range row {
			used += e.width()
			if e.band {
				samples++
			}
			if count++; count >= len(entries) {
				words += e.name + " "
			}
		}
		if used > width {
			t.Errorf("a row of %d entries is %.0f units wide, want at most %.0f", len(row), float64(used/unit), float64(width/unit))
		}
	}
	if long := entries[len(entries)-1].name; count <= len(entries) || samples != 1 || words != long {
		t.Errorf("%d entries are shown in %d parts with %d samples, the long one as %q", len(entries), count, samples, words)
	}
}

// FuzzTicks checks that every axis has a few readable marks.
func FuzzTicks(f *testing.F) {
	f.Add(0.0, 1.0, 9.0, false, true)
	f.Add(-0.55, 1.55, 2.4, false, true)
	f.Add(92.8, 94.7, 5.3, false, false)
	f.Add(1.0, 160.0, 3.9, true, false)
	f.Add(0.825, 8.175, 2.2, true, false)
	f.Add(1e-5, 3e-5, 5.0, false, false)
	f.Fuzz(func(t *testing.T, low, high, most float64, whole, halves bool) {
		size := max(math.Abs(low), math.Abs(high))
		if !(most >= 2 && most < 20) || !(high-low > 1e-6*size) || size > 1e6 || high-low < 1e-6 {
			t.Skip() // not an axis that plot makes
		}
		marks := ticks{most, whole, halves}.Ticks(low, high)
		least := 3
		if whole { // or as many as there are
			least = min(3, max(0, int(math.Floor(high)-math.Ceil(low))+1))
		}
		if len(marks) > 22 || len(marks) < least {
			t.Errorf("%d marks from %v to %v, want %d to 22", len(marks), low, high, least)
		}
		seen := map[string]bool{}
		for i, m := range marks {
			if slack := 1e-5 * (high - low); m.Value < low-slack || m.Value > high+slack {
				t.Errorf("mark %v lies outside of %v to %v", m.Value, low, high)
			}
			if i > 0 && m.Value <= marks[i-1].Value || seen[m.Label] {
				t.Errorf("marks do not ascend or repeat: %v", marks)
			}
			seen[m.Label] = true
			value, err := strconv.ParseFloat(strings.Replace(m.Label, "−", "-", 1), 64)
			if err != nil || math.Abs(value-m.Value) > 1e-5*(high-low) {
				t.Errorf("mark at %v is labelled %q", m.Value, m.Label)
			}
			if whole && value != math.Trunc(value) {
				t.Errorf("mark %q is not whole", m.Label)
			}
		}
	})
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		ticks     ticks
		low, high float64
		want      string
	}{
		{ticks{most: 9, halves: true}, -0.025, 1.025, "0.00 0.25 0.50 0.75 1.00"},
		{ticks{most: 3, halves: true}, -0.025, 1.025, "0.0 0.5 1.0"},
		{ticks{most: 2, halves: true}, -0.55, 1.55, "−0.5 0.0 0.5 1.0 1.5"},
		{ticks{most: 9, whole: true}, 0.9, 5.1, "1 2 3 4 5"},
		{ticks{most: 2.2, whole: true}, 0.825, 8.175, "2 4 6 8"},
		{ticks{most: 2.2, whole: true}, 6.6, 65.4, "20 40 60"},
		{ticks{most: 2.2, whole: true}, -0.5, 61.5, "0 20 40 60"},
		{ticks{most: 2, whole: true}, 0.9, 2.1, "1 2"},
		{ticks{most: 5}, 92.6, 94.8, "93.0 93.5 94.0 94.5"},
	} {
		var labels []string
		for _, m := range test.ticks.Ticks(test.low, test.high) {
			labels = append(labels, m.Label)
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("%+v from %v to %v: %s, want %s", test.ticks, test.low, test.high, got, test.want)
		}
	}
}

// A line has a marker on each of its points or on none, and the legend says which.
func TestMarkersOnAllOrNone(t *testing.T) {
	points := func(n int) (x, y []float64) {
		for i := range n {
			x, y = append(x, float64(i)/float64(n-1)), append(y, 0)
		}
		return x, y
	}
	for _, c := range []struct {
		n      int
		width  float64
		marked bool
	}{{1, 297, true}, {11, 297, true}, {21, 297, true}, {21, 190, false}, {30, 297, false}, {200, 612, false}} {
		l := Lines{Series: []Series{{Name: "a"}}}
		if l.Series[0].X, l.Series[0].Y = points(c.n); c.n == 1 {
			l.Series[0].X = []float64{0}
		}
		if marked := assign([]Lines{l}, c.width)["a"].marker != nil; marked != c.marked {
			t.Errorf("%d points over %v units have markers: %v, want %v", c.n, c.width, marked, c.marked)
		}
	}
}

// A point that is alone has no line, in the picture and in the legend, and a marker that is
// larger than those of lines.
func TestPointAlone(t *testing.T) {
	line := Series{Name: "line", X: []float64{0, 0.5, 1}, Y: []float64{1, 2, 1}, Style: 2}
	here := Series{Name: "here", X: []float64{0.5}, Y: []float64{2}, Style: 1}
	one := []Lines{{Series: []Series{line, here}}}
	if l := assign(one, 500)["here"]; l.width != 0 || l.marker != (lone{draw.CircleGlyph{}}) {
		t.Errorf("a point alone is drawn as %+v", l)
	}
	more := here
	more.X, more.Y = line.X, line.Y
	if l := assign(append(one, Lines{Series: []Series{more}}), 500)["here"]; l.width == 0 || l.marker != (draw.CircleGlyph{}) {
		t.Errorf("a line that has one point in one of two panels is drawn as %+v", l)
	}
	if c := assign([]Lines{{Series: []Series{{Name: "run", X: []float64{1}, Y: []float64{1}, look: &look{width: 2}}}}}, 500)["run"]; c.width != 2 {
		t.Errorf("the first epoch of a run is drawn as %+v", c)
	}
	f, err := Lines{Title: "t", XLabel: "x", YLabel: "y", Note: note, Series: []Series{line, here}}.Draw()
	if err != nil {
		t.Fatal(err)
	}
	picture, count := decode(t, f.PNG), 0 // in the picture and in the legend
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			if c := rgb(picture, x, y); apart(color.RGBA(blue), color.RGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255}) < 8 {
				count++
			}
		}
	}
	if area := 2 * math.Pi * math.Pow(1.6*3.2*2, 2); math.Abs(float64(count)-area) > 0.2*area {
		t.Errorf("%d pixels have its colour, want about %.0f", count, area)
	}
}

// A style is a look that does not depend on what else is shown.
func TestStyle(t *testing.T) {
	series := func(name string, style int) Series {
		return Series{Name: name, X: []float64{0, 1}, Y: []float64{0, 1}, Style: style}
	}
	alone := assign([]Lines{{Series: []Series{series("b", 3)}}}, 500)
	among := assign([]Lines{{Series: []Series{series("x", 0), series("b", 3), series("y", 0), series("z", 0)}}, {Series: []Series{series("a", 1)}}}, 500)
	if alone["b"].color != green || among["b"].color != green || among["a"].color != blue {
		t.Errorf("style 3 is %v alone, %v among others, and style 1 %v", alone["b"].color, among["b"].color, among["a"].color)
	}
	seen := map[string]bool{}
	for name, l := range among {
		key := fmt.Sprint(l.color)
		if seen[key] {
			t.Errorf("%s has the colour of another", name)
		}
		seen[key] = true
	}
	for _, style := range []int{-1, 9} {
		l := Lines{Title: "t", XLabel: "x", YLabel: "y", Note: "n", Series: []Series{series("a", style)}}
		if _, err := l.Draw(); err == nil || !strings.Contains(err.Error(), "want 1 to 8") {
			t.Errorf("style %d: %v", style, err)
		}
	}
}

func TestPalettedChangesLittle(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 200, 200))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(random.IntN(256))
		if i%4 == 3 {
			noise.Pix[i] = 255
		}
	}
	if paletted(noise) != image.Image(noise) {
		t.Error("a picture of thousands of colours lost them")
	}
	shades := image.NewRGBA(image.Rect(0, 0, 256, 3))
	for i := range shades.Pix {
		x, row := i/4%256, i/4/256
		switch {
		case i%4 == 3, i%4 == row:
			shades.Pix[i] = 255
		default:
			shades.Pix[i] = uint8(x)
		}
	}
	small, ok := paletted(shades).(*image.Paletted)
	if !ok {
		t.Fatal("a picture of a few shades keeps its full colours")
	}
	for y := range 3 {
		for x := range 256 {
			p, q := rgb(shades, x, y), rgb(small, x, y)
			for k := range p {
				if d := p[k] - q[k]; d > farthest+8 || d < -farthest-8 {
					t.Fatalf("pixel %d, %d changed from %v to %v", x, y, p, q)
				}
			}
		}
	}
}
