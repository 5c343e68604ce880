package paper

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// marked gives an invented run of 1,000 images the images that it has right: those of
// before first, as many as its accuracy says, and at random beyond, by its seed.
func marked(r experiment.Result, right ...int) experiment.Result {
	hits := make(metric.Hits, 1000)
	for _, i := range right {
		hits[i] = true
	}
	r.TestData = "the same"
	r.Right = map[string]metric.Hits{experiment.RightMidpoint: hits, experiment.RightEnsemble: hits}
	for severity := 1; severity <= 5; severity++ {
		r.Right[experiment.RightUnder("snow", severity)] = hits
	}
	for i := range r.Points {
		if r.Points[i].Midpoint {
			r.Points[i].Accuracy = float64(len(right)) / 1000
		}
	}
	if r.Plane != nil {
		for i := range r.Plane.Marks {
			r.Plane.Marks[i].Name = fmt.Sprint("endpoint ", i+1)
		}
	}
	return r
}

func from(first, after int) (all []int) {
	for i := first; i < after; i++ {
		all = append(all, i)
	}
	return all
}

// recordOf records a run of a method of a figure with a preset.
func recordOf(t *testing.T, dir string, number int, base experiment.Config, method string, seed uint64, change func(experiment.Result) experiment.Result) {
	t.Helper()
	f, err := NewFigure(number, base)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(f.Methods, func(m Method) bool { return m.Name == method })
	if i < 0 {
		t.Fatalf("figure %d has no method %q", number, method)
	}
	c := f.Methods[i].Config
	r := change(invented(t, c.With(c.Shape, seed), 80))
	name := fmt.Sprintf("%s-%d-%d.json", strings.ReplaceAll(c.Name()+" "+method, " ", "-"), number, seed)
	if err := r.Record(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// One seed is a comparison of two networks, image by image, where both say which images
// they have right, of the same test images; from two seeds on it is one of the methods.
func TestOneSeedIsPairedOverImages(t *testing.T) {
	const says = "the midpoint of a line is more accurate than standard training"
	read := func(dir string) RecordedRuns {
		rec, err := experiment.ReadRecord(dir)
		if err != nil {
			t.Fatal(err)
		}
		f, err := ReadFigure(rec, 3, experiment.Full(), "-preset cifar10")
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	one := func(standard, line func(experiment.Result) experiment.Result) Finding {
		dir := t.TempDir()
		recordOf(t, dir, 3, experiment.Full(), "standard", 1, standard)
		recordOf(t, dir, 3, experiment.Full(), "line", 1, line)
		return finding(t, read(dir), says)
	}
	right := func(all []int) func(experiment.Result) experiment.Result {
		return func(r experiment.Result) experiment.Result { return marked(r, all...) }
	}
	// 40 images are right along the line alone, 10 with standard training alone.
	ahead := one(right(from(0, 800)), right(from(10, 840)))
	if d := ahead.Difference; d.Images != 1000 || d.P() != (metric.Discordant{N: 1000, First: 40, Second: 10}).P() || math.Abs(d.Mean-3) > 1e-9 || d.N != 1 {
		t.Fatalf("%+v", d)
	}
	want := "holds for these two networks (accuracy +3.00 [+1.61, +4.38] points over the same 1,000 images, p < 0.0001); corrected for 1 claim: holds"
	if got := ahead.String(); !strings.HasSuffix(got, want) || ahead.Verdict() != Holds || ahead.CorrectedVerdict() != Holds {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
	if behind := one(right(from(10, 840)), right(from(0, 800))); behind.Verdict() != Opposite || behind.P != ahead.P {
		t.Errorf("the other way: %s", behind)
	}
	if level := one(right(from(0, 800)), right(from(5, 806))); level.Verdict() != Open || !strings.Contains(level.String(), "inconclusive for these two networks") {
		t.Errorf("one image ahead: %s", level)
	}
	// 18 against 8: p is 0.0499, and the interval reaches just below 0.
	if edge := one(right(from(0, 808)), right(from(18, 816))); edge.P >= 0.05 || edge.Difference.Low >= 0 || edge.Verdict() != Open {
		t.Errorf("18 images against 8: %s, %+v", edge, edge.Difference)
	}
	old := func(r experiment.Result) experiment.Result { r.Right, r.TestData = nil, "the same"; return r }
	other := func(r experiment.Result) experiment.Result {
		r = marked(r, from(10, 840)...)
		r.TestData = "others"
		return r
	}
	for what, x := range map[string]Finding{
		"of before it was written": one(old, right(from(10, 840))), "on other test images": one(right(from(0, 800)), other),
	} {
		if x.Verdict() != Untested || x.Difference.Images != 0 || !math.IsNaN(x.P) || !strings.Contains(x.String(), "[unknown] points, n = 1") {
			t.Errorf("%s: %+v, %s", what, x.Difference, x)
		}
	}
	dir := t.TempDir()
	for seed := uint64(1); seed <= 3; seed++ {
		recordOf(t, dir, 3, experiment.Full(), "standard", seed, right(from(0, 800+int(seed))))
		recordOf(t, dir, 3, experiment.Full(), "line", seed, right(from(10, 840)))
	}
	if x := finding(t, read(dir), says); x.Difference.N != 3 || x.Difference.Images != 0 || x.P != x.Difference.Difference.P() {
		t.Errorf("three seeds: %+v", x.Difference)
	}
}

// Along figure 4 the number of endpoints changes alone: the seeds are those that all have.
func TestSameSeedsAlongEndpoints(t *testing.T) {
	f, err := NewFigure(4, experiment.Quick())
	if err != nil {
		t.Fatal(err)
	}
	of := func(method string, percent map[uint64]float64) Row {
		i := slices.IndexFunc(f.Methods, func(m Method) bool { return m.Name == method })
		row := Row{Name: method}
		for seed := uint64(1); seed <= 3; seed++ {
			if p, there := percent[seed]; there {
				c := f.Methods[i].Config
				row.Results = append(row.Results, invented(t, c.With(c.Shape, seed), p))
			}
		}
		return row
	}
	all := Rows{of("standard", map[uint64]float64{1: 10, 2: 20, 3: 90}), of("simplex-3", map[uint64]float64{2: 30, 3: 80}), of("SWA, cyclic rate", map[uint64]float64{1: 50})}
	for _, x := range []struct {
		last    map[uint64]float64
		want    []float64
		banded  bool
		because string
	}{
		{map[uint64]float64{3: 70}, []float64{90, 80, 70}, false, "seed 3 alone is in all rows"},
		{map[uint64]float64{1: 60, 2: 40, 3: 70}, []float64{55, 55, 55}, true, "seeds 2 and 3 are"},
	} {
		lines, err := midpoints(AccuracyAxis, append(slices.Clone(all), of("simplex-6", x.last)))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(lines.Series, func(s plots.Series) bool { return s.Name == "midpoint" })
		if got := lines.Series[i]; !slices.EqualFunc(got.Y, x.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) || (got.Low != nil) != x.banded {
			t.Errorf("%s: the midpoints are %v, want %v", x.because, got.Y, x.want)
		}
	}
	all[0].Results = all[0].Results[:1]
	if lines, err := midpoints(AccuracyAxis, all); err != nil || len(lines.Series) < 2 {
		t.Errorf("without a seed in common: %v", err)
	}
}

// A record that has only begun is told of as it is: what there is is drawn, without bands,
// what is missing is named, and the rest of the claims is not recorded.
func TestRecordThatHasBegun(t *testing.T) {
	dir := t.TempDir()
	full := experiment.Full()
	put := func(number int, method string, accuracy int) {
		recordOf(t, dir, number, full, method, 1, func(r experiment.Result) experiment.Result { return marked(r, from(0, accuracy)...) })
	}
	put(3, "standard", 800)
	rec := func() experiment.Record {
		rec, err := experiment.ReadRecord(dir)
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	all, err := ReadFigures(rec(), full, "-preset cifar10")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all[1:] { // standard training alone is no figure
		if pictures, err := f.Draw(); err == nil || err.Error() != f.Lacks() || pictures != nil {
			t.Errorf("figure %d is drawn of one network: %v", f.Number, err)
		}
	}
	put(3, "line", 840)
	put(3, "layer-wise line", 830)
	put(6, "standard", 800)
	put(6, "Bézier curve", 810)
	put(7, "standard", 800)
	put(7, "line", 830)
	put(2, triangle, 830)
	put(5, "label smoothing", 820)
	put(4, "SWA, cyclic rate", 820)
	if all, err = ReadFigures(rec(), full, "-preset cifar10"); err != nil {
		t.Fatal(err)
	}
	for number, want := range map[int]struct {
		pictures int
		missing  string
	}{
		2: {2, "three networks trained apart"},
		3: {1, "Bézier curve"},
		4: {1, "simplex-3"},
		5: {2, "dropout"}, // no reliability diagram: nothing was invented for it
		6: {1, "line"},
		7: {2, "SAM"},
	} {
		f := all[number-1]
		pictures, err := f.Draw()
		if err != nil || len(pictures) != len(f.definition().draw) {
			t.Errorf("figure %d: %d pictures, %v", number, len(pictures), err)
			continue
		}
		drawn := 0
		for _, p := range pictures {
			if p == nil {
				continue
			}
			drawn++
			if !strings.Contains(p.Alt, "1 seed") && !strings.Contains(p.Alt, "seed 1") || strings.Contains(p.Alt, "deviation") {
				t.Errorf("figure %d, of one seed, says %s", number, p.Alt)
			}
		}
		if drawn != want.pictures || !strings.Contains(f.Lacks(), want.missing) || !strings.Contains(f.Lacks(), "not been recorded whole with") {
			t.Errorf("figure %d: %d pictures, want %d; %s", number, drawn, want.pictures, f.Lacks())
		}
	}
	table, tables := ClaimsTable(all), Tables(all)
	for _, want := range []string{"1, over 1,000 images", "two networks are compared, and not the methods", "Not recorded yet: "} {
		if !strings.Contains(table, want) {
			t.Errorf("the claims do not say %q:\n%s", want, table)
		}
	}
	if strings.Contains(table, "the n seeds that both methods have") || strings.Contains(table, "NaN") {
		t.Errorf("the claims speak of seeds:\n%s", table)
	}
	for _, want := range []string{"Not recorded: Bézier curve.", "over 1,000 images"} {
		if !strings.Contains(tables, want) {
			t.Errorf("the tables do not say %q:\n%s", want, tables)
		}
	}
	told, corrected := 0, 0
	for _, f := range all {
		for _, x := range f.Findings() {
			if x.Difference.N == 0 {
				continue
			}
			if told++; x.Difference.Images > 0 {
				corrected++
				if !(x.Corrected >= x.P) || x.Family == 0 {
					t.Errorf("%s: p = %v, corrected %v of %d", x.Says, x.P, x.Corrected, x.Family)
				}
			}
		}
	}
	const snow = "under snow the midpoint of a Bézier curve is more accurate than standard training"
	if x := finding(t, all[5], snow); x.Difference.Images != 1000 || !(x.P < 0.01) || x.Difference.Low < 0.3 || x.Difference.High > 1.7 {
		t.Errorf("the mean of five severities, 10 images ahead in each: %s, %+v", x, x.Difference)
	}
	if told < 6 || corrected < 4 {
		t.Errorf("%d claims are told of, %d of them over images", told, corrected)
	}
	for _, preset := range []experiment.Config{experiment.Small(), experiment.Quick()} {
		for _, method := range []string{"standard", "line", "Bézier curve"} {
			recordOf(t, dir, 3, preset, method, 1, func(r experiment.Result) experiment.Result { return r })
		}
	}
	presets, err := ReadPresets(rec())
	if err != nil || len(presets) != 3 || presets[0].Preset != "cifar10" || presets[2].Preset != "quick" {
		t.Errorf("%d presets, %v", len(presets), err)
	}
	if text := ClaimsTables(presets); strings.Count(text, "With the preset `") != 3 {
		t.Errorf("the claims of all presets:\n%s", text)
	}
}
