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

// A network that is as sure of its errors as of the rest is scaled down.
func ExampleTemperature() {
	logits := []float32{ // four images, two classes
		6, 0,
		6, 0,
		0, 6,
		6, 0,
	}
	labels := []int32{0, 0, 1, 1} // the last is classified wrong
	t, err := metric.Temperature(logits, labels, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	before, scaled := metric.Softmax(logits, 2), metric.Softmax(metric.Scale(logits, t), 2)
	fmt.Printf("T = %.2f: confidence %.3f becomes %.3f, with 3 of 4 right\n", t, before[0], scaled[0])
	// Output: T = 5.46: confidence 0.998 becomes 0.750, with 3 of 4 right
}

func ExampleReliability() {
	probabilities := []float64{ // four images, two classes
		.6, .4,
		.3, .7,
		.9, .1,
		.2, .8,
	}
	for _, bin := range metric.Reliability(probabilities, []int32{1, 1, 0, 1}, 2, 4) {
		fmt.Printf("(%.2f, %.2f] %d images, confidence %.2f, accuracy %.2f\n", bin.Low, bin.High, bin.N, bin.Confidence, bin.Accuracy)
	}
	// Output:
	// (0.00, 0.25] 0 images, confidence 0.00, accuracy 0.00
	// (0.25, 0.50] 0 images, confidence 0.00, accuracy 0.00
	// (0.50, 0.75] 2 images, confidence 0.65, accuracy 0.50
	// (0.75, 1.00] 2 images, confidence 0.85, accuracy 1.00
}
