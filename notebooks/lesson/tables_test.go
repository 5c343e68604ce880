package lesson

import (
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// Tables say in their heads what their numbers are, with units, and write a minus as figures
// do.
func TestHeadsOfTables(t *testing.T) {
	r := experiment.Result{
		Config:      experiment.Quick(),
		Points:      []experiment.PointScore{{Weights: subspace.Weights{0.5, 0.5}, Midpoint: true, Scores: metric.Scores{Accuracy: 0.9, ECE: 0.1, NLL: 0.5, N: 100}}},
		History:     []experiment.Epoch{{Epoch: 200, Loss: 0.25}},
		Calibration: &experiment.Calibration{Temperature: 1.5, Scaled: &metric.Scores{NLL: 0.4}},
	}
	r.Calibration.Reliability = []metric.Bin{{Low: 0, High: 1, N: 100, Confidence: 0.8, Accuracy: 0.9}}
	for severity := 1; severity <= 5; severity++ {
		r.Corrupted = append(r.Corrupted, experiment.Corrupted{Corruption: "fog", Severity: severity, Scores: metric.Scores{Accuracy: 0.8}})
	}
	rows := paper.Rows{{Name: "line", Results: []experiment.Result{r}}}
	own := func(s metric.Scores) float64 { return 1 - s.Accuracy }
	for _, c := range []struct {
		print func()
		want  []string
	}{
		{func() { SeverityTable(rows, paper.Accuracy, 1) }, []string{"fog, test accuracy (%)  clean", "severity 5", "90.0", "80.0"}},
		{func() { SeverityTable(rows, own, 1) }, []string{"fog   clean"}},
		{func() { CalibrationTable(rows) }, []string{"accuracy (%)  confidence (%)  ECE (%)  ECE by chance (%)"}},
		{func() { OtherErrors(rows) }, []string{"adaptive ECE (%)  MCE (%)"}},
		{func() { TemperatureTable(rows) }, []string{"temperature  NLL (nats)  … scaled  Brier"}},
		{func() { CompareMidpoints(rows) }, []string{"confidence − accuracy (points)  training loss (nats)", "  −10.00  "}},
	} {
		said := printed(t, c.print)
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("it prints\n%swant %q", said, want)
			}
		}
	}
}
