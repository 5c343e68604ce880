package paper

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// invented returns a result of a configuration as a run would leave it, with a
// number of percent right at the midpoint, and less at the endpoints.
func invented(t *testing.T, c experiment.Config, percent float64) experiment.Result {
	t.Helper()
	sampler, err := subspace.ParseSampler(c.Shape)
	if err != nil {
		t.Fatal(err)
	}
	scores := func(percent float64) metric.Scores {
		return metric.Scores{Accuracy: percent / 100, NLL: 3 - percent/50, ECE: (100 - percent) / 200, N: 1000}
	}
	r := experiment.Result{Config: c, Identity: c.Name(), Devices: []string{"a device"}, Images: 200}
	m := sampler.Shape.Endpoints()
	if curve, ok := sampler.Shape.(subspace.Curve); ok {
		for _, alpha := range []float64{0, 1} {
			r.Points = append(r.Points, experiment.PointScore{Alpha: new(alpha), Weights: curve.At(alpha), Scores: scores(percent - 2)})
		}
	} else if m > 1 {
		for i := range m {
			r.Points = append(r.Points, experiment.PointScore{Weights: subspace.Endpoint(i, m), Scores: scores(percent - 2)})
		}
	}
	middle := experiment.PointScore{Weights: sampler.Shape.Midpoint(), Midpoint: true, Scores: scores(percent)}
	if len(r.Points) > 1 && r.Points[0].Alpha != nil {
		middle.Alpha = new(0.5)
		r.Points = slices.Insert(r.Points, 1, middle)
	} else {
		r.Points = append(r.Points, middle)
	}
	r.Ensembles = []experiment.Ensemble{{Points: []subspace.Weights{}, Scores: scores(percent + 3)}}
	if c.Corrupt != "" {
		for severity := 1; severity <= 5; severity++ {
			r.Corrupted = append(r.Corrupted, experiment.Corrupted{Corruption: c.Corrupt, Severity: severity, Scores: scores(percent - 5*float64(severity))})
		}
	}
	r.Calibration = &experiment.Calibration{Scaled: new(scores(percent))}
	if c.Plane > 0 {
		r.Plane = lopsided(func(x, y float64) float64 { return percent / 100 * max(0, 1-math.Hypot(x-5.0/3, y-1)/8) }).Plane
	}
	return r
}

