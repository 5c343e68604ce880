package plots

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

const note = "pure Go, one core · made-up numbers · mean ± deviation of 3 seeds · β = 1"

// alphas returns n points from low to high.
func alphas(low, high float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = low + (high-low)*float64(i)/float64(n-1)
	}
	return x
}

// arch is a made-up accuracy along a line.
func arch(x []float64, height float64) []float64 {
	y := make([]float64, len(x))
	for i, a := range x {
		y[i] = 93 + height*4*a*(1-a) + 0.05*math.Sin(9*a)
	}
	return y
}

func shift(y []float64, by float64) []float64 {
	s := make([]float64, len(y))
	for i := range y {
		s[i] = y[i] + by
	}
	return s
}

func sampleLines() Lines {
	x := alphas(0, 1, 21)
	return Lines{
		Title: "Accuracy along the line", XLabel: "α", YLabel: "test accuracy (%)",
		Series: []Series{
			{Name: "line", X: x, Y: arch(x, 1.3), Low: shift(arch(x, 1.3), -0.25), High: shift(arch(x, 1.3), 0.25)},
			{Name: "layer-wise line", X: x, Y: arch(x, 1.9)},
			{Name: "Bézier curve", X: x, Y: arch(x, 0.9)},
		},
		References: []Reference{{Name: "standard training", Y: 93.7, Low: 93.5, High: 93.9}},
		Note:       note,
	}
}

// samples are one figure of each kind, drawn once.
func samples(t testing.TB) map[string]*Figure {
	t.Helper()
	figures, err := drawSamples()
	if err != nil {
		t.Fatal(err)
	}
	return figures
}

var drawSamples = sync.OnceValues(func() (map[string]*Figure, error) {
	beyond := alphas(-0.5, 1.5, 21)
	accuracy := Lines{
		Title: "Accuracy", XLabel: "α", YLabel: "test accuracy (%)",
		Series:     []Series{{Name: "line", X: beyond, Y: arch(beyond, 1.3)}},
		References: []Reference{{Name: "standard training", Y: 93.7}},
	}
	calibration := Lines{
		Title: "Calibration", XLabel: "α", YLabel: "expected calibration error (%)",
		Series: []Series{{Name: "line", X: beyond, Y: arch(beyond, -0.8)}},
	}
	epochs := make([]float64, 160)
	loss, percent := make([]float64, 160), make([]float64, 160)
	for i := range epochs {
		epochs[i] = float64(i + 1)
		loss[i], percent[i] = 2.3*math.Exp(-epochs[i]/20), 100-90*math.Exp(-epochs[i]/20)
	}
	pixels := make([]uint8, 12*8*8)
	for i := range pixels {
		pixels[i] = uint8(4 * i)
	}
	figures := map[string]*Figure{}
	for name, draw := range map[string]func() (*Figure, error){
		"lines":  sampleLines().Draw,
		"panels": Panels{Title: "Along the line and beyond", Panels: []Lines{accuracy, calibration}, Note: note}.Draw,
		"curves": Curves{Title: "How training went", Note: note, Runs: []History{{
			Name:  "line",
			Train: Course{Loss: loss, Accuracy: percent},
			Test:  Course{Epoch: []float64{1, 80, 160}, Loss: []float64{2.2, 0.4, 0.3}, Accuracy: []float64{12, 85, 91}},
		}, {Name: "standard", Train: Course{Loss: shift(loss, 0.1), Accuracy: shift(percent, -5)}}}}.Draw,
		"images": Images{
			Title: "Gradients", Pixels: pixels, Height: 8, Width: 8, Channels: 1, Note: "made up",
			Labels: strings.Split("zero one two three four five six seven eight nine ten eleven", " "),
		}.Draw,
		"schematic":         Schematic,
		"schematic-step":    SchematicStep,
		"schematic-barrier": SchematicBarrier,
		"contours":          sampleContours().Draw,
		"basins":            sampleTwoContours().Draw,
		"surface":           sampleSurface().Draw,
		"comparison":        sampleComparison().Draw,
		"reliability":       sampleReliability().Draw,
		"sheet":             sampleSheet().Draw,
	} {
		f, err := draw()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		figures[name] = f
	}
	return figures, nil
})

