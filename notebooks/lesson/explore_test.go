package lesson

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gosubspace/notebooks/lesson/live"
	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/metric"
)

// tiny makes a run of a shape in seconds.
func tinyRun(t *testing.T, shape string) *experiment.Run {
	t.Helper()
	c := experiment.Quick().With(shape, 1)
	c.Epochs, c.Warmup, c.Width, c.TrainImages, c.TestImages = 2, 1, 4, 200, 100
	if strings.HasPrefix(shape, "simplex") {
		c.Plane, c.GridImages = 4, 50
	}
	run, err := experiment.Train(context.Background(), c, experiment.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	return run
}

func explored(t *testing.T, of any) *figure {
	t.Helper()
	e, err := openExplorable(context.Background(), of)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.close)
	f, err := newFigure(context.Background(), e.Viewer)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A figure begins in the middle, answers moves inside and outside, and says what is wrong
// with a place in the answer: it goes on.
func TestFigureAnswers(t *testing.T) {
	ctx := context.Background()
	line := explored(t, tinyRun(t, "line"))
	if a := line.start; !a.Inside || *a.Place.Alpha != 0.5 || a.Scores == nil || len(a.Top) != 10 || len(a.Top[0]) != 3 || a.Words != "α = 0.50" {
		t.Errorf("a line begins with %+v", a)
	}
	out := line.answer(ctx, move{"me", 7, spot{Alpha: new(-0.2)}, explore.Interpolated})
	if out.Inside || out.Error != "" || out.N != 7 || out.By != "me" || out.Words != "α = −0.20" || out.How != explore.Interpolated {
		t.Errorf("outside of a line: %+v", out)
	}
	for _, bad := range []move{{Place: spot{}, How: explore.Reestimated}, {Place: spot{Alpha: new(1e9)}, How: explore.Reestimated}, {Place: spot{Alpha: new(0.5)}, How: "guessed"}} {
		if a := line.answer(ctx, bad); a.Error == "" || strings.Contains(a.Error, "\n") || a.Scores != nil {
			t.Errorf("at no place: %+v", a)
		}
	}
	if line.last.N != 7 {
		t.Error("what nobody saw is what stays")
	}
	triangle := explored(t, tinyRun(t, "simplex-4"))
	if a := triangle.start; !a.Inside || a.Words != "0.33 × endpoint 1, 0.33 × endpoint 2, 0.33 × endpoint 3" {
		t.Errorf("a triangle begins with %+v", a)
	}
	a := triangle.answer(ctx, move{"me", 1, spot{X: new(0.0), Y: new(0.0), Corners: []int{3, 0, 1}}, explore.Reestimated})
	if a.Words != "1.00 × endpoint 4, 0.00 × endpoint 1, 0.00 × endpoint 2" || !a.Inside {
		t.Errorf("at a corner: %+v", a)
	}
	if a := triangle.answer(ctx, move{"me", 2, spot{X: new(0.0), Y: new(0.0), Corners: []int{3, 3, 1}}, explore.Reestimated}); a.Error == "" {
		t.Error("no error for a triangle of two corners")
	}
}

// What is no number no page can be told: the place is said to have none.
func TestNumbers(t *testing.T) {
	nan := math.NaN()
	for _, v := range []explore.View{{Scores: &metric.Scores{NLL: nan}}, {Scores: &metric.Scores{NLL: math.Inf(1)}}, {Scores: &metric.Scores{ECE: nan}}, {Photographs: [][]float64{{0.5, 0.5}, {nan, nan}}}} {
		if numbers(v) {
			t.Errorf("%+v is taken for numbers", v)
		}
	}
	if !numbers(explore.View{Scores: &metric.Scores{NLL: 1}, Photographs: [][]float64{{0.5, 0.5}}}) {
		t.Error("numbers are taken for none")
	}
}

// What stays is a picture with the state in words; the page carries everything that it
// needs, and no address but its own pictures'.
func TestFigureStays(t *testing.T) {
	for _, shape := range []string{"line", "simplex-3"} {
		f := explored(t, tinyRun(t, shape))
		still, err := f.still(f.start)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{f.start.Words, "test images", "re-estimated"} {
			if !strings.Contains(still.Alt, word) {
				t.Errorf("the picture's words lack %q: %s", word, still.Alt)
			}
		}
		place, err := f.onMap(f.start)
		if err != nil || place == nil {
			t.Fatalf("%s: no map: %v", shape, err)
		}
		if strings.Contains(place.Alt, "; map: 50 test images") != (shape != "line") {
			t.Errorf("%s: the map says %s", shape, place.Alt)
		}
		page, err := f.page(&live.Cell{ID: "gosubspace-x", Kernel: "k"}, still)
		if err != nil {
			t.Fatal(err)
		}
		page = strings.ReplaceAll(page, "http://www.w3.org/2000/svg", "") // a name, no address
		if strings.Count(page, "</script") != 1 || strings.Contains(page, "http:") || strings.Contains(page, "https:") || strings.Contains(page, "ZgotmplZ") {
			t.Error("the page's script ends early, or the page leads elsewhere")
		}
		start := strings.Index(page, "const config = ") + len("const config = ")
		var s settings
		if err := json.NewDecoder(strings.NewReader(page[start:])).Decode(&s); err != nil {
			t.Fatal(err)
		}
		if s.Comm != "gosubspace-x" || len(s.Photos) != 10 || (s.Plane != nil) != (shape != "line") || (s.Map != nil) != (shape != "line") || (len(s.Scored) > 0) != (shape == "line") {
			t.Errorf("%s: the page is told %+v", shape, s)
		}
		if s.Map != nil && s.Map.Images != 50 {
			t.Errorf("%s: the page is told of a map of %d test images, want 50", shape, s.Map.Images)
		}
	}
}

// The trained subspaces that came with the notebooks can be explored before anything is
// trained, without their images.
func TestExploreShipped(t *testing.T) {
	if dataset.HasCIFAR10("") {
		t.Setenv("GOSUBSPACE_CIFAR10", t.TempDir())
	}
	t.Chdir("..")
	for _, shape := range []string{"line", "bezier", "simplex-3"} {
		e, err := openExplorable(context.Background(), shape)
		if err != nil {
			t.Fatal(err)
		}
		f, err := newFigure(context.Background(), e.Viewer)
		if err != nil {
			t.Fatal(err)
		}
		if f.start.Scores != nil || f.start.How != explore.Interpolated || len(f.start.Top) != 10 || !strings.Contains(e.notice, "CIFAR-10 is not on this machine") {
			t.Errorf("%s begins with %+v; %q", shape, f.start, e.notice)
		}
		if (e.Plane != nil) != (shape == "simplex-3") || (shape != "simplex-3") != (len(e.Points) > 5) {
			t.Errorf("%s: plane %v, %d points with scores", shape, e.Plane != nil, len(e.Points))
		}
		e.close()
	}
}

// What cannot be explored says so in a line.
func TestExploreMistakes(t *testing.T) {
	t.Chdir("..")
	dir := t.TempDir()
	none, other := filepath.Join(dir, "none.safetensors"), filepath.Join(dir, "other.safetensors")
	if err := os.WriteFile(none, []byte("no tensors"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A file of another network: the weights of one under the configuration of another.
	run := tinyRun(t, "line")
	if err := run.Ship(context.Background(), other); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	file = []byte(strings.Replace(string(file), `\"width\":4`, `\"width\":8`, 1))
	if err := os.WriteFile(other, file, 0o600); err != nil {
		t.Fatal(err)
	}
	var nilShipped *experiment.Shipped
	for _, c := range []struct {
		of   any
		says string
	}{
		{"circle", `no trained "circle" is here: want bezier, `},
		{filepath.Join(dir, "gone.safetensors"), "is here: want"},
		{none, none + " cannot be used"},
		{other, other + " cannot be used"},
		{filepath.Join(run.Dir, "endpoints.safetensors"), "endpoints.safetensors cannot be used"},
		{"standard", "nothing to move along in a standard"},
		{nilShipped, "the shipped subspace is nil"},
		{experiment.Result{}, "the result is of no run"},
		{experiment.Result{Config: experiment.Quick(), Own: &experiment.Own{Shape: "a fingerprint"}}, "hand in the run"},
		{subspace.Line{}, "a subspace.Line cannot be explored: want one of lesson.Runs"},
	} {
		said := saidAtEnd(t, func() error { return exploring(context.Background(), c.of) })
		if !strings.Contains(said, c.says) || strings.Contains(said, "\n") {
			t.Errorf("%v: it says %q, want %q", c.of, said, c.says)
		}
	}
}
