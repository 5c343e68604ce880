package page

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/explore"
)

// small are grids that are measured quickly.
var small = Options{Curve: CurveGrid(1), Triangle: TriangleGrid(1)}

// viewer opens a tiny run of a shape.
func viewer(t testing.TB, shape string) *explore.Viewer {
	t.Helper()
	c := experiment.Quick().With(shape, 1)
	c.Network, c.Epochs, c.Warmup, c.Width, c.TrainImages, c.TestImages, c.Plane, c.Points = "mlp", 1, 0, 4, 100, 60, 0, 3
	if shape == "bezier" {
		c.Network = "cnn" // which has batch norm
	}
	run, err := experiment.Train(context.Background(), c, experiment.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	v, err := explore.Open(run, explore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// read returns what stands in a page's element: the numbers, the script, the style.
func read(t *testing.T, file []byte, element string) string {
	t.Helper()
	m := regexp.MustCompile(`(?s)<` + element + `>(.*?)</`).FindSubmatch(file)
	if m == nil {
		t.Fatalf("no <%s> in the page", element)
	}
	return string(m[1])
}

func numbersOf(t *testing.T, file []byte) (n numbers) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, file, `script type="application/json" id="numbers"`)), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A page has the viewer's numbers at every point of its grid, to what is written of them.
func TestPageHasTheViewersNumbers(t *testing.T) {
	ctx := context.Background()
	for shape, want := range map[string]struct {
		kind, shape, letter string
		points              int
	}{"line": {"curve", "line", "α", 11}, "bezier": {"curve", "Bézier curve", "t", 11}, "simplex-4": {"triangle", "triangle", "α", 81}} {
		v := viewer(t, shape)
		o := small
		if shape == "simplex-4" {
			o.Corners = []int{3, 0, 2}
		}
		for _, how := range []explore.Statistics{explore.Reestimated, explore.Interpolated} {
			o.Statistics = how
			p, err := Measure(ctx, v, o)
			if err != nil {
				t.Fatal(err)
			}
			file, err := p.File()
			if err != nil {
				t.Fatal(err)
			}
			n := numbersOf(t, file)
			if n.Kind != want.kind || n.Shape != want.shape || n.Letter != want.letter || len(n.Accuracy) != want.points || len(p.At) != want.points || n.Tested != "60 test images" {
				t.Fatalf("%s: a page of a %s (%s, %s) of %d points on %s, want %+v", shape, n.Shape, n.Kind, n.Letter, len(n.Accuracy), n.Tested, want)
			}
			for i, at := range p.At {
				view, err := v.At(ctx, at, how)
				if err != nil {
					t.Fatal(err)
				}
				s := view.Scores
				if math.Abs(n.Accuracy[i]-s.Accuracy) > 1e-5 || math.Abs(n.Loss[i]-s.NLL) > 1e-4 || math.Abs(n.ECE[i]-s.ECE) > 1e-5 {
					t.Errorf("%s, %s, at %v: accuracy %v, loss %v, ECE %v, the viewer says %v", shape, how, at, n.Accuracy[i], n.Loss[i], n.ECE[i], s)
				}
				for k, photograph := range n.Photographs {
					for j, c := range photograph.Classes {
						if got, want := float64(photograph.Likely[i*len(photograph.Classes)+j])/1000, view.Photographs[k][c]; math.Abs(got-want) > 0.00051 {
							t.Errorf("%s, %s, at %v: photograph %d is %s by %v, the viewer says %v", shape, how, at, k, n.Classes[c], got, want)
						}
					}
				}
			}
			if !strings.Contains(strings.Join(p.Notes, " "), "known to within 6.5 points") { // of 60 images
				t.Errorf("%s: the page says %q", shape, p.Notes)
			}
			said := strings.Join(p.Notes, " ")
			if v.BatchNorm == (v.Config.Network == "mlp") || v.BatchNorm != strings.Contains(said, "atch norm") ||
				v.BatchNorm && how == explore.Interpolated != strings.Contains(said, "statistics were interpolated") {
				t.Errorf("%s of %s, %s: the page says %q", shape, v.Config.Network, how, p.Notes)
			}
		}
	}
}

// Numbers are written as the page's script writes them, JavaScript's toFixed: these are its.
func TestFixed(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		want   string
	}{
		{96.25, 1, "96.3"}, {96.35, 1, "96.3"}, {0.05, 1, "0.1"}, {0.0625, 3, "0.063"}, {2.3125, 3, "2.313"}, {1.0005, 3, "1.000"}, {0, 1, "0.0"}, {100, 1, "100.0"}, {99.95, 1, "100.0"}, {8.345, 2, "8.35"},
	} {
		if got := fixed(c.v, c.digits); got != c.want {
			t.Errorf("%v with %d decimals is %q, want %q", c.v, c.digits, got, c.want)
		}
	}
}

