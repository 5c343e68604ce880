package plots_test

import (
	"fmt"
	"math"
	"os"

	"gosubspace/plots"
)

// A line of networks against standard training, two seeds each.
func ExampleLines() {
	alphas := []float64{0, 0.25, 0.5, 0.75, 1}
	line, err := plots.Mean("line", alphas,
		[]float64{67.1, 68.0, 68.6, 68.1, 66.5}, // seed 1, in percent
		[]float64{67.5, 68.4, 68.2, 67.9, 66.1}) // seed 2
	if err != nil {
		panic(err)
	}
	standard, err := plots.MeanReference("standard training", 68.1, 67.7)
	if err != nil {
		panic(err)
	}
	figure, err := plots.Lines{
		Title:      "Accuracy along the line",
		XLabel:     "α",
		YLabel:     "test accuracy (%)",
		Series:     []plots.Series{line},
		References: []plots.Reference{standard},
		Note:       "made-up numbers · bands: mean ± deviation of 2 seeds",
	}.Draw()
	if err != nil {
		panic(err)
	}
	// figure.Show() puts it under a notebook's cell, or writes figure.Name + ".png".
	fmt.Println(figure.Name, figure.Width, figure.Height)
	fmt.Println(figure.Alt)
	// Output:
	// accuracy-along-the-line 640 400
	// Line plot. Accuracy along the line. Horizontal axis: α, 0 to 1. Vertical axis: test accuracy (%), 66.02 to 68.68.
	// line: 5 points, 67.3 (67.02 to 67.58) at α = 0, 68.4 (68.12 to 68.68) at α = 0.5, 66.3 (66.02 to 66.58) at α = 1; highest 68.4 (68.12 to 68.68) at α = 0.5, lowest 66.3 (66.02 to 66.58) at α = 1.
	// standard training (horizontal line): 67.9 (67.62 to 68.18).
	// Note: made-up numbers · bands: mean ± deviation of 2 seeds
}

// What is missing is said before anything is drawn.
func ExampleLines_error() {
	_, err := plots.Lines{
		Title: "Accuracy along the line", XLabel: "α", YLabel: "test accuracy (%)",
		Series: []plots.Series{{Name: "line", X: []float64{0, 0.5, 1}, Y: []float64{67, 68}}},
	}.Draw()
	fmt.Println(err)
	// Output:
	// plots: figure "Accuracy along the line": series 0 ("line"): 3 values of X, but 2 of Y; give one Y for every X
}

// The plane through three endpoints, with a point that could not be evaluated.
func ExampleContours() {
	figure, err := plots.Contours{
		Title: "Around a triangle of networks",
		Fields: []plots.Field{{
			XLabel: "distance along endpoint 1 → 2", YLabel: "distance across", ZLabel: "test accuracy (%)",
			X: []float64{-10, 5, 20, 35}, Y: []float64{-8, 8, 24},
			Z: [][]float64{ // a row for every Y
				{41, 78, 74, 38},
				{62, 94, 93, 55},
				{40, 81, 70, math.NaN()},
			},
			Marks: []plots.Mark{{Name: "endpoint 1", X: 0, Y: 0}, {Name: "midpoint", X: 12.5, Y: 8}},
		}},
		Note: "made-up numbers",
	}.Draw()
	if err != nil {
		panic(err)
	}
	fmt.Println(figure.Alt)
	// Output:
	// Contour map. Around a triangle of networks.
	// 4 × 3 points. Horizontal axis: distance along endpoint 1 → 2, −10 to 35. Vertical axis: distance across, −8 to 24. Colour: test accuracy (%), lowest 38 at (35, −8), highest 94 at (5, 8). Contour lines at 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95. 1 of 12 points could not be evaluated and are hatched in grey.
	// endpoint 1: about 74.5 at (0, 0).
	// midpoint: about 93.5 at (12.5, 8).
	// Note: made-up numbers
}

// A loss that explodes is cut off at 5.
func ExampleSurface() {
	figure, err := plots.Surface{
		Title: "The loss around a trained network",
		Fields: []plots.Field{{
			XLabel: "direction 1", YLabel: "direction 2", ZLabel: "cross-entropy (nats)",
			X: []float64{-1, 0, 1}, Y: []float64{-1, 0, 1},
			Z:    [][]float64{{9.1, 2.2, 7.4}, {3.0, 0.1, 2.6}, {8.3, 1.9, 6.0}},
			High: 5,
		}},
		Note: "made-up numbers",
	}.Draw()
	if err != nil {
		panic(err)
	}
	fmt.Println(figure.Alt)
	// Output:
	// Surface. The loss around a trained network.
	// 3 × 3 points. Horizontal axis: direction 1, −1 to 1. Vertical axis: direction 2, −1 to 1. Colour: cross-entropy (nats), lowest 0.1 at (0, 0), highest 9.1 at (−1, −1). Contour lines at 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0; what is beyond has one colour.
	// Note: made-up numbers
}

