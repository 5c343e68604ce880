package plots_test

import (
	"fmt"
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
