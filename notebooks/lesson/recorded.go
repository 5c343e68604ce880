package lesson

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// resultsDir returns the folder of the recorded runs, beside the notebooks.
func resultsDir() string {
	if _, err := os.Stat("results"); errors.Is(err, os.ErrNotExist) {
		return filepath.Join("notebooks", "results")
	}
	return "results"
}

// Recorded returns the recorded runs of a configuration and shape, all seeds,
// from the folder results beside the notebooks.
func Recorded(base experiment.Config, shape string) []experiment.Result {
	results, err := experiment.ReadResults(resultsDir(), base.With(shape, 0))
	Check(err)
	if len(results) == 0 {
		Check(fmt.Errorf("%s holds no recorded run of %s", resultsDir(), base.With(shape, 0).Name()))
	}
	return results
}

// RecordedFigure shows a figure of the paper as it was recorded with a preset,
// under the cell: the figure, the settings and seeds of its runs, the table of its
// methods, and what the runs say about the paper's claims. Where not all of its
// methods have been recorded yet it says which have, and how the rest is made.
func RecordedFigure(number int, preset string) {
	base, err := experiment.Preset(preset)
	Check(err)
	rec, err := experiment.ReadRecord(resultsDir())
	Check(err)
	f, err := paper.ReadFigure(rec, number, base, "-preset "+preset)
	Check(err)
	if len(f.Missing) > 0 {
		fmt.Println(f.Lacks())
		return
	}
	figures, err := f.Draw()
	Check(err)
	for _, figure := range figures {
		Figure(figure, nil)
	}
	fmt.Println(f.Budget())
	if text := f.Table(paper.Plain); text != "" {
		fmt.Print("\n", text)
	}
	if findings := f.Findings(); len(findings) > 0 {
		fmt.Println("\nWhat the paper says, and these runs, by the 95 % interval of the difference under the same seeds:")
		for _, x := range findings {
			fmt.Println("–", x)
		}
	}
}
