package metric_test

import (
	"fmt"

	"gosubspace/subspace/metric"
)

func ExampleScore() {
	logits := []float32{ // three images, two classes
		2, 0,
		0, 1,
		3, 0,
	}
	labels := []int32{0, 1, 1}
	s, err := metric.Score(logits, labels, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("accuracy %.3f  NLL %.3f  ECE %.3f  Brier %.3f  of %d images\n", s.Accuracy, s.NLL, s.ECE, s.Brier, s.N)
	// Output: accuracy 0.667  NLL 1.163  ECE 0.447  Brier 0.663  of 3 images
}

func ExampleMeanStd() {
	mean, std := metric.MeanStd([]float64{.917, .921, .919}) // one accuracy a seed
	fmt.Printf("%.1f ± %.1f %%\n", 100*mean, 100*std)
	// Output: 91.9 ± 0.2 %
}
