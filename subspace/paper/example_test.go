package paper_test

import (
	"fmt"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// The runs behind figure 3 under two seeds, and what the paper says of them.
func ExampleNewFigure() {
	f, err := paper.NewFigure(3, experiment.Quick())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range f.Methods {
		fmt.Println(m.Name)
	}
	fmt.Println(len(f.Runs(2)), "runs")
	fmt.Println(f.Claims()[3].Says)
	// Output:
	// standard
	// line
	// layer-wise line
	// Bézier curve
	// 8 runs
	// the midpoint of a line is better calibrated than standard training
}
