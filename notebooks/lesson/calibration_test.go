package lesson

import (
	"math"
	"testing"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

func TestOverconfidence(t *testing.T) {
	r := made("standard", nil, 0.75)
	r.Calibration = &experiment.Calibration{Reliability: []metric.Bin{
		{Low: 0, High: 0.5}, {Low: 0.5, High: 0.8, N: 1, Confidence: 0.6, Accuracy: 0}, {Low: 0.8, High: 1, N: 3, Confidence: 0.9, Accuracy: 1},
	}}
	if got := Overconfidence([]experiment.Result{r})[0]; math.Abs(got-7.5) > 1e-12 {
		t.Errorf("mean confidence 82.5 %%, accuracy 75 %%: overconfident by %v", got)
	}
}