// Ends, corners and midpoint of a shape are measured points of every grid.
func TestGrid(t *testing.T) {
	if Curve.Len() != 101 || Triangle.Len() != 41*41 {
		t.Errorf("grids of %d and %d points", Curve.Len(), Triangle.Len())
	}
	for n := 1; n < 8; n++ {
		for _, g := range []Grid{CurveGrid(n), TriangleGrid(n)} {
			shape, spots := subspace.Shape(subspace.Line{}), (&Page{Grid: g, Letter: "α"}).jumps
			if g.Flat {
				shape, spots = subspace.Simplex(3), (&Page{Grid: g, Corners: []string{"a", "b", "c"}}).jumps
			}
			_, to, err := wayOf(shape, Options{Curve: g, Triangle: g})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range spots() {
				i := g.index(s.X, s.Y)
				x, y := g.Place(i)
				if math.Abs(x-s.X) > 1e-12 || math.Abs(y-s.Y) > 1e-12 {
					t.Errorf("%v: %s is at (%v, %v), point %d at (%v, %v)", g, s.Name, s.X, s.Y, i, x, y)
				}
				at, inside := to(x, y)
				if s.Name == "midpoint" {
					for k, c := range shape.Midpoint() {
						if math.Abs(at[k]-c) > 1e-12 {
							t.Errorf("%v: the midpoint is %v", g, at)
						}
					}
				} else if math.Abs(slices.Max(at)-1) > 1e-12 {
					t.Errorf("%v: %s is %v, no endpoint", g, s.Name, at)
				}
				if !inside {
					t.Errorf("%v: %s lies outside", g, s.Name)
				}
			}
			if _, inside := to(g.Place(0)); inside {
				t.Errorf("%v has no margin", g)
			}
			// What the page's script takes for the coefficients is what was measured.
			p := &Page{Grid: g}
			for i := range g.Len() {
				at, inside := to(g.Place(i))
				for k, c := range p.coefficients(i) {
					if math.Abs(at[k]-c) > 1e-12 || p.inside(i) != inside {
						t.Fatalf("%v: point %d is %v (inside: %v), the page says %v", g, i, at, inside, p.coefficients(i))
					}
				}
			}
		}
	}
}

func TestNoPlace(t *testing.T) {
	for _, c := range []struct {
		shape   subspace.Shape
		corners []int
		says    string
	}{
		{subspace.Simplex(1), nil, `"standard" is no place to move in: want a curve`},
		{subspace.Simplex(2), nil, "no place to move in"},
		{subspace.Line{}, []int{0, 1, 2}, `"line" has no corners to choose from`},
		{subspace.Simplex(3), []int{0, 1, 3}, "want three different endpoints"},
		{subspace.Simplex(4), []int{0, 1}, "want three different endpoints"},
	} {
		if _, _, err := wayOf(c.shape, Options{Corners: c.corners}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, corners %v: %v, want %q", c.shape, c.corners, err, c.says)
		}
	}
}

