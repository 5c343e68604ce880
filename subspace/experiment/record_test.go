package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/metric"
)

// full is a result with something in every field.
func full(seed uint64) Result {
	alpha, scores := 1.0/3, metric.Scores{Accuracy: 2.0 / 3, NLL: 1.0 / 7, ECE: 1e-3 / 3, Brier: 0.5, N: 3, AdaptiveECE: 1.0 / 9, MCE: 1}
	r := Result{Config: Quick().With("line", seed), Identity: fmt.Sprint("identity ", seed), Devices: []string{`a "quoted, [device]"`},
		Training: 1.23456789, Evaluation: 2, Calibration: &Calibration{HeldOut: &scores, Temperature: math.Pi, Scaled: &scores}}
	for i := range 200 {
		e := Epoch{Epoch: i + 1, Rate: 0.1 / 3, Loss: math.Pi, Accuracy: 1.0 / 3}
		if i%10 == 9 {
			e.Test = &scores
		}
		r.History = append(r.History, e)
	}
	for range 21 {
		r.Points = append(r.Points, PointScore{&alpha, subspace.Weights{1 - alpha, alpha}, false, scores})
		r.Calibration.Reliability = append(r.Calibration.Reliability, metric.Bin{Low: 0, High: 0.05, N: 7, Confidence: 1.0 / 3, Accuracy: 1.0 / 7})
	}
	r.AsRead = []metric.Scores{scores}
	r.Ensembles = []Ensemble{{&alpha, []subspace.Weights{{1, 0}, {0, 1}}, scores}}
	r.Corrupted = []Corrupted{{"snow", 1, scores}}
	r.Plane = &Grid{X: []float64{0, alpha}, Y: []float64{0, 1}, Scores: [][]metric.Scores{{scores, scores}, {scores, scores}}, Marks: []Mark{{"endpoint 1", alpha, 0}}}
	return r
}

func TestRecordIsCompactAndReadsBack(t *testing.T) {
	path, r := filepath.Join(t.TempDir(), "r.json"), full(1)
	if err := r.Record(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadResult(path)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := r.rounded(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read back %+v, %v\nwant %+v", got, err, want)
	}
	if !reflect.DeepEqual(r, full(1)) {
		t.Error("recording changed the result")
	}
	if got.Config != r.Config || got.Points[3].Weights[1] != 1.0/3 || *got.Points[3].Alpha != 1.0/3 {
		t.Error("the configuration or coefficients were rounded")
	}
	if got.AsRead[0].NLL != got.Points[0].NLL {
		t.Error("scores of networks as they were read are not rounded as others")
	}
	if a, b := got.Points[0].NLL, 1.0/7; a == b || math.Abs(a-b) > 5e-8*b {
		t.Errorf("an NLL of %v was recorded as %v, want eight digits", b, a)
	}
	for _, what := range []string{`{"epoch":7,`, `{"alpha":0.3333333333333333,"weights":[0.6666666666666667,0.3333333333333333],"accuracy":0.66666667,`, `{"low":0,`} {
		if !bytes.Contains(text, []byte("\n  "+what)) && !bytes.Contains(text, []byte("\n   "+what)) {
			t.Errorf("no line begins with %s:\n%s", what, text)
		}
	}
	if lines := bytes.Count(text, []byte("\n")); lines < 240 || lines > 330 || len(text) > 28<<10 {
		t.Errorf("%d lines and %d bytes, want one a line: 200 epochs, 21 points, 21 bins, and the rest", lines, len(text))
	}
	// What was written before, a number a line, reads as ever.
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	if got, err = ReadResult(path); err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("%v: read back %+v", err, got)
	}
}

// However a value is spread over lines, it is the same value.
func FuzzSpread(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2,{"b":"]},{\"\\"}]}`, `[]`, `{}`, `"x"`, `[[],{},""," "]`, `{"":{"":[{}]}}`, `{"q\"x":[1]}`, `{"q\":\\\"x":["` + strings.Repeat("y", 300) + `"]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var compact bytes.Buffer
		if json.Compact(&compact, []byte(text)) != nil {
			return
		}
		value := fmt.Appendf(nil, `{"value":[%s,%q]}`, compact.Bytes(), strings.Repeat("x", lineLength))
		var back bytes.Buffer
		if err := json.Compact(&back, spread(nil, value, "\n")); err != nil || back.String() != string(value) {
			t.Errorf("%s was spread to %s: %v", value, spread(nil, value, "\n"), err)
		}
	})
}

