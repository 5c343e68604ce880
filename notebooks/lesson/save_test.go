package lesson

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/paper/papertest"
)

// A figure goes out from the notebook's folder on, as what its name says, and so do the
// scores of runs; what cannot be is said in a line.
func TestSave(t *testing.T) {
	runs := []experiment.Result{papertest.Scored([]float64{0.5, 0.7, 0.6}, nil)}
	draw := func() *plots.Figure { return Drawn(paper.AlongCurve("Ours", nil, runs)) }
	t.Chdir(t.TempDir())
	said := printed(t, func() {
		Save(draw(), "ours.pdf")
		Save(draw(), "figures/ours.csv")
		SaveRuns(runs, "runs.csv")
	})
	if want := "ours.pdf was written, "; !strings.HasPrefix(said, want) || !strings.Contains(said, "\nfigures/ours.csv was written, 1 kB\nruns.csv was written, 1 kB\n") {
		t.Errorf("it says %q", said)
	}
	if dir, _ := os.Getwd(); strings.Contains(said, dir) {
		t.Errorf("it says where this machine has its folders: %q", said)
	}
	for path, has := range map[string]string{"ours.pdf": "%PDF-", "figures/ours.csv": "line,α,0.5,test accuracy (%),70,", "runs.csv": "line,1,midpoint,0.5,0.5 0.5,0.7,"} {
		if text, err := os.ReadFile(filepath.FromSlash(path)); err != nil || !strings.Contains(string(text), has) {
			t.Errorf("%s: %v, want %q in it:\n%.300s", path, err, has, text)
		}
	}
	if err := os.WriteFile("file", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for says, do := range map[string]func(){
		"want a name that ends in .png, .svg, .pdf or .csv": func() { Save(draw(), "ours.jpg") },
		"there is no figure to write":                       func() { Save(nil, "ours.png") },
		"was not written":                                   func() { Save(draw(), "file/ours.png") },
		"want a name that ends in .csv":                     func() { SaveRuns(runs, "runs.json") },
		"runs: there are none":                              func() { SaveRuns(nil, "none.csv") },
		"cannot write none/runs.csv":                        func() { SaveRuns(runs, "none/runs.csv") },
		"~/a.csv: no shell has replaced the ~":              func() { SaveRuns(runs, "~/a.csv") },
		"~/w: no shell has replaced the ~":                  func() { Weights(experiment.Quick(), experiment.Options{}, "~/w") },
		"curves: there are none":                            func() { Drawn(paper.AlongCurve("x", nil)) },
		"want 446 to 1600":                                  func() { Figure(draw().Style(plots.Style{Width: 10})) },
	} {
		if said := saidAtEnd(t, func() error { do(); return nil }); !strings.Contains(said, says) || strings.Contains(said, "\n") {
			t.Errorf("it says %q, want %q", said, says)
		}
	}
}
