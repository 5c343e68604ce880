package lesson

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gosubspace/subspace/experiment"
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
// under the cell, with the settings and seeds of its runs. Where not all of its
// methods have been recorded yet it says which have, and how the rest is made.
func RecordedFigure(number int, preset string) {
	base, err := experiment.Preset(preset)
	Check(err)
	f, err := experiment.NewFigure(number, base)
	Check(err)
	var all Rows
	var there, missing []string
	for _, m := range f.Methods {
		results, err := experiment.ReadResults(resultsDir(), m.Config)
		Check(err)
		if len(results) == 0 {
			missing = append(missing, m.Name)
			continue
		}
		there = append(there, fmt.Sprintf("%s (%s)", m.Name, count(len(results), "seed")))
		all = append(all, Row{m.Name, results})
	}
	if len(missing) > 0 {
		fmt.Printf("Figure %d has not been recorded with the preset %s yet.\n", number, preset)
		if len(there) > 0 {
			fmt.Println("Recorded:", strings.Join(there, ", "))
		}
		fmt.Println("Not yet:", strings.Join(missing, ", "))
		fmt.Printf("go run ./kernel train -figure %d -preset %s -seeds 3 -record notebooks/results\n", number, preset)
		return
	}
	figures, err := Draw(number, all)
	Check(err)
	for _, figure := range figures {
		Figure(figure, nil)
	}
	fmt.Println("Recorded:", strings.Join(there, ", "))
}