// Three seeds each, and one of a method that takes long.
func ExampleComparison() {
	figure, err := plots.Comparison{
		Title:  "Ours against the baselines",
		Labels: []string{"test accuracy (%)"},
		Methods: []plots.Method{
			{Name: "standard training", Group: "baselines", Values: [][]float64{{93.4, 93.6, 93.5}}},
			{Name: "SWA", Group: "baselines", Values: [][]float64{{94.0}}},
			{Name: "line, midpoint", Group: "ours", Values: [][]float64{{94.1, 94.3, 93.9}}},
		},
		Reference: "standard training",
		Note:      "made-up numbers · 3 seeds, SWA 1",
	}.Draw()
	if err != nil {
		panic(err)
	}
	fmt.Println(figure.Alt)
	// Output:
	// Dot plot of 3 methods, a row each. Ours against the baselines.
	// test accuracy (%), mean ± standard deviation. Highest mean: line, midpoint, lowest: standard training.
	// standard training (baselines): 93.5 ± 0.1 (3 seeds: 93.4, 93.6, 93.5).
	// SWA (baselines): 94.
	// line, midpoint (ours): 94.1 ± 0.2 (3 seeds: 94.1, 94.3, 93.9).
	// A dashed line marks the mean of standard training.
	// Note: made-up numbers · 3 seeds, SWA 1
}

// Four bins of confidence.
func ExampleReliability() {
	figure, err := plots.Reliability{
		Title: "Does confidence mean accuracy?",
		Diagrams: []plots.Diagram{{Title: "standard training", Bins: []plots.Bin{
			{Low: 0.00, High: 0.25},
			{Low: 0.25, High: 0.50, N: 500, Confidence: 0.42, Accuracy: 0.30},
			{Low: 0.50, High: 0.75, N: 1500, Confidence: 0.64, Accuracy: 0.50},
			{Low: 0.75, High: 1.00, N: 8000, Confidence: 0.94, Accuracy: 0.75},
		}}},
		Note: "made-up numbers",
	}.Draw()
	if err != nil {
		panic(err)
	}
	fmt.Println(figure.Alt)
	// Output:
	// Reliability diagram: accuracy by confidence, both from 0 to 1. Does confidence mean accuracy?
	// standard training. 10000 images, ECE 17.9 %, mean confidence 0.869, accuracy 0.69. Accuracy is below confidence in 3 and above it in 0 of the 3 bins with images. Fullest bin, 0.75 to 1: 8000 images, confidence 0.94, accuracy 0.75. Widest gap, 0.75 to 1: 8000 images, confidence 0.94, accuracy 0.75.
	// Note: made-up numbers
}

// One grey picture at two severities of two corruptions, 2 × 2 pixels each.
func ExampleSheet() {
	figure, err := plots.Sheet{
		Title: "One image, corrupted",
		Pixels: []uint8{
			0, 80, 160, 240, 60, 100, 140, 180, 90, 110, 130, 150,
			0, 80, 160, 240, 30, 110, 190, 255, 60, 140, 220, 255,
		},
		Height: 2, Width: 2, Channels: 1,
		Rows: []string{"contrast", "brightness"}, Columns: []string{"clean", "severity 1", "2"},
	}.Draw()
	if err != nil {
		panic(err)
	}
	fmt.Println(figure.Alt)
	// Output:
	// 6 grey images of 2 × 2 pixels in 2 rows and 3 columns. One image, corrupted. Rows: contrast, brightness. Columns: clean, severity 1, 2.
}

// In a log, one line stays for every epoch.
func ExampleProgress() {
	progress := plots.NewProgress(os.Stdout)
	defer progress.Done("stopped early")
	for epoch := 1; epoch <= 2; epoch++ {
		progress.Update("loss 1.52 · 812 images/s · 12 s left", float64(epoch)/2)
		progress.Line(fmt.Sprintf("epoch %d of 2 · loss 1.52 · accuracy 41.0 %%", epoch))
	}
	progress.Done("2 epochs in 24 s")
	// Output:
	// epoch 1 of 2 · loss 1.52 · accuracy 41.0 %
	// epoch 2 of 2 · loss 1.52 · accuracy 41.0 %
	// 2 epochs in 24 s
}