// made is a page of numbers from nowhere.
func made(grid Grid, classes, photographs int) *Page {
	rng := rand.New(rand.NewPCG(1, 2))
	p := &Page{Title: "Title", Shape: "triangle", Letter: "α", Corners: []string{"a", "b", "c"}, Tested: "5 test images", Grid: grid}
	for c := range classes {
		p.Classes = append(p.Classes, "class "+string(rune('a'+c%26)))
	}
	noise := &dataset.Set{Height: 200, Width: 160, Channels: 3, Classes: p.Classes, Labels: []int32{0}, Pixels: make([]uint8, 200*160*3)}
	for i := range noise.Pixels {
		noise.Pixels[i] = uint8(rng.Uint32())
	}
	for k := range photographs {
		file, err := encode(noise, 0)
		if err != nil {
			panic(err)
		}
		photograph := Photograph{Label: k % classes, PNG: file}
		for range grid.Len() {
			of, sum := make([]float64, classes), 0.0
			for c := range of {
				of[c] = rng.ExpFloat64()
				sum += of[c]
			}
			for c := range of {
				of[c] /= sum
			}
			photograph.Probabilities = append(photograph.Probabilities, of)
		}
		p.Photographs = append(p.Photographs, photograph)
	}
	for range grid.Len() {
		ece := rng.Float64()
		p.Scores = append(p.Scores, Scores{rng.Float64(), 10 * rng.Float64(), &ece})
	}
	return p
}

// The largest page there can be, of many classes and noise for photographs, can still be
// mailed; large photographs become small ones.
func TestLimit(t *testing.T) {
	p := made(Triangle, 200, explore.MostPhotographs)
	file, err := p.File()
	if err != nil {
		t.Fatal(err)
	}
	if len(file) > Limit {
		t.Errorf("a page of %d bytes, more than %d", len(file), Limit)
	}
	picture, err := png.Decode(bytes.NewReader(p.Photographs[0].PNG))
	if err != nil || picture.Bounds().Dx() != 102 || picture.Bounds().Dy() != largest {
		t.Errorf("a photograph of %v, %v", picture.Bounds(), err)
	}
}

// Of a photograph the classes are kept that are among its likeliest three anywhere.
func TestLikely(t *testing.T) {
	few := [][]float64{{0.5, 0.3, 0.1, 0.06, 0.04, 0}, {0.1, 0.05, 0.2, 0.04, 0.6, 0.01}}
	for _, c := range []struct {
		label, most int
		want        []int
		all         bool
	}{
		{0, 10, []int{0, 1, 2, 4}, true},
		{3, 10, []int{0, 1, 2, 3, 4}, true}, // its own class, which is likely nowhere
		{3, 3, []int{0, 3, 4}, false},
	} {
		if got, all := likely(few, c.label, c.most); !slices.Equal(got, c.want) || all != c.all {
			t.Errorf("of a photograph of class %d at most %d: %v, all %t", c.label, c.most, got, all)
		}
	}
	if got, all := likely([][]float64{{1}}, 0, 10); !slices.Equal(got, []int{0}) || !all {
		t.Errorf("of one class %v, all %t", got, all)
	}
}

// Of however many classes, a page knows at every point whether the network is right.
func TestVerdicts(t *testing.T) {
	p := made(Triangle, 200, 3)
	for k, g := range p.numbers().Photographs {
		n := len(g.Classes)
		for i, of := range p.Photographs[k].Probabilities {
			shown := g.Likely[i*n:][:n]
			if own := shown[slices.Index(g.Classes, g.Label)]; own == slices.Max(shown) != (math.Round(1000*of[g.Label]) == math.Round(1000*slices.Max(of))) {
				t.Fatalf("photograph %d at point %d: %v of %v, its class is %d and the network's %d", k, i, shown, g.Classes, g.Label, explore.Likeliest(of, 1)[0].Class)
			}
		}
	}
}

