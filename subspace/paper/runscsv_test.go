package paper

import (
	"encoding/csv"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper/papertest"
)

// Runs go out with all that they were scored on, a row each.
func TestRunsCSV(t *testing.T) {
	r := papertest.Scored([]float64{0.5, 0.7, 0.6}, []float64{0.8})
	r.Config.Epochs = 7
	r.Ensembles[0].Points = []subspace.Weights{{1, 0}, {0, 1}}
	r.History = []experiment.Epoch{{Epoch: 1, Loss: 2.25, Accuracy: 0.25, Test: &metric.Scores{Accuracy: 0.125, N: 40}}}
	r.Calibration = &experiment.Calibration{Temperature: 1.5, Scaled: &metric.Scores{ECE: 0.03125}, HeldOut: &metric.Scores{NLL: 1}}
	r.Corrupted = []experiment.Corrupted{{Corruption: "snow", Severity: 3, Scores: metric.Scores{Accuracy: 0.375}}}
	r.AsRead = []metric.Scores{{Accuracy: 0.75}}
	r.Plane = &experiment.Grid{X: []float64{0, 1.5}, Y: []float64{-1}, Scores: [][]metric.Scores{{{Accuracy: 0.1}, {Accuracy: 0.2}}}}
	text, err := RunsCSV([]string{"a,b"}, []experiment.Result{r})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows[1:] {
		if strings.Join(row[:5], "|") != "a,b|quick|epochs 7|line|1" {
			t.Errorf("the run is %q", row[:5])
		}
		got = append(got, strings.Join(row[5:11], "|"))
	}
	want := []string{"training, epoch|1||0.25|2.25|", "test, epoch|1||0.125|0|0", "point|0|1 0|0.5|0|0", "midpoint|0.5|0.5 0.5|0.7|0|0", "point|1|0 1|0.6|0|0",
		"network, as it was read|1||0.75|0|0", "ensemble|0|1 0 / 0 1|0.8|0|0", "validation split|||0|1|0", "midpoint, at the temperature|1.5||0|0|0.03125", "midpoint, snow, severity|3||0.375|0|0",
		"plane, at x y|0 -1||0.1|0|0", "plane, at x y|1.5 -1||0.2|0|0"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the rows are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, c := range []struct {
		names []string
		runs  []experiment.Result
		says  string
	}{{nil, nil, "there are none"}, {nil, []experiment.Result{r}, "0 names of 1 runs"}} {
		if _, err := RunsCSV(c.names, c.runs); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
}
