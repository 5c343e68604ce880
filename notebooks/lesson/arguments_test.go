package lesson

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/network"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/paper/papertest"
)

// ended is what a cell's program ends with, in a test.
type ended string

// saidAtEnd calls a function and returns the line that it ended the program with, if it
// did, or its error.
func saidAtEnd(t *testing.T, do func() error) (line string) {
	t.Helper()
	before := end
	defer func() { end = before }()
	end = func(line string) { panic(ended(line)) }
	defer func() {
		if r := recover(); r != nil {
			said, ok := r.(ended)
			if !ok {
				t.Errorf("it panics: %v", r)
			}
			line = string(said)
		}
	}()
	if err := do(); err != nil {
		return err.Error()
	}
	return ""
}

// drawn makes of a function that draws one that says what it ends with.
func drawn(_ *plots.Figure, err error) error { return err }

// short has fewer coefficients than endpoints.
type short struct{ subspace.Line }

func (short) Endpoints() int { return 3 }

// What a cell gives by mistake is answered in a line that names what is wrong: no stack of
// Go's, no words of a function that the cell did not call.
func TestMistakesInCells(t *testing.T) {
	t.Chdir("..")
	quick := experiment.Quick()
	unknown := quick
	unknown.Data = "cifar11"
	curve := []experiment.Result{papertest.Scored([]float64{0.5, 0.7, 0.5}, []float64{0.6})}
	standard := curve[0]
	standard.Config = quick.With("standard", 1)
	standard.Points = []experiment.PointScore{{Weights: subspace.Weights{1}, Midpoint: true}}
	rows := paper.Rows{{Name: "standard", Results: []experiment.Result{standard}}, {Name: "line", Results: curve}}
	digits, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	own := experiment.Options{Data: digits}
	nowhere := experiment.Result{Config: quick}
	nowhere.Config.Epochs = 6
	net := network.CNN(10, 8)
	none := func(do func()) func() error { return func() error { do(); return nil } }
	for _, c := range []struct {
		name string
		do   func() error
		says string
	}{
		{"Train 0", none(func() { Train(quick, "line", 0) }), "n is 0 seeds: want 1 to "},
		{"Train −1", none(func() { Train(quick, "line", -1) }), "n is -1 seeds"},
		{"Train many", none(func() { Train(quick, "line", math.MaxInt) }), "seeds: want 1 to 1000"},
		{"Train lime", none(func() { Train(quick, "lime", 1) }), `unknown shape "lime"`},
		{"Train nothing", none(func() { Train(experiment.Config{}, "line", 1) }), "want"},
		{"Runs 0", none(func() { Runs(quick, "line", 0) }), "n is 0 seeds"},
		{"Own 0", none(func() { Own(quick, own, "line", 0) }), "n is 0 seeds"},
		{"One", none(func() { One(unknown, experiment.Options{}) }), "cifar11"},
		{"FigureRuns 8", none(func() { FigureRuns(8, quick, 1) }), "there is no figure 8: want 1 to 7"},
		{"FigureRuns 0 seeds", none(func() { FigureRuns(3, quick, 0) }), "n is 0 seeds"},
		{"Recorded", none(func() { Recorded(quick, "lime") }), "no recorded run of digits-lime"},
		{"RecordedFigure 9", none(func() { RecordedFigure(9, "quick") }), "there is no figure 9"},
		{"RecordedFigure quack", none(func() { RecordedFigure(3, "quack") }), `unknown preset "quack"`},
		{"Shipped", none(func() { Shipped("triangle") }), `no trained "triangle" came with the notebooks: want bezier, layerwise-line, line, simplex-3, standard`},
		{"Shipped simplex-4", none(func() { Shipped("simplex-4") }), "train -preset cifar10-small -shape simplex-4 -ship DIR, a folder of yours, and open DIR/simplex-4.safetensors"},
		{"Explore of a run that is not there", func() error { return exploring(t.Context(), nowhere) }, "no run digits-line-cnnx8-seed1-"},
		{"Figure", none(func() { Figure(nil, nil) }), "there is no figure to show"},
		{"AlongCurve of none", func() error { return drawn(paper.AlongCurve("x", nil)) }, "curves: there are none"},
		{"AlongCurve of a triangle", func() error { return drawn(paper.AlongCurve("x", nil, rows[0].Results)) }, "curve 1: digits-standard-cnnx8-seed1 was not scored along a curve"},
		{"TrainingCurves of none", func() error { return drawn(TrainingCurves("x")) }, "runs: 0 of them: want 1 to 3"},
		{"TrainingCurves of no history", func() error { return drawn(TrainingCurves("x", standard)) }, "run 1: digits-standard-cnnx8-seed1 has no history"},
		{"Compare of none", none(func() { Compare() }), "groups: there are none"},
		{"Compare of no runs", none(func() { Compare(curve, nil) }), "group 2: there are no runs"},
		{"Compare of two methods", none(func() { Compare(append(curve[:1:1], standard)) }), "group 1: its runs 1 and 2 are not of one method, but line and standard"},
		{"CompareFit", none(func() { CompareFit(rows) }), `row "standard": digits-standard-cnnx8-seed1 has no history`},
		{"CompareMidpoints", none(func() { CompareMidpoints(nil) }), "there are no rows"},
		{"ComparePlanes", none(func() { ComparePlanes(rows) }), "was not scored on a plane"},
		{"CalibrationTable", none(func() { CalibrationTable(rows) }), "has no reliability diagram"},
		{"OtherErrors", none(func() { OtherErrors(nil) }), "there are no rows"},
		{"TemperatureTable", none(func() { TemperatureTable(rows) }), "set Config.HeldOut"},
		{"SeverityTable", none(func() { SeverityTable(rows, paper.Accuracy, 1) }), "set Config.Corrupt"},
		{"SeverityTable without a score", none(func() { SeverityTable(rows, nil, 1) }), "the score is nil"},
		{"Valleys", none(func() { Valleys(nil) }), "there are no rows"},
		{"ByDepth", func() error { return drawn(ByDepth(rows)) }, "was not scored on a plane"},
		{"Slice", func() error { return drawn(Slice(rows)) }, "set Config.Surface"},
		{"ECEByBins", func() error { return drawn(ECEByBins(rows)) }, "has no reliability diagram"},
		{"Ensembles of none", func() error { return drawn(Ensembles(nil)) }, "there are no rows"},
		{"Ensembles of one", func() error { return drawn(Ensembles(rows)) }, "1 rows behind the first are curves with ensembles: want 2 to 6"},
		{"Coefficients of none", func() error { return drawn(Coefficients()) }, "curves: 0 of them: want 2 to 6"},
		{"Coefficients of nil", func() error { return drawn(Coefficients(subspace.Line{}, nil)) }, "curve 2 is nil"},
		{"Coefficients of a wrong shape", func() error { return drawn(Coefficients(subspace.Line{}, short{})) }, "curve 2 (line): At returns 2 coefficients for 3 endpoints"},
		{"Schedules", func() error { return drawn(Schedules(quick, 0)) }, "0 cycles of 200 epochs"},
		{"Schedules of nothing", func() error { return drawn(Schedules(experiment.Config{}, 1)) }, "want"},
		{"Speed without a backend", none(func() { Speed(nil, net, [3]int{8, 8, 1}, 50) }), "the backend or the net is nil"},
		{"ShowShippedImages", func() error { return drawn(ShowShippedImages(nil)) }, "the shipped subspace is nil"},
		{"AlongImages", func() error { return drawn(AlongImages(nil, digits.Test)) }, "the shipped subspace is nil"},
		{"CertaintyTable", none(func() { CertaintyTable(nil, nil) }), "the shipped subspace is nil"},
		{"Samples of nil", func() error { return drawn(Samples("x", nil)) }, "the set of images is nil"},
		{"Samples out of range", func() error { return drawn(Samples("x", digits.Test, 5000)) }, "5000"},
		{"CorruptionSheet of nil", func() error { return drawn(CorruptionSheet(nil, 0)) }, "the set of images is nil"},
		{"CorruptionSheet out of range", func() error { return drawn(CorruptionSheet(digits.Test, -1)) }, "image -1 of"},
		{"WrongDigits", func() error { return drawn(WrongDigits(quick, 12)) }, "set Config.WrongLabels above 0"},
		{"Disputed without data", none(func() { Disputed(quick, experiment.Options{}, 8) }), "o.Data has no test images"},
		{"Disputed of none", none(func() { Disputed(quick, own, -1) }), "n is -1 images"},
		{"Classified without data", func() error { return drawn(Classified(quick, experiment.Options{}, 0)) }, "o.Data has no test images"},
		{"Classified out of range", func() error { return drawn(Classified(quick, own, 5000)) }, "5000"},
		{"Alpha", func() error { _, err := Alpha(subspace.Draw{}); return err }, "not one point of a line"},
	} {
		var said string
		printed(t, func() { said = saidAtEnd(t, c.do) })
		if !strings.Contains(said, c.says) || strings.Contains(said, "\n") || strings.Contains(said, "runtime error") {
			t.Errorf("%s: it says %q, want %q", c.name, said, c.says)
		}
	}
	for batch, input := range map[int][3]int{0: {8, 8, 1}, -5: {8, 8, 1}, 50: {8, 0, 1}, math.MaxInt: {8, 8, 1}, 1 << 20: {1 << 10, 1, 1}} {
		if err := checkSpeed(noBackend{}, net, input, batch); err == nil || !strings.Contains(err.Error(), fmt.Sprint("a batch of ", batch)) {
			t.Errorf("a batch of %d of %v: %v", batch, input, err)
		}
	}
}

