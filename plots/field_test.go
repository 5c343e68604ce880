package plots

import (
	"encoding/json"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// reference is what testdata/make_reference.py wrote.
type reference struct {
	Viridis []string
	Field   struct {
		X, Y   []float64
		Z, At  [][]float64
		Values []float64
	}
	Calibration struct {
		Bins                      []Bin
		ECE, Accuracy, Confidence float64
	}
	Palette               []string
	Closest, ClosestOfSix float64
}

func readReference(t *testing.T) (r reference) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func hex(t *testing.T, s string) color.RGBA {
	t.Helper()
	v, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
}

// TestMapIsViridis compares with Matplotlib's 256 colours, and checks that the map
// is a ramp of greys in print.
func TestMapIsViridis(t *testing.T) {
	colors := readReference(t).Viridis
	before := -1.0
	for i, want := range colors {
		share := float64(i) / float64(len(colors)-1)
		got := mapInk(share)
		if d := apart(got, hex(t, want)); d > 7 {
			t.Errorf("at %.3f the map is %v, Matplotlib's %s", share, got, want)
		}
		luminance := 0.2126*float64(got.R) + 0.7152*float64(got.G) + 0.0722*float64(got.B)
		if luminance < before-0.5 { // colours are rounded
			t.Errorf("at %.3f the map is darker than before it", share)
		}
		before = luminance
	}
}

// TestSeriesCanBeToldApart holds the series' colours to those that were judged,
// and their dashes and markers to differ.
func TestSeriesCanBeToldApart(t *testing.T) {
	r := readReference(t)
	if len(r.Palette) != len(seriesLooks) {
		t.Fatalf("%d colours for %d looks", len(r.Palette), len(seriesLooks))
	}
	for i, l := range seriesLooks {
		if want := hex(t, r.Palette[i]); color.RGBA(l.color) != want {
			t.Errorf("look %d is %v, but %v was judged; change make_reference.py and run it", i, l.color, want)
		}
		for k, other := range seriesLooks[:i] {
			if slices.Equal(l.dashes, other.dashes) || l.marker == other.marker {
				t.Errorf("looks %d and %d share dashes or marker", k, i)
			}
		}
	}
	if r.Closest < r.ClosestOfSix {
		t.Errorf("two of the eight colours are %.1f apart, the closest two of the first six are %.1f", r.Closest, r.ClosestOfSix)
	}
}

// TestValuesBetweenGridPoints compares with SciPy.
func TestValuesBetweenGridPoints(t *testing.T) {
	want := readReference(t).Field
	f := Field{X: want.X, Y: want.Y, Z: want.Z}
	for i, at := range want.At {
		if got := f.at(at[0], at[1]); math.Abs(got-want.Values[i]) > 1e-12 {
			t.Errorf("at %v the field is %v, want %v", at, got, want.Values[i])
		}
	}
	f.Z = slices.Clone(f.Z)
	f.Z[1] = slices.Clone(f.Z[1])
	f.Z[1][2] = math.NaN()
	for _, test := range []struct {
		x, y    float64
		missing bool
	}{{0.5, 1, true}, {0.4, 1.2, true}, {0.6, 2.9, true}, {0, 1, false}, {-0.5, 0.5, false}, {0.5, 3, false}, {3, 3.2, false}} {
		if got := f.at(test.x, test.y); math.IsNaN(got) != test.missing {
			t.Errorf("with a hole at (0.5, 1) the field at (%v, %v) is %v", test.x, test.y, got)
		}
	}
	for _, z := range []float64{10, 0.1, 1e-9} { // a plateau has no edges of rounding errors
		x, y, values := lattice(0, 1, 3, func(float64, float64) float64 { return z })
		flat := Field{X: x, Y: y, Z: values}
		for i := range 1000 {
			if got := flat.at(float64(i)/999, float64(i*7%1000)/999); got != z {
				t.Fatalf("a field of %v is %v somewhere", z, got)
			}
		}
	}
}

// FuzzLevels checks that round levels cover the range, in bands that a reader can
// count.
func FuzzLevels(f *testing.F) {
	f.Add(0.0, 3.0)
	f.Add(10.15, 93.86)
	f.Add(-1e-6, 5e-6)
	f.Add(9.5, 10.5)
	f.Add(5e6, 5e6+5.5)
	f.Add(2.3024, 2.303)
	f.Fuzz(func(t *testing.T, low, high float64) {
		size := max(math.Abs(low), math.Abs(high))
		if !(high-low > 1e-6*size) || size > 1e9 || high-low < 1e-9 {
			t.Skip()
		}
		levels := roundLevels(low, high)
		if n := len(levels); n < 5 || n > 15 {
			t.Errorf("%d levels from %v to %v, want 5 to 15: %v", n, low, high, levels)
		}
		if slack := 1e-6 * (high - low); levels[0] > low+slack || levels[len(levels)-1] < high-slack {
			t.Errorf("levels %v do not cover %v to %v", levels, low, high)
		}
		s := scale{levels: levels}
		seen := map[string]bool{}
		for i, label := range s.labels() {
			value, err := strconv.ParseFloat(strings.ReplaceAll(label, "−", "-"), 64)
			if err != nil || math.Abs(value-levels[i]) > 1e-3*math.Abs(levels[i])+1e-6*(high-low) {
				t.Errorf("level %v is labelled %q", levels[i], label)
			}
			if seen[label] {
				t.Errorf("two levels are labelled %q: %v", label, levels)
			}
			seen[label] = true
		}
		for i, level := range levels[:len(levels)-1] {
			if got := s.band(level); got != i {
				t.Errorf("level %v lies in band %d, want %d", level, got, i)
			}
			if got, want := s.height(level), float64(i)/float64(len(levels)-1); math.Abs(got-want) > 1e-9 {
				t.Errorf("level %v stands at height %v, want %v", level, got, want)
			}
		}
	})
}

func TestBands(t *testing.T) {
	levels := []float64{0.1, 0.2, 1, 5}
	for _, test := range []struct {
		scale scale
		z     float64
		band  int
	}{
		{scale{levels: levels}, 0.1, 0},
		{scale{levels: levels}, 0.15, 0},
		{scale{levels: levels}, 0.2, 1},
		{scale{levels: levels}, 5, 2},
		{scale{levels: levels, over: true}, 4.99, 2},
		{scale{levels: levels, over: true}, 5, 3}, // the bar says ≥ 5
		{scale{levels: levels, over: true}, 1e9, 3},
		{scale{levels: levels, under: true}, 0.05, 0},
		{scale{levels: levels, under: true}, 0.1, 1},
		{scale{levels: levels, under: true, over: true}, 7, 4},
	} {
		if got := test.scale.band(test.z); got != test.band {
			t.Errorf("%v lies in band %d of %+v, want %d", test.z, got, test.scale, test.band)
		}
	}
}

// TestSameQuantitySameColours draws two fields of different range.
func TestSameQuantitySameColours(t *testing.T) {
	low, high := sampleTriangle(), sampleTriangle()
	high.Z = [][]float64{}
	for _, row := range low.Z {
		high.Z = append(high.Z, shift(row, 300))
	}
	together := scales([]Field{low, high})
	if !slices.Equal(together[0].levels, together[1].levels) || together[0].levels[len(together[0].levels)-1] < 390 {
		t.Errorf("two fields of the same quantity have levels %v and %v", together[0].levels, together[1].levels)
	}
	high.ZLabel = "something else"
	if apart := scales([]Field{low, high}); slices.Equal(apart[0].levels, apart[1].levels) {
		t.Errorf("fields of different quantities share the levels %v", apart[0].levels)
	}
}

// TestBarsAreReadable checks the labels of bars of many widths.
func TestBarsAreReadable(t *testing.T) {
	for _, s := range []scale{
		{levels: roundLevels(0, 100)}, {levels: roundLevels(0, 3), over: true}, {levels: roundLevels(-0.02, 0.03), under: true, over: true},
		{levels: []float64{0.001, 0.01, 0.1, 1, 10}, over: true}, {levels: []float64{1, 2}}, {levels: []float64{50, 95}, under: true},
	} {
		gap := 9.0
		if !s.even() {
			gap = 5
		}
		for width := 90.0; width < 600; width += 7 {
			marks := s.barTicks(width)
			if len(marks) < 2 {
				t.Errorf("a bar of %v units says only %+v", width, marks)
			}
			var words []string
			for i, m := range marks {
				words = append(words, m.words)
				if !m.fits(slices.Delete(slices.Clone(marks), i, i+1), gap) {
					t.Errorf("on a bar of %v units %q touches another label: %+v", width, m.words, marks)
				}
			}
			labels := s.labels()
			if s.over && !slices.Contains(words, "≥ "+labels[len(labels)-1]) || s.under && !slices.Contains(words, "< "+labels[0]) {
				t.Errorf("the bar does not say where it is cut off: %q", words)
			}
		}
	}
}

// A level between uneven ones cannot be guessed: it is written where it finds room, such as
// the 0 of the share of a step.
func TestUnevenLevelsAreWritten(t *testing.T) {
	if marks := (scale{levels: []float64{-0.5, 0, 0.2, 0.4, 0.6, 0.8, 1}}).barTicks(139); len(marks) != 7 {
		t.Errorf("of seven levels the bar writes %+v", marks)
	}
	if marks := (scale{levels: []float64{-0.2, 0, 0.2, 0.4, 0.6, 0.8, 1}}).barTicks(139); len(marks) > 4 {
		t.Errorf("of even levels too many are written: %+v", marks)
	}
}

// What is told of a place between the grid's points is about so much: nothing was measured
// there.
func TestAbout(t *testing.T) {
	f := Field{XLabel: "x", YLabel: "y", ZLabel: "z", X: []float64{0, 1}, Y: []float64{0, 1}, Z: [][]float64{{1, 3}, {1, 3}},
		Marks: []Mark{{"corner", 1, 0}, {"middle", 0.5, 0.5}}, Paths: []Path{{"way", []float64{0, 0.5}, []float64{0, 0}}}}
	words := f.words(scales([]Field{f})[0], "")
	for _, want := range []string{"lowest 1 at (0, 0)", "corner: 3 at (1, 0).", "middle: about 2 at (0.5, 0.5).", "way (line): about 1 at its start, 2 at its end; lowest 1 at (0, 0), highest 2 at (0.5, 0)."} {
		if !strings.Contains(words, want) {
			t.Errorf("it does not say %q:\n%s", want, words)
		}
	}
}

// TestContoursShowTheField finds the bands of a slope in the picture, along x and
// along y: each at its place, and both directions to the same measure.
func TestContoursShowTheField(t *testing.T) {
	x, y := []float64{0, 3, 10}, []float64{-2, 4}
	draw := func(z [][]float64) (bands []int) {
		f, err := Contours{Title: "t", Note: note, Fields: []Field{{XLabel: "x", YLabel: "y", ZLabel: "z", X: x, Y: y, Z: z, Levels: []float64{0, 2, 4, 6, 8, 10}}}}.Draw()
		if err != nil {
			t.Fatal(err)
		}
		picture := decode(t, f.PNG)
		count := make([]int, 5)
		for py := range picture.Bounds().Dy() {
			for px := range picture.Bounds().Dx() {
				c := rgb(picture, px, py)
				for band := range count {
					if ink := (scale{levels: make([]float64, 6)}).ink(band); apart(ink, color.RGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255}) < 8 {
						count[band]++
					}
				}
			}
		}
		return count
	}
	across := draw([][]float64{{0, 3, 10}, {0, 3, 10}})
	upward := draw([][]float64{{0, 0, 0}, {6, 6, 6}})
	// A unit is 10 columns wide: 2 of z are 2 × 6 of the map's area, or 10 × 2.
	whole := float64(across[1]) / (2 * 6)
	for band, area := range []float64{12, 12, 12, 12, 12} {
		if got := float64(across[band]) / whole; math.Abs(got-area) > 0.05*area {
			t.Errorf("band %d of a slope along x takes %.2f of the field, want %.2f", band, got, area)
		}
	}
	for band, area := range []float64{20, 20, 20, 0, 0} {
		got := float64(upward[band]) / whole
		if math.Abs(got-area) > 0.05*area+0.6 { // the bar of colours too has this colour
			t.Errorf("band %d of a slope along y takes %.2f of the field, want %.2f", band, got, area)
		}
	}
}

