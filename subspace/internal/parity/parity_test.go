package parity

import (
	"encoding/json"
	"fmt"
	"testing"
)

// The formula gives the numbers that the script computed with.
func TestInputs(t *testing.T) {
	var stored struct {
		Inputs map[string]json.RawMessage `json:"inputs"`
	}
	if err := json.Unmarshal(reference, &stored); err != nil {
		t.Fatal(err)
	}
	compare := func(name string, values []float32) {
		t.Helper()
		var want Summary
		if err := json.Unmarshal(stored.Inputs[name], &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		// Nine digits are stored, which tell single-precision neighbours apart.
		if d := want.Difference(values); !(d < 1e-8) {
			t.Errorf("%s differs by %g", name, d)
		}
	}
	r := Load()
	for batch := 1; batch <= 2; batch++ {
		compare(fmt.Sprintf("images/%d", batch), r.Images(batch))
		var labels []int32
		if err := json.Unmarshal(stored.Inputs[fmt.Sprintf("labels/%d", batch)], &labels); err != nil {
			t.Fatal(err)
		}
		if got := r.Labels(batch); fmt.Sprint(got) != fmt.Sprint(labels) {
			t.Errorf("labels of batch %d are %v, expected %v", batch, got, labels)
		}
	}
	for endpoint := 1; endpoint <= 2; endpoint++ {
		compare(fmt.Sprintf("/stage2/block1/conv1/weights/%d", endpoint),
			Initial("/stage2/block1/conv1/weights", endpoint, 3, 3, r.Width, 2*r.Width))
		for _, name := range []string{"scale", "shift", "mean", "variance"} {
			path := "/stem_norm/" + name
			compare(fmt.Sprintf("%s/%d", path, endpoint), Initial(path, endpoint, r.Width))
		}
	}
}

func TestDifference(t *testing.T) {
	values := []float32{3, 0, -4}
	exact := Summary{Norm: 5, Sum: -1, Samples: []float64{3, -4}}
	for name, c := range map[string]struct {
		summary Summary
		want    float64
	}{
		"equal":   {exact, 0},
		"norm":    {Summary{4, -1, exact.Samples}, 0.25},
		"sum":     {Summary{5, 0, exact.Samples}, 0.2},
		"samples": {Summary{5, -1, []float64{3, 4}}, 1.6},
	} {
		if got := c.summary.Difference(values); got != c.want {
			t.Errorf("%s: difference %g, expected %g", name, got, c.want)
		}
	}
}