type noBackend struct{ compute.Backend }

// A step on a line says where it was: one number, the coefficient of the second endpoint.
func TestAlpha(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	at := subspace.Sampler{Shape: subspace.Line{}}.Draw(rng, 4)
	alpha, err := Alpha(subspace.Draw{At: []subspace.Point{at}})
	if want := rand.New(rand.NewPCG(1, 0)).Float64(); err != nil || math.Abs(alpha-want) > 1e-6 {
		t.Errorf("α = %v, %v; the draw was %v", alpha, err, want)
	}
	at = subspace.Sampler{Shape: subspace.Line{}, Layerwise: true}.Draw(rng, 4)
	if _, err := Alpha(subspace.Draw{At: []subspace.Point{at}}); err == nil || !strings.Contains(err.Error(), "layer-wise") {
		t.Errorf("α of a layer-wise draw: %v", err)
	}
}

// Two settings of one shape are told apart, in names that figures have too.
func TestCompareNames(t *testing.T) {
	a := papertest.Scored([]float64{0.5, 0.7, 0.6}, nil)
	b := a
	b.Config.Epochs = 800
	c := a
	c.Config.Shape = "layerwise-line"
	said := printed(t, func() { Compare([]experiment.Result{a}, []experiment.Result{b}, []experiment.Result{c}) })
	for _, want := range []string{"line, epochs 200  1      70.00", "line, epochs 800  1", "layer-wise line   1", "55.00"} {
		if !strings.Contains(said, want) {
			t.Errorf("it says\n%s\nwant %q", said, want)
		}
	}
}