// Nothing that a page is made of can become a part of its code, its policy lets no other
// run, and it fetches nothing.
func TestPageKeepsToItself(t *testing.T) {
	p := made(CurveGrid(1), 3, 2)
	evil := `</script><img src=x onerror=alert(1)>`
	p.Title, p.Shape, p.Classes[0], p.Notes = evil, evil, evil, []string{evil}
	file, err := p.File()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file, []byte("<img src=x")) || numbersOf(t, file).Classes[0] != evil {
		t.Error("a name of a class becomes a part of the page")
	}
	text := string(file)
	for _, part := range []string{"script", "style"} {
		if want := part + "-src " + hash(read(t, file, part)); !strings.Contains(text, want) {
			t.Errorf("the policy has no %s", want)
		}
	}
	if n := strings.Count(text, "<script"); n != 2 {
		t.Errorf("%d scripts, want the numbers and what reads them", n)
	}
	outside := regexp.MustCompile(`(?i)(?:https?:)?//[\w.-]+\.\w+/|@import|url\(|\bfetch\(|XMLHttpRequest|import\(`)
	for _, m := range outside.FindAllString(text, -1) {
		if m != "http://www.w3.org/" { // the name of SVG
			t.Errorf("the page holds %q", m)
		}
	}
	if m := regexp.MustCompile(` (?:style|on\w+)="`).FindString(text); m != "" {
		t.Errorf("the page has an attribute%s, which its policy forbids", m)
	}
	if !IsPage(file) || IsPage([]byte("<!doctype html>")) || IsPage(nil) {
		t.Error("a page is not told from another file")
	}
}

// Whatever Git makes of the ends of lines, the policy has the hash of what a browser reads:
// there they are line feeds.
func TestLinesOfWindows(t *testing.T) {
	style, script, err := parts(fstest.MapFS{
		"style.css":     {Data: []byte("a {}\r\nb {}\r\n")},
		"script/1-a.js": {Data: []byte("one();\r\n")}, "script/2-b.js": {Data: []byte("two();\r\n")},
	})
	if want := "a {}\nb {}\n"; err != nil || style != want {
		t.Errorf("the style is %q, %v; want %q", style, err, want)
	}
	if want := "one();\ntwo();\n"; strings.Contains(script, "\r") || !strings.Contains(script, want) {
		t.Errorf("the script is %q, want in it %q", script, want)
	}
}

// No browser sets what one chose on the page before it was loaded anew: the map would be that
// of another choice.
func TestNoChoiceOfBefore(t *testing.T) {
	for _, grid := range []Grid{CurveGrid(1), TriangleGrid(1)} {
		file, err := made(grid, 3, 1).File()
		if err != nil {
			t.Fatal(err)
		}
		inputs := regexp.MustCompile(`<input [^>]*>`).FindAllString(string(file), -1)
		if len(inputs) < 4 {
			t.Errorf("the page has %q, want three choices and a slider at least", inputs)
		}
		for _, input := range inputs {
			if !strings.Contains(input, ` autocomplete="off"`) {
				t.Errorf("a browser may set %s", input)
			}
		}
	}
}

// A page does not say who made it, or where.
func TestPageKnowsNoMaker(t *testing.T) {
	p, err := Measure(context.Background(), viewer(t, "line"), small)
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.File()
	if err != nil {
		t.Fatal(err)
	}
	host, _ := os.Hostname()
	home, _ := os.UserHomeDir()
	here, _ := os.Getwd()
	style, script, _ := parts(files)
	layout, err := files.ReadFile("page.html")
	if err != nil {
		t.Fatal(err)
	}
	every := style + script + string(layout) // a user may be called root, and a host page
	for _, word := range []string{host, home, here, os.TempDir(), os.Getenv("USER")} {
		if len(word) > 3 && !strings.Contains(every, word) && strings.Contains(string(file), word) {
			t.Errorf("the page says %q", word)
		}
	}
}