// TestNamesStandClear sets names beside random points.
func TestNamesStandClear(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for try := range 300 {
		side := 200 + 200*random.Float64()
		area := vg.Rectangle{Min: vg.Point{X: 20 * unit, Y: 30 * unit}, Max: vg.Point{X: vg.Length(20+side) * unit, Y: vg.Length(30+side) * unit}}
		names := []string{"endpoint 1", "endpoint 2", "endpoint 3", "midpoint", "network A", "B"}[:2+try%5]
		var spots []spot
		for len(spots) < len(names) {
			at := vg.Point{X: area.Min.X + vg.Length(random.Float64()*side)*unit, Y: area.Min.Y + vg.Length(random.Float64()*side)*unit}
			near := func(s spot) bool { return math.Hypot(float64(s.at.X-at.X), float64(s.at.Y-at.Y)) < 30*unit.Points() }
			if !slices.ContainsFunc(spots, near) {
				spots = append(spots, spot{name: names[len(spots)], at: at})
			}
		}
		plates := places(spots, nil, nil, area)
		for i, p := range plates {
			if p.Min.X < area.Min.X-0.01 || p.Max.X > area.Max.X+0.01 || p.Min.Y < area.Min.Y-0.01 || p.Max.Y > area.Max.Y+0.01 {
				t.Errorf("try %d: %q leaves the area", try, names[i])
			}
			for k := range plates {
				if k < i && overlap(p, plates[k]) > 0 {
					t.Errorf("try %d: %q and %q overlap", try, names[i], names[k])
				}
				if overlap(p, grow(vg.Rectangle{Min: spots[k].at, Max: spots[k].at}, 5*unit)) > 0 {
					t.Errorf("try %d: %q covers the point of %q", try, names[i], names[k])
				}
			}
		}
	}
}

