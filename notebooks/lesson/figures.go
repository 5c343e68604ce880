package lesson

import (
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
)

// Draw draws a figure of the paper from the results of its runs, in the order of
// f.Runs.
func Draw(f experiment.Figure, results []experiment.Result) (*plots.Figure, error) {
	r := rows(f, results)
	switch f.Number {
	case 3:
		return AlongCurve(f.Title, r[0].Results, r[1].Results, r[2].Results, r[3].Results)
	}
	return nil, fmt.Errorf("figure %d cannot be drawn", f.Number)
}