func TestReadRecord(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, r Result) {
		t.Helper()
		if err := r.Record(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("b.json", full(2))
	write("a.json", full(10))
	other := full(3)
	other.Config.Epochs++
	write("c.json", other)
	if err := os.WriteFile(filepath.Join(dir, "speed.json"), []byte(`{"machine": "here", "measured": {}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "runs.json"), []byte(`[{"config": {"data": "digits"}}]`), 0o644); err != nil {
		t.Fatal(err)
	}
	// What macOS leaves beside a file on another system's disk.
	if err := os.WriteFile(filepath.Join(dir, "._a.json"), []byte("\x00\x05\x16\x07"), 0o644); err != nil {
		t.Fatal(err)
	}
	rec, err := ReadRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	results, err := rec.Of(Quick())
	var seeds []uint64
	for _, r := range results {
		seeds = append(seeds, r.Config.Seed)
	}
	if err != nil || !slices.Equal(seeds, []uint64{2, 10}) {
		t.Errorf("seeds %v, %v; want 2 and 10, not those of other settings", seeds, err)
	}
	if r, there := rec.WithIdentity("identity 3"); !there || r.Config != other.Config {
		t.Errorf("identity 3 is %v, %v", there, r.Config)
	}
	if _, there := rec.WithIdentity("identity 4"); there {
		t.Error("found a run that is not there")
	}
	// A copy counts once.
	write("copy.json", full(2))
	if rec, err = ReadRecord(dir); err != nil {
		t.Fatal(err)
	}
	if results, err = rec.Of(Quick()); err != nil || len(results) != 2 {
		t.Errorf("%d results with a copy of one, %v; want 2", len(results), err)
	}
	// The same run on other data.
	elsewhere := full(2)
	elsewhere.Identity = "of other data"
	write("d.json", elsewhere)
	if rec, err = ReadRecord(dir); err != nil {
		t.Fatal(err)
	}
	if _, err = rec.Of(Quick()); err == nil || !strings.Contains(err.Error(), "b.json") || !strings.Contains(err.Error(), "keep one") {
		t.Errorf("two runs of one seed: %v", err)
	}
	if _, err := rec.Of(other.Config); err != nil {
		t.Errorf("two of other settings are no harm: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "runs.json"), []byte(`{"config": {"data": 1}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadRecord(dir); err == nil || !strings.Contains(err.Error(), "runs.json is not a result") {
		t.Errorf("a result whose data set is a number: %v", err)
	}
	if _, err := ReadRecord(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a folder that is not there was read")
	}
}

func TestSummary(t *testing.T) {
	r := Result{Config: Quick(), Devices: []string{"XLA on CPU"}, Training: 12,
		Points: []PointScore{{Weights: subspace.Weights{0.5, 0.5}, Midpoint: true, Scores: metric.Scores{Accuracy: 0.9, ECE: 0.02}}}}
	if got, want := r.Summary(), "digits-line-cnnx8-seed1: midpoint 90.0 % right, ECE 2.0 %, trained in 12s on XLA on CPU"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r.Config, r.Points[0].Weights = Quick().With("standard", 1), subspace.Weights{1}
	if got, want := r.Summary(), "digits-standard-cnnx8-seed1: 90.0 % right, ECE 2.0 %, trained in 12s on XLA on CPU"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Rounding is by at most half of the last digit, and what has been rounded stays.
func FuzzSignificant(f *testing.F) {
	for _, x := range []float64{0, 1, -1.0 / 3, 99999999.9, 123456785, 1e-300, -1e300, 5e-324, math.MaxFloat64, math.Inf(-1), math.Pi * 1e-7} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		r := Significant(x, 8)
		if !(math.Abs(x-r) <= 5.000001e-8*math.Abs(x)) && x == x && x-x == 0 {
			t.Errorf("%v becomes %v", x, r)
		}
		if again := Significant(r, 8); again != r && r == r {
			t.Errorf("%v becomes %v, and that %v", x, r, again)
		}
	})
}