// TestNamesLeaveLinesFree sets the names of two networks and of a bend beside the ways
// between the two, on a low panel: there is room farther off.
func TestNamesLeaveLinesFree(t *testing.T) {
	area := vg.Rectangle{Min: vg.Point{X: 20 * unit, Y: 30 * unit}, Max: vg.Point{X: 267 * unit, Y: 119 * unit}}
	at := func(x, y float64) vg.Point {
		return vg.Point{X: area.Min.X + vg.Length((x+5.26)/36.83)*247*unit, Y: area.Min.Y + vg.Length((y+1.89)/13.24)*89*unit}
	}
	spots := []spot{{name: "network 1", at: at(0, 0)}, {name: "network 2", at: at(26.31, 0)}, {name: "bend", at: at(12.55, 9.457)}}
	var curve []vg.Point
	for _, a := range alphas(0, 1, 41) {
		curve = append(curve, at(26.31*a*a+25.1*a*(1-a), 18.9*a*(1-a)))
	}
	dots := append(trace(curve), trace([]vg.Point{spots[0].at, spots[1].at})...)
	for i, p := range places(spots, dots, nil, area) {
		for _, d := range dots {
			if d.X > p.Min.X && d.X < p.Max.X && d.Y > p.Min.Y && d.Y < p.Max.Y {
				t.Errorf("%q covers a line at %v", spots[i].name, d)
			}
		}
	}
}

// TestPathsAreFollowedClosely finds a ridge that a path crosses between its points.
func TestPathsAreFollowedClosely(t *testing.T) {
	x, y, z := lattice(-1, 1, 41, func(x, y float64) float64 { return math.Exp(-200 * x * x) })
	f := Field{X: x, Y: y, Z: z}
	words := f.course(Path{X: []float64{-1, 1}, Y: []float64{-0.5, 0.5}})
	if !strings.Contains(words, "highest 1 at (0, 0)") {
		t.Errorf("the path is said to be: %s", words)
	}
	f.Z[20] = slices.Repeat([]float64{math.NaN()}, 41)
	if words := f.course(Path{X: []float64{-1, 1}, Y: []float64{0, 0}}); words != "nothing of it was evaluated" {
		t.Errorf("a path through a hole is said to be: %s", words)
	}
}