// recordInvented writes invented results of a figure of the quick preset to a folder.
func recordInvented(t *testing.T, dir string, number int, seeds int, percent func(method string, seed int) float64) {
	t.Helper()
	f, err := NewFigure(number, experiment.Quick())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range f.Methods {
		for seed := 1; seed <= seeds; seed++ {
			p := percent(m.Name, seed)
			if math.IsNaN(p) {
				continue // not recorded
			}
			r := invented(t, m.Config.With(m.Config.Shape, uint64(seed)), p)
			if err := r.Record(filepath.Join(dir, strings.ReplaceAll(m.Name, " ", "-")+string(rune('0'+number))+string(rune('0'+seed))+".json")); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func read(t *testing.T, dir string, number int) RecordedRuns {
	t.Helper()
	rec, err := experiment.ReadRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ReadFigure(rec, number, experiment.Quick(), "-preset quick")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func finding(t *testing.T, f RecordedRuns, says string) Finding {
	t.Helper()
	for _, x := range f.Findings() {
		if x.Says == says {
			return x
		}
	}
	t.Fatalf("no claim %q", says)
	return Finding{}
}

// A verdict follows from the numbers, whichever they are: the same claim comes out
// either way, or open.
func TestVerdicts(t *testing.T) {
	const says = "the midpoint of a line is more accurate than standard training"
	const calibrated = "the midpoint of a line is better calibrated than standard training"
	noise := []float64{0, 1.2, -0.7, 0.4}
	for _, c := range []struct {
		ahead          float64
		accuracy, ece  string
		method, absent string
	}{
		{ahead: 2, accuracy: Holds, ece: Holds},
		{ahead: -2, accuracy: Opposite, ece: Opposite},
		{ahead: 0.1, accuracy: Open, ece: Open},
		{ahead: 2, accuracy: Unmeasured, ece: Unmeasured, absent: "line"},
		{ahead: 2, accuracy: Unmeasured, ece: Unmeasured, absent: "standard"},
	} {
		dir := t.TempDir()
		recordInvented(t, dir, 3, 3, func(method string, seed int) float64 {
			base := 60 + 5*noise[seed] // seeds differ by more than the methods: it takes pairs to see them
			switch method {
			case c.absent:
				return math.NaN()
			case "line":
				return base + c.ahead + noise[seed]/5
			}
			return base
		})
		f := read(t, dir, 3)
		for claim, want := range map[string]string{says: c.accuracy, calibrated: c.ece} {
			if got := finding(t, f, claim); got.Verdict() != want {
				t.Errorf("%v points ahead, %s not recorded: %s; want %s", c.ahead, c.absent, got, want)
			}
		}
		if ends := finding(t, f, "the midpoint of a Bézier curve is more accurate than its ends"); ends.Verdict() != Holds || ends.Difference.N != 3 {
			t.Errorf("ends are two points worse, without spread: %s", ends)
		}
	}
	// One seed tells nothing; a seed that only one of the two has is no pair.
	dir := t.TempDir()
	recordInvented(t, dir, 3, 3, func(method string, seed int) float64 {
		if method == Standard && seed > 1 {
			return math.NaN()
		}
		return 60 + float64(seed)
	})
	f := read(t, dir, 3)
	got := finding(t, f, says)
	if got.Difference.N != 1 || got.Verdict() != Untested || !strings.Contains(got.String(), "+0.00 [unknown] points, n = 1") {
		t.Errorf("%+v: %s", got.Difference, got)
	}
	if table := f.Table(Plain); !strings.Contains(table, "+0.00 [unknown], n = 1") {
		t.Errorf("the table does not say that one of three seeds is paired:\n%s", table)
	}
}

// Every claim is about a method that its figure has, and every figure from 2 on has
// claims that its runs can tell.
func TestClaimsCanBeMeasured(t *testing.T) {
	dir := t.TempDir()
	for number := 2; number <= Figures; number++ {
		recordInvented(t, dir, number, 3, func(method string, seed int) float64 {
			return 60 + float64(len(method))/10 + float64(seed*len(method)%7)
		})
	}
	var all []RecordedRuns
	for number := 1; number <= Figures; number++ {
		f := read(t, dir, number)
		all = append(all, f)
		if number == 1 {
			continue
		}
		if len(f.Missing) > 0 {
			t.Fatalf("figure %d lacks %v", number, f.Missing)
		}
		findings := f.Findings()
		if len(findings) == 0 {
			t.Errorf("figure %d has no claim", number)
		}
		for _, x := range findings {
			if x.Verdict() == Unmeasured || x.Difference.N != 3 {
				t.Errorf("figure %d: %s", number, x)
			}
		}
		for _, e := range f.Entries() {
			if len(e.Sample) != 3 || math.IsNaN(metric.Mean(e.Sample)) {
				t.Errorf("figure %d: %+v", number, e)
			}
		}
		// Every line that a figure has is there, but what a single network or a
		// method without a validation split cannot have.
		if missing := len(f.lines()) - len(f.Entries()); missing != map[int]int{3: 1, 4: 3}[number] {
			t.Errorf("figure %d: %d lines are left out", number, missing)
		}
	}
	claimed := 0
	for _, f := range all {
		claimed += len(f.Claims())
	}
	if n := strings.Count(ClaimsTable(all), "| `go run ./kernel train -figure "); n != claimed {
		t.Errorf("%d of %d claims in the table", n, claimed)
	}
	for name, make := range map[string]func([]RecordedRuns) (string, error){"figures.csv": TablesCSV, "claims.csv": ClaimsCSV} {
		text, err := make(all)
		if err != nil || strings.Contains(text, "NaN") || strings.Count(text, "\n") < claimed {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

// What stands under two figures, with the same runs and the same quantities, is one
// hypothesis: it counts once among those that p-values are corrected for, and has the same
// verdict wherever it stands.
func TestComparisonUnderTwoFigures(t *testing.T) {
	dir := t.TempDir()
	for number := 3; number <= 5; number++ {
		f, err := NewFigure(number, experiment.Small())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range f.Methods {
			for seed := 1; seed <= 3; seed++ {
				r := invented(t, m.Config.With(m.Config.Shape, uint64(seed)), 60+float64(len(m.Name))/10+float64(seed*len(m.Name)%7))
				if err := r.Record(filepath.Join(dir, fmt.Sprintf("%d-%s-%d.json", number, m.Name, seed))); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	rec, err := experiment.ReadRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	all, err := ReadFigures(rec, experiment.Small(), "-preset cifar10-small")
	if err != nil {
		t.Fatal(err)
	}
	// Figure 5 says in the words of figure 3 what both say, figure 4 in others.
	words := map[string]string{"the midpoint of a simplex of 2 is more accurate than standard training": "the midpoint of a line is more accurate than standard training"}
	var told []Finding
	var p []float64
	at := map[string]int{}
	for _, f := range all {
		for _, x := range f.Findings() {
			if x.Says = cmp.Or(words[x.Says], x.Says); x.Difference.N == 0 {
				continue
			}
			if _, there := at[x.Says]; !there {
				at[x.Says], p = len(p), append(p, x.P)
			}
			told = append(told, x)
		}
	}
	if len(told) != len(p)+3 {
		t.Fatalf("%d claims, %d comparisons: want two of figure 3 under figure 5, and one under figure 4", len(told), len(p))
	}
	corrected := metric.Holm(p)
	for _, x := range told {
		if want := corrected[at[x.Says]]; x.Corrected != want || x.Family != len(p) {
			t.Errorf("figure %d, %s: corrected to %v for %d, want %v for %d", x.Figure, x.Says, x.Corrected, x.Family, want, len(p))
		}
	}
	if table := ClaimsTable(all); !strings.Contains(table, fmt.Sprintf("for all %d comparisons together", len(p))) {
		t.Errorf("the table does not say that it is corrected for %d:\n%s", len(p), table)
	}
}

// What a figure says of its runs where all have been recorded, and where not.
func TestWhatIsRecorded(t *testing.T) {
	dir := t.TempDir()
	recordInvented(t, dir, 3, 2, func(method string, seed int) float64 {
		if method == "Bézier curve" {
			return math.NaN()
		}
		return 60 + float64(seed)
	})
	f := read(t, dir, 3)
	if want := "Figure 3 has not been recorded whole with -preset quick yet.\n" +
		"Recorded: standard (2 seeds), line (2 seeds), layer-wise line (2 seeds)\nNot yet: Bézier curve\n" +
		"go run ./kernel train -figure 3 -preset quick -seeds 2 -record notebooks/results"; f.Lacks() != want {
		t.Errorf("it says\n%s\nwant\n%s", f.Lacks(), want)
	}
	if pictures, err := f.Draw(); err != nil || len(pictures) != 1 || strings.Contains(pictures[0].Alt, "Bézier") {
		t.Errorf("drawn without a method: %v", err)
	}
	recordInvented(t, dir, 7, 2, func(method string, seed int) float64 { return 60 + float64(seed) + float64(len(method))/9 })
	other, err := NewFigure(7, experiment.Small())
	if err != nil {
		t.Fatal(err)
	}
	if err := invented(t, other.Methods[0].Config, 99).Record(filepath.Join(dir, "other.json")); err != nil {
		t.Fatal(err)
	}
	f = read(t, dir, 7)
	if want := "Figure 7, preset quick: digits, 200 training images, 200 epochs, cnn of width 8; seeds 1, 2; a device"; f.Budget() != want {
		t.Errorf("it says\n%s\nwant\n%s", f.Budget(), want)
	}
	if table := f.Table(Plain); strings.Contains(table, "99.00") || !strings.Contains(table, "accuracy, midpoint (%)") {
		t.Errorf("want no run of other settings, and the midpoint's accuracy, in\n%s", table)
	}
}
