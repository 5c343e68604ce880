package lesson

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "gosubspace/subspace/backend/backendtest" // the same programs are compiled once
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

var update = flag.Bool("update", false, "write the recorded figure anew")

// The figure at the top of the README is drawn again from the recorded results, those of
// the setting that is nearest to the paper's: it says what it said when it was written.
func TestRecordedFigure(t *testing.T) {
	t.Chdir("..")
	rec, err := experiment.ReadRecord("results")
	if err != nil {
		t.Fatal(err)
	}
	presets, err := paper.ReadPresets(rec)
	if err != nil {
		t.Fatal(err)
	}
	has := func(rows paper.Rows, name string) bool {
		return slices.ContainsFunc(rows, func(r paper.Row) bool { return r.Name == name })
	}
	i := slices.IndexFunc(presets, func(p paper.PresetRuns) bool {
		return has(p.Figures[2].Rows, paper.Standard) && has(p.Figures[2].Rows, "line")
	})
	if i < 0 {
		t.Fatal("no preset has recorded runs of standard training and of a line")
	}
	rows := presets[i].Figures[2].Rows
	f, err := paper.AlongCurve("Along a line, CIFAR-10", rows.Get(paper.Standard), rows.Get("line"))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := f.Write("results/line.png"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("results/line.txt", []byte(f.Alt+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	words, err := os.ReadFile("results/line.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(words) != f.Alt+"\n" {
		t.Errorf("the figure says\n%s\nresults/line.txt says\n%s\nwrite both anew with: go test ./notebooks/lesson -update", f.Alt, words)
	}
}

// printed returns what a function prints.
func printed(t *testing.T, do func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = file
	do()
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What stands below a recorded figure, and what where it has not been recorded.
func TestRecordedFigureSays(t *testing.T) {
	t.Chdir("..")
	t.Setenv("GOSUBSPACE_FIGURES", t.TempDir())
	said := printed(t, func() { RecordedFigure(7, "quick") })
	for _, want := range []string{"Figure 7 has not been recorded with -preset quick yet.", "Not yet: standard, dropout",
		"go run ./kernel train -figure 7 -preset quick -seeds 3 -record notebooks/results"} {
		if !strings.Contains(said, want) {
			t.Errorf("it says\n%s\nwant %q in it", said, want)
		}
	}
	said = printed(t, func() { RecordedFigure(7, "cifar10-small") })
	at := 0
	for _, want := range []string{"Figure 7, preset cifar10-small: CIFAR-10, 640 training images, 160 epochs, cresnet20 of width 8; seeds 1, 2, 3; ",
		"accuracy, midpoint (%)", "– with wrong labels the midpoint of a line is more accurate than standard training: ", " (accuracy "} {
		i := strings.Index(said[at:], want)
		if i < 0 {
			t.Fatalf("it says\n%s\nwant %q, in this order", said, want)
		}
		at += i
	}
}

// The recorded runs are found from wherever in the project a notebook lies.
func TestResultsDir(t *testing.T) {
	root := t.TempDir()
	want := filepath.Join(root, "notebooks", "results")
	for _, dir := range []string{filepath.Join(want, "endpoints"), filepath.Join(root, "notebooks", "work", "week 1"), filepath.Join(root, "notebooks", "work", "results"), filepath.Join(root, "cmd")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, from := range []string{"notebooks", "notebooks/solutions", "notebooks/work/week 1", "notebooks/work", ".", "cmd"} {
		if err := os.MkdirAll(filepath.Join(root, from), 0o755); err != nil {
			t.Fatal(err)
		}
		t.Chdir(filepath.Join(root, from))
		if got, err := filepath.Abs(resultsDir()); err != nil || got != want {
			t.Errorf("from %s it is %s, %v", from, got, err)
		}
	}
	t.Chdir(t.TempDir())
	if got := resultsDir(); got != filepath.Join("notebooks", "results") {
		t.Errorf("from nowhere it is %s", got)
	}
}

// Of a record that has only begun, one seed of two methods, there is the figure, what is
// missing, and what the two networks say.
func TestRecordedFigureThatHasBegun(t *testing.T) {
	small := experiment.Small()
	t.Chdir("..")
	standard, line := Recorded(small, "standard")[0], Recorded(small, "line")[0]
	dir := t.TempDir()
	for i, r := range []experiment.Result{standard, line} {
		r.Config = experiment.Full().With(r.Config.Shape, 1)
		hits := make(metric.Hits, r.Midpoint().N)
		for k := range int(math.Round(r.Midpoint().Accuracy * float64(len(hits)))) {
			hits[(k+100*i)%len(hits)] = true
		}
		r.Right = map[string]metric.Hits{experiment.RightMidpoint: hits}
		if err := os.MkdirAll(filepath.Join(dir, "results", "endpoints"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := r.Record(filepath.Join(dir, "results", r.Config.Name()+".json")); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("GOSUBSPACE_FIGURES", t.TempDir())
	said := printed(t, func() { RecordedFigure(3, "cifar10") })
	at := 0
	for _, want := range []string{"along-the-curves-cifar-10.png", "Figure 3 has not been recorded whole with -preset cifar10 yet.", "Recorded: standard (1 seed), line (1 seed)",
		"Not yet: layer-wise line, Bézier curve", "Figure 3, preset cifar10: ", "seed 1; ", " over 10,000 images",
		"– the midpoint of a line is more accurate than standard training: ", " for these two networks (accuracy ", "over the same 10,000 images, p ",
		"– the midpoint of a Bézier curve is more accurate than standard training: not recorded"} {
		i := strings.Index(said[at:], want)
		if i < 0 {
			t.Fatalf("it says\n%s\nwant %q, in this order", said, want)
		}
		at += i
	}
}
