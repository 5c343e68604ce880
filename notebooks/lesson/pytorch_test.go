package lesson

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
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
		// Older files have no history.
		History []experiment.Epoch `json:"history"`
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
// differ by 1.5 points or more, one of each by 2.1.
func differ(a, b []float64) (difference, allowed float64) {
	first, u := estimate(a)
	second, v := estimate(b)
	return first - second, max(0.01, 3*math.Sqrt(u+v))
}

// estimate returns the mean of a sample and the variance of that mean, the standard
// deviation of the sample being taken as half a point where it is less, or where one
// value has none.
func estimate(sample []float64) (mean, variance float64) {
	mean, s := metric.MeanStd(sample)
	if !(s > 0.005) {
		s = 0.005
	}
	return mean, s * s / float64(len(sample))
}

// Standard training and the midpoint of a line are as accurate as in PyTorch, in
// the mean over seeds.
func TestPyTorchAgrees(t *testing.T) {
	files, err := filepath.Glob("../results/pytorch*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no results/pytorch….json is recorded; results/pytorch.py makes it")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var theirs inPyTorch
		if err := json.Unmarshal(text, &theirs); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, shape := range []string{"standard", "line"} {
			b := theirs.accuracies(shape)
			if len(b) == 0 {
				continue
			}
			t.Run(filepath.Base(file)+"/"+shape, func(t *testing.T) {
				ours := theirs.ours(t, shape)
				if len(ours) == 0 {
					t.Fatal("no run of these settings and images is recorded")
				}
				a := experiment.Midpoints(ours, func(s metric.Scores) float64 { return s.Accuracy })
				difference, allowed := differ(a, b)
				t.Logf("ours %.4f, PyTorch's %.4f: means differ by %+.4f, at most %.4f allowed", a, b, difference, allowed)
				if math.Abs(difference) > allowed {
					t.Error("the means differ by more than the seeds' spread allows")
				}
				for _, r := range theirs.Runs {
					if r.Shape == shape {
						alikeByEpoch(t, ours[0].History, r.History)
					}
				}
			})
		}
	}
}

// alikeByEpoch fails where two runs, of ours and of PyTorch, differ by more than 5 % in
// the training loss of an epoch; seeds differ by 1 or 2 %.
func alikeByEpoch(t *testing.T, ours, theirs []experiment.Epoch) {
	if len(theirs) > 0 && len(theirs) != len(ours) {
		t.Fatalf("%d epochs, PyTorch has %d", len(ours), len(theirs))
	}
	for i, e := range theirs {
		if ratio := ours[i].Loss / e.Loss; !(math.Abs(ratio-1) <= 0.05) {
			t.Errorf("epoch %d: a loss of %.4f, PyTorch's is %.4f", e.Epoch, ours[i].Loss, e.Loss)
		}
	}
}

// ours returns every recorded run of p's settings and images, and a shape.
func (p inPyTorch) ours(t *testing.T, shape string) (same []experiment.Result) {
	for _, folder := range []string{"../results", "../results/budgets"} {
		recorded, err := experiment.ReadResults(folder, p.Config.With(shape, 0))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range recorded {
			if r.TrainData == p.TrainData && r.TestData == p.TestData {
				same = append(same, r)
			}
		}
	}
	return same
}

func TestDiffer(t *testing.T) {
	many := make([]float64, 100)
	for _, c := range []struct {
		a, b                []float64
		difference, allowed float64
	}{
		{[]float64{0.60, 0.60}, []float64{0.62, 0.62}, -0.02, 0.015}, // half a point each
		{[]float64{0.60}, []float64{0.62}, -0.02, 3 * math.Sqrt(0.5e-4)},
		{[]float64{0.60, 0.64}, []float64{0.60, 0.60}, 0.02, 3 * math.Sqrt(4e-4+0.25e-4/2)}, // s₁ = √8 points
		{many, many, 0, 0.01},
	} {
		difference, allowed := differ(c.a, c.b)
		if math.Abs(difference-c.difference) > 1e-12 || math.Abs(allowed-c.allowed) > 1e-12 {
			t.Errorf("%v and %v differ by %v, allowed %v; want %v and %v", c.a[:min(2, len(c.a))], c.b[:min(2, len(c.b))], difference, allowed, c.difference, c.allowed)
		}
	}
}
