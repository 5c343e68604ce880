package lesson

import (
	"fmt"
	"os"
	"text/tabwriter"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// scoreColumn is a column of a table of methods: one number of each run.
type scoreColumn struct {
	head   string
	digits int // behind the point
	of     func(experiment.Result) float64
}

// printScores prints a line for each method: the mean of every column ± its
// standard deviation over the seeds.
func printScores(all Rows, columns ...scoreColumn) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, c := range columns {
		fmt.Fprintf(w, "\t%s", c.head)
	}
	fmt.Fprintln(w)
	for _, row := range all {
		fmt.Fprint(w, row.Name)
		for _, c := range columns {
			fmt.Fprintf(w, "\t%s", c.cell(row.Results))
		}
		fmt.Fprintln(w)
	}
	Check(w.Flush())
}

func (c scoreColumn) cell(results []experiment.Result) string {
	mean, std := metric.MeanStd(numbers(results, c.of))
	if len(results) == 1 {
		return fmt.Sprintf("%.*f", c.digits, mean)
	}
	return fmt.Sprintf("%.*f ± %.*f", c.digits, mean, c.digits, std)
}

// numbers returns one number of each run.
func numbers(results []experiment.Result, of func(experiment.Result) float64) []float64 {
	values := make([]float64, len(results))
	for i, r := range results {
		values[i] = of(r)
	}
	return values
}