// What a page says in words are its numbers.
func TestWords(t *testing.T) {
	p := made(CurveGrid(1), 3, 1)
	for i := range p.Scores {
		ece := 0.01 * float64(i)
		p.Scores[i] = Scores{0.5 + 0.02*float64(i), float64(i), &ece} // 0.5 to 0.7
	}
	p.Shape = "line"
	if got, want := p.words(), "Inside the line the accuracy of the measured points goes from 52.0 % at α = 0 to 68.0 % at α = 1; with the margin around it, from 50.0 % to 70.0 %."; got != want {
		t.Errorf("the page says %q, want %q", got, want)
	}
	want := []row{{"α = 0", "52.0 %", "1.000", "1.0 %"}, {"midpoint", "60.0 %", "5.000", "5.0 %"}, {"α = 1", "68.0 %", "9.000", "9.0 %"}}
	if got := p.rows(); !slices.Equal(got, want) {
		t.Errorf("the table is %v, want %v", got, want)
	}
	flat := made(TriangleGrid(1), 3, 1)
	best := flat.Grid.index(0.5, 1./3)
	flat.Scores[best].Accuracy = 1
	if got := flat.words(); !strings.Contains(got, "to 100.0 % at 33 % a, 33 % b, 33 % c") {
		t.Errorf("the page says %q", got)
	}
}

// The titles of two pages are different where the method or the data are.
func TestTitles(t *testing.T) {
	for want, c := range map[string]experiment.Config{
		"Move through networks: line (digits)":                   {Shape: "line", Data: "digits"},
		"Move through networks: line (CIFAR-10)":                 {Shape: "line", Data: "cifar10"},
		"Move through networks: layer-wise line (CIFAR-10)":      {Shape: "layerwise-line", Data: "cifar10"},
		"Move through networks: line + label smoothing (digits)": {Shape: "line", Data: "digits", Smoothing: 0.1},
	} {
		p := &Page{Grid: CurveGrid(1)}
		p.describe(&explore.Viewer{Config: c, Shape: subspace.Line{}, Photographs: &dataset.Set{}}, Options{})
		if p.Title != want {
			t.Errorf("the page of %s on %s is called %q, want %q", c.Shape, c.Data, p.Title, want)
		}
	}
}

// Letters are as large as the reader has set them in the browser, and what holds letters
// grows with them: nothing of that is said in pixels.
func TestLettersOfTheReader(t *testing.T) {
	style, _, err := parts(files)
	if err != nil {
		t.Fatal(err)
	}
	fixed := regexp.MustCompile(`font(?:-size)?:[^;}]*\dpx|(?:min|max)-width: \d+px|minmax\([^;}]*\dpx`)
	for _, own := range fixed.FindAllString(style, -1) {
		t.Errorf("the page has a size of its own: %s", own)
	}
}

// Where no test images are, the photographs are what is scored, and the page says so.
func TestPhotographsAlone(t *testing.T) {
	view := explore.View{Photographs: [][]float64{{0.75, 0.25}, {0.5, 0.5}, {0.25, 0.75}}}
	s := scoresOf(view, []int32{0, 1, 1}) // of equal ones the first counts
	if want := -(math.Log(0.75) + math.Log(0.5) + math.Log(0.75)) / 3; s.ECE != nil || math.Abs(s.Accuracy-2./3) > 1e-12 || math.Abs(s.Loss-want) > 1e-12 {
		t.Errorf("scores %+v, want an accuracy of 2/3 and a loss of %v", s, want)
	}
	p := made(CurveGrid(1), 3, 2)
	for i := range p.Scores {
		p.Scores[i].ECE = nil
	}
	file, err := p.File()
	if err != nil {
		t.Fatal(err)
	}
	if text := string(file); strings.Contains(text, "calibration error</label>") || !strings.Contains(text, "how many of them it gets right") || numbersOf(t, file).ECE != nil {
		t.Error("a page of photographs alone shows a calibration error")
	}
	v := &explore.Viewer{Shape: subspace.Line{}, BatchNorm: true, Photographs: &dataset.Set{Labels: make([]int32, 10)}}
	p.Notes = nil
	p.describe(v, Options{Statistics: explore.Interpolated})
	if notes := strings.Join(p.Notes, " "); p.Tested != "the 10 photographs alone" || !strings.Contains(notes, "No test images") || !strings.Contains(notes, "No training images") {
		t.Errorf("it says %q", notes)
	}
}
