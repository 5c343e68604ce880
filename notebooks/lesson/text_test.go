package lesson

import (
	"cmp"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gosubspace/subspace/experiment"
)

// A claim that does not hold is an error of runs with the settings of the text, and
// news of all others.
func TestText(t *testing.T) {
	written := experiment.Quick()
	longer := written
	longer.Epochs = 1000
	for _, c := range []struct {
		name  string
		yours experiment.Config
		seeds int
		rate  float64
		holds bool
		fails bool
		says  []string
		not   string
	}{
		{"nothing changed", written, 3, 6, true, false, []string{"midpoint (%)  93.1         91.0", "no number     −1           none", "✓ the midpoint is ahead"}, "settings"},
		{"nothing changed, and wrong", written, 3, 6, false, true, []string{"✗ the midpoint is ahead"}, "settings"},
		{"epochs changed", longer, 3, 6, false, false, []string{"93.1         91.0", "✗ the midpoint is ahead", "not those of the text: epochs 1000.", "an ✗ (1 of 1)"}, "✓"},
		{"epochs changed, and right", longer, 3, 6, true, false, []string{"✓ the midpoint is ahead", "epochs 1000"}, "✗"},
		{"seeds and rate changed", written, 1, 2.5, false, false, []string{"not those of the text: seeds 1, rate × 2.5."}, "✓"},
	} {
		var end string
		said := printed(t, func() {
			end = saidAtEnd(t, func() error {
				Written(written, 3, c.yours, c.seeds).Setting("rate ×", 6.0, c.rate).
					Number("midpoint (%)", "93.1", 90.04, 92.04).Number("no number", "−1", math.NaN()).
					Claim("the midpoint is ahead", c.holds).Compare()
				return nil
			})
		})
		if fails := end != ""; fails != c.fails {
			t.Errorf("%s: it ends with %q", c.name, end)
		}
		for _, want := range c.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: it says\n%s\nwant %q", c.name, said, want)
			}
		}
		if strings.Contains(said, c.not) {
			t.Errorf("%s: it says\n%s\nwant no %q", c.name, said, c.not)
		}
	}
}

func TestAhead(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		by   float64
		want bool
	}{
		{[]float64{3, 5}, []float64{1, 2}, 1.5, true},
		{[]float64{3, 5}, []float64{1, 2}, 2, false}, // under one seed by 2 and not by more
		{[]float64{3, math.NaN()}, []float64{1, 2}, 0, false},
		{nil, nil, 0, false},
	} {
		if got := Ahead(c.a, c.b, c.by); got != c.want {
			t.Errorf("%v is ahead of %v by %v: %v", c.a, c.b, c.by, got)
		}
	}
}

// Cells are short enough to be read at a glance.
func TestCellsAreShort(t *testing.T) {
	const most = 15 // lines
	paths, err := filepath.Glob("../[^.]*.ipynb")
	solutions, err2 := filepath.Glob("../solutions/[^.]*.ipynb")
	if err := cmp.Or(err, err2); err != nil || len(paths) < 10 {
		t.Fatalf("%d lessons, %v", len(paths), err)
	}
	for _, path := range append(paths, solutions...) {
		for i, c := range readBook(t, path).Cells {
			if n := len(c.Source); c.Type == "code" && n > most {
				t.Errorf("%s: cell %d has %d lines, want %d at most", path, i+1, n, most)
			}
		}
	}
}

// The last cell of a lesson sets its text beside the reader's runs, so that who changed a
// setting on purpose is told what differs. No cell of any notebook fails for that.
func TestLastCells(t *testing.T) {
	paths, err := filepath.Glob("../0*.ipynb")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d lessons, %v", len(paths), err)
	}
	for _, path := range paths {
		last, failing := "", "errors.New(\"the text"
		for _, c := range readBook(t, path).Cells {
			if c.Type == "code" {
				last = strings.Join(c.Source, "")
			}
			if strings.Contains(strings.Join(c.Source, ""), failing) {
				t.Errorf("%s: a cell fails where the text does not fit", path)
			}
		}
		for _, want := range []string{"lesson.Written(", "base()", "Compare()"} {
			if !strings.Contains(last, want) {
				t.Errorf("%s: the last cell has no %s", path, want)
			}
		}
	}
}