func decode(t *testing.T, file []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// rgb is the colour of a pixel, 8 bits a channel.
func rgb(picture image.Image, x, y int) [3]int {
	r, g, b, _ := picture.At(x, y).RGBA()
	return [3]int{int(r >> 8), int(g >> 8), int(b >> 8)}
}

// mostInTile is how many pixels of a tile of 50 × 50 may differ, half of the 79 that the
// smallest marker of the figures has. On x86-64 and on arm64 none did.
const mostInTile = 40

// TestGolden compares pictures and words with the files in testdata. Rounding in
// the renderer may differ between processors, so a few pixels may too, but not many in
// one place: there a marker is missing, which is a very small share of the picture.
func TestGolden(t *testing.T) {
	for name, f := range samples(t) {
		picture, words := filepath.Join("testdata", name+".png"), filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(picture, f.PNG, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(words, []byte(f.Alt+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(words)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Alt + "\n"; got != string(want) {
			t.Errorf("%s: text alternative is\n%swant\n%s", name, got, want)
		}
		file, err := os.ReadFile(picture)
		if err != nil {
			t.Fatal(err)
		}
		share, most, at := densest(t, decode(t, f.PNG), decode(t, file))
		if share > 0.002 || most > mostInTile {
			t.Errorf("%s: %.2f %% of the pixels differ from %s, %d of them in the tile at %v; look at both, and accept with -update", name, 100*share, picture, most, at)
		}
	}
}

// different returns the share of pixels that visibly differ.
func different(t *testing.T, a, b image.Image) float64 {
	t.Helper()
	share, _, _ := densest(t, a, b)
	return share
}

// densest also returns how many they are in the tile, wherever it begins, that has most of
// them.
func densest(t *testing.T, a, b image.Image) (share float64, most int, at image.Point) {
	t.Helper()
	if a.Bounds() != b.Bounds() {
		t.Errorf("the picture measures %v, want %v", a.Bounds(), b.Bounds())
		return 1, 0, at
	}
	const side = 50
	size := a.Bounds()
	// counts[y][x] is the number of those above y and left of x.
	counts := make([][]int, size.Dy()+1)
	counts[0] = make([]int, size.Dx()+1)
	for y := range size.Dy() {
		counts[y+1] = make([]int, size.Dx()+1)
		row := 0
		for x := range size.Dx() {
			p, q := rgb(a, x, y), rgb(b, x, y)
			for k := range p {
				if d := p[k] - q[k]; d > 40 || d < -40 {
					row++
					break
				}
			}
			counts[y+1][x+1] = counts[y][x+1] + row
			top, left := max(y+1-side, 0), max(x+1-side, 0)
			if n := counts[y+1][x+1] - counts[top][x+1] - counts[y+1][left] + counts[top][left]; n > most {
				most, at = n, image.Pt(left, top)
			}
		}
	}
	return float64(counts[size.Dy()][size.Dx()]) / float64(size.Dx()*size.Dy()), most, at
}

func TestSizeAndBackground(t *testing.T) {
	for name, f := range samples(t) {
		picture := decode(t, f.PNG)
		if size := picture.Bounds(); size.Dx() != 2*f.Width || size.Dy() != 2*f.Height {
			t.Errorf("%s: %v pixels for %d × %d CSS pixels, want twice as many each way", name, size, f.Width, f.Height)
		}
		if f.Width < 640 || f.Width > 800 {
			t.Errorf("%s is %d CSS pixels wide, want 640 to 800", name, f.Width)
		}
		if o, ok := picture.(interface{ Opaque() bool }); !ok || !o.Opaque() {
			t.Errorf("%s is not opaque", name)
		}
		size := picture.Bounds()
		for x := range size.Dx() { // nothing may be cut off: the rim is white
			for _, y := range []int{0, 1, size.Dy() - 2, size.Dy() - 1} {
				if rgb(picture, x, y) != [3]int{255, 255, 255} {
					t.Fatalf("%s: pixel %d, %d of the rim is %v, want white", name, x, y, rgb(picture, x, y))
				}
			}
		}
		for y := range size.Dy() {
			for _, x := range []int{0, 1, size.Dx() - 2, size.Dx() - 1} {
				if rgb(picture, x, y) != [3]int{255, 255, 255} {
					t.Fatalf("%s: pixel %d, %d of the rim is %v, want white", name, x, y, rgb(picture, x, y))
				}
			}
		}
		if !bytes.Contains(f.PNG, []byte("Description\x00\x00\x00en\x00\x00"+f.Alt)) {
			t.Errorf("%s: the PNG does not hold its text alternative", name)
		}
	}
}

func TestDrawingIsRepeatable(t *testing.T) {
	for _, picture := range []interface{ Draw() (*Figure, error) }{sampleLines(), sampleTwoContours(), sampleSurface(), sampleComparison(), sampleReliability()} {
		a, err := picture.Draw()
		if err != nil {
			t.Fatal(err)
		}
		b, err := picture.Draw()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.PNG, b.PNG) || a.Alt != b.Alt {
			t.Errorf("the same numbers drawn twice as %s give different files", a.Name)
		}
	}
}

func TestSameNameSameLookInAllPanels(t *testing.T) {
	x := []float64{0, 1}
	series := func(names ...string) (l Lines) {
		for _, n := range names {
			l.Series = append(l.Series, Series{Name: n, X: x, Y: x})
		}
		return l
	}
	looks := assign([]Lines{series("a", "b"), series("b", "c"), series("c", "a")}, 300)
	if len(looks) != 3 {
		t.Fatalf("%d looks for 3 names", len(looks))
	}
	seen := map[color.NRGBA]string{}
	for name, l := range looks {
		if other, ok := seen[l.color]; ok {
			t.Errorf("%s and %s have the same colour", name, other)
		}
		seen[l.color] = name
	}
	if got := len(legend([]Lines{series("a", "b"), series("b", "c")}, looks)); got != 3 {
		t.Errorf("the legend has %d entries, want 3", got)
	}
}

func TestExtrapolationIsSaid(t *testing.T) {
	for _, test := range []struct {
		label string
		x     []float64
		want  string
	}{
		{"α", []float64{0, 1}, "α"},
		{"α", []float64{-0.1, 1}, "α (outside [0, 1]: extrapolation)"},
		{"α", []float64{0, 1.05}, "α (outside [0, 1]: extrapolation)"},
		{"epoch", []float64{1, 20}, "epoch"},
	} {
		l := Lines{XLabel: test.label, Series: []Series{{X: test.x, Y: test.x}}}
		if got := l.xLabel(); got != test.want {
			t.Errorf("label %q over %v becomes %q, want %q", test.label, test.x, got, test.want)
		}
	}
	// The shade is really there: the same figure, a little inside and outside.
	shaded := func(x []float64) int {
		f, err := Lines{Title: "t", XLabel: "α", YLabel: "y", Note: note, Series: []Series{{Name: "s", X: x, Y: []float64{0, 1}}}}.Draw()
		if err != nil {
			t.Fatal(err)
		}
		picture, count := decode(t, f.PNG), 0
		for px := range 2 * f.Width {
			if c := rgb(picture, px, f.Height); c == [3]int{0xf3, 0xf3, 0xf3} {
				count++
			}
		}
		return count
	}
	if in, out := shaded([]float64{0, 1}), shaded([]float64{-0.5, 1.5}); in > 20 || out < 300 {
		t.Errorf("%d and %d shaded pixels in a row without and with extrapolation, want almost none and at least 300", in, out)
	}
}

// TestImagesAreExact finds every pixel of the data in the figure.
func TestImagesAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, channels := range []int{1, 3} {
		s := Images{Title: "t", Height: 5, Width: 7, Channels: channels, Labels: []string{"a", "b", "c"}, Pixels: make([]uint8, 3*5*7*channels)}
		for i := range s.Pixels {
			s.Pixels[i] = uint8(random.IntN(200))
		}
		f, err := s.Draw()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(f.Alt, "7 × 5 pixels in a row. ") {
			t.Errorf("the text alternative says %q, want the images in a row", f.Alt)
		}
		// The first image begins at the margin; a label is 22 units below each.
		picture, scale := decode(t, f.PNG), 2*120/7
		top := 0
		for rgb(picture, 2*margin, top) == [3]int{255, 255, 255} || top < 80 {
			top++
		}
		for y := range 5 {
			for x := range 7 {
				p := s.Pixels[(y*7+x)*channels:]
				want := [3]int{int(p[0]), int(p[channels/2]), int(p[channels-1])}
				for _, corner := range [][2]int{{0, 0}, {scale - 1, scale - 1}} {
					if got := rgb(picture, 2*margin+x*scale+corner[0], top+y*scale+corner[1]); got != want {
						t.Fatalf("%d channels: pixel %d, %d is %v, want %v", channels, x, y, got, want)
					}
				}
			}
		}
	}
}

func BenchmarkLines(b *testing.B) {
	l := sampleLines()
	for b.Loop() {
		if _, err := l.Draw(); err != nil {
			b.Fatal(err)
		}
	}
}
