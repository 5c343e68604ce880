package lesson

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"testing"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// inPyTorch is what results/pytorch.py writes.
type inPyTorch struct {
	Config    experiment.Config `json:"config"` // without shape and seed
	TrainData string            `json:"train_data"`
	TestData  string            `json:"test_data"`
	Runs      []struct {
		Shape  string                  `json:"shape"`
		Points []experiment.PointScore `json:"points"`
	} `json:"runs"`
}

// accuracies returns the midpoint's accuracy of every run of a shape.
func (p inPyTorch) accuracies(shape string) (values []float64) {
	for _, r := range p.Runs {
		for _, s := range r.Points {
			if r.Shape == shape && (s.Alpha == nil || *s.Alpha == 0.5) {
				values = append(values, s.Accuracy)
			}
		}
	}
	return values
}

// differ returns by how much the means of two samples differ, and by how much
// they may: three standard errors of the difference, 3·√(s₁²/n₁ + s₂²/n₂), and
// one percentage point in any case. A few seeds often lie close by chance, so that
// each standard deviation counts as half a point at least: two seeds of each may
// differ by 1.5 points or more.
func differ(a, b []float64) (difference, allowed float64) {
	first, s1 := metric.MeanStd(a)
	second, s2 := metric.MeanStd(b)
	s1, s2 = max(s1, 0.005), max(s2, 0.005)
	return first - second, max(0.01, 3*math.Sqrt(s1*s1/float64(len(a))+s2*s2/float64(len(b))))
}

// Standard training and the midpoint of a line are as accurate as in PyTorch, in
// the mean over seeds.
func TestPyTorchAgrees(t *testing.T) {
	text, err := os.ReadFile("../results/pytorch.json")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no results/pytorch.json is recorded; results/pytorch.py makes it")
	}
	if err != nil {
		t.Fatal(err)
	}
	var theirs inPyTorch
	if err := json.Unmarshal(text, &theirs); err != nil {
		t.Fatal(err)
	}
	for _, shape := range []string{"standard", "line"} {
		t.Run(shape, func(t *testing.T) {
			recorded, err := experiment.ReadResults("../results", theirs.Config.With(shape, 0))
			if err != nil {
				t.Fatal(err)
			}
			var same []experiment.Result // on the same images
			for _, r := range recorded {
				if r.TrainData == theirs.TrainData && r.TestData == theirs.TestData {
					same = append(same, r)
				}
			}
			a := experiment.Midpoints(same, func(s metric.Scores) float64 { return s.Accuracy })
			b := theirs.accuracies(shape)
			if len(a) < 2 || len(b) < 2 {
				t.Skipf("%d runs of these settings and images are recorded, %d of PyTorch: want two seeds of each", len(a), len(b))
			}
			difference, allowed := differ(a, b)
			t.Logf("ours %.4f, PyTorch's %.4f: means differ by %+.4f, at most %.4f allowed", a, b, difference, allowed)
			if math.Abs(difference) > allowed {
				t.Error("the means differ by more than the seeds' spread allows")
			}
		})
	}
}

func TestDiffer(t *testing.T) {
	many := make([]float64, 100)
	for _, c := range []struct {
		a, b                []float64
		difference, allowed float64
	}{
		{[]float64{0.60, 0.60}, []float64{0.62, 0.62}, -0.02, 0.015},                        // half a point each
		{[]float64{0.60, 0.64}, []float64{0.60, 0.60}, 0.02, 3 * math.Sqrt(4e-4+0.25e-4/2)}, // s₁ = √8 points
		{many, many, 0, 0.01},
	} {
		difference, allowed := differ(c.a, c.b)
		if math.Abs(difference-c.difference) > 1e-12 || math.Abs(allowed-c.allowed) > 1e-12 {
			t.Errorf("%v and %v differ by %v, allowed %v; want %v and %v", c.a[:2], c.b[:2], difference, allowed, c.difference, c.allowed)
		}
	}
}
