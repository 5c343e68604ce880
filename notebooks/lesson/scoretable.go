package lesson

import (
	"fmt"
	"os"
	"text/tabwriter"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// scoreColumn is a column of a table of methods: a number of each run.
type scoreColumn struct {
	head   string
	digits int // behind the point
	of     func([]experiment.Result) []float64
}

// printScores prints a line for each method: the mean of every column ± its
// standard deviation over the seeds.
func printScores(all paper.Rows, columns ...scoreColumn) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, c := range columns {
		fmt.Fprintf(w, "\t%s", c.head)
	}
	fmt.Fprintln(w)
	for _, row := range all {
		fmt.Fprint(w, row.Name)
		for _, c := range columns {
			fmt.Fprintf(w, "\t%s", metric.Spread(c.of(row.Results), c.digits))
		}
		fmt.Fprintln(w)
	}
	Check(w.Flush())
}
