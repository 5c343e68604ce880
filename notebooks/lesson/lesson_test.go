package lesson

import (
	"flag"
	"os"
	"testing"

	"gosubspace/subspace"
	_ "gosubspace/subspace/backend/backendtest" // the same programs are compiled once
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

var update = flag.Bool("update", false, "write the recorded figure anew")

// The figure at the top of the README is drawn again from the recorded results:
// it says what it said when it was written.
func TestRecordedFigure(t *testing.T) {
	t.Chdir("..")
	small := experiment.Small()
	f, err := AlongCurve("Along a line, CIFAR-10", Recorded(small, "standard"), Recorded(small, "line"))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := f.Write("results/line.png"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("results/line.txt", []byte(f.Alt+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	words, err := os.ReadFile("results/line.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(words) != f.Alt+"\n" {
		t.Errorf("the figure says\n%s\nresults/line.txt says\n%s\nwrite both anew with: go test ./notebooks/lesson -update", f.Alt, words)
	}
}

// made is a result as a run would leave it.
func made(shape string, middle subspace.Weights, accuracy float64) experiment.Result {
	c := experiment.Quick()
	c.Shape = shape
	return experiment.Result{
		Config: c, Devices: []string{"XLA on CPU"}, Training: 12,
		Points: []experiment.PointScore{{Weights: middle, Scores: metric.Scores{Accuracy: accuracy, ECE: 0.02}}},
	}
}

func TestWords(t *testing.T) {
	line, standard := made("line", subspace.Weights{0.5, 0.5}, 0.9), made("standard", subspace.Weights{1}, 0.8)
	for got, want := range map[string]string{
		Summary(line):     "digits-line-cnnx8-seed1: midpoint 90.0 % right, ECE 2.0 %, trained in 12 s on XLA on CPU",
		Summary(standard): "digits-standard-cnnx8-seed1: 80.0 % right, ECE 2.0 %, trained in 12 s on XLA on CPU",
		// A run of each shape is one seed each, not two seeds.
		Note([]experiment.Result{standard}, []experiment.Result{line}): "cnn, width 8; digits, 200 training images, 200 epochs; 1 seed; XLA on CPU",
		Note([]experiment.Result{line, line}):                          "cnn, width 8; digits, 200 training images, 200 epochs; 2 seeds, bands ± 1 standard deviation; XLA on CPU",
		Spread([]float64{1, 2, 3}):                                     "2.00 ± 1.00",
		Spread([]float64{1}):                                           "1.00",
		Spread(nil):                                                    "",
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
