package lesson

import (
	"fmt"
	"os"
	"text/tabwriter"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/watch"
)

// Train makes the runs of a shape under the seeds 1 to n, with a progress line,
// and says what came of them. Runs that have been made are loaded; one that was
// stopped goes on where it was.
func Train(base experiment.Config, shape string, n int) {
	for _, r := range Runs(base, shape, n) {
		fmt.Println(r.Summary())
	}
}

// Runs returns the results of the runs that [Train] makes, and makes those that
// are missing.
func Runs(base experiment.Config, shape string, n int) []experiment.Result {
	return Own(base, experiment.Options{}, shape, n)
}

// One makes the run of a configuration with a network, data or a shape of your
// own, with a progress line, and returns its result.
func One(c experiment.Config, o experiment.Options) experiment.Result {
	return resultsOf(c.Name(), []experiment.Config{c}, o)[0]
}

// Own returns the results of the runs of a shape under the seeds 1 to n, with a
// network, data or a shape of your own, and makes those that are missing, as
// [Runs] does for the project's.
func Own(base experiment.Config, o experiment.Options, shape string, n int) []experiment.Result {
	var configs []experiment.Config
	for seed := range n {
		configs = append(configs, base.With(shape, uint64(seed)+1))
	}
	return resultsOf(shape, configs, o)
}

// FigureRuns returns the results behind a figure of the paper under n seeds from
// base's on, all methods with the settings of base, and makes those that are
// missing under one progress line. The methods' names are those of
// [paper.NewFigure].
func FigureRuns(number int, base experiment.Config, n int) paper.Rows {
	f, err := paper.NewFigure(number, base)
	Check(err)
	return f.Rows(resultsOf(f.Title, f.Runs(n), experiment.Options{}))
}

// resultsOf makes runs for a cell and returns their results.
func resultsOf(title string, configs []experiment.Config, o experiment.Options) []experiment.Result {
	ctx, stop := Context()
	defer stop()
	o.Notice = watch.Notice()
	if o.Fetch == nil {
		o.Fetch = Fetch()
	}
	results, err := watch.Make(ctx, title, configs, o, nil)
	Check(err)
	return results
}

// Fetch returns a function that shows how far a download is.
func Fetch() func(done, total int64) { return watch.Fetch() }

// TrainingCurves draws the history of one run of each shape.
func TrainingCurves(title string, runs ...experiment.Result) (*plots.Figure, error) {
	var groups [][]experiment.Result // of one seed each
	for _, r := range runs {
		groups = append(groups, []experiment.Result{r})
	}
	figure := plots.Curves{Title: title, Note: paper.Note(groups...)}
	for _, r := range runs {
		h := plots.History{Name: r.Config.Shape}
		for _, e := range r.History {
			n := float64(e.Epoch)
			h.Train.Epoch, h.Train.Loss, h.Train.Accuracy = append(h.Train.Epoch, n), append(h.Train.Loss, e.Loss), append(h.Train.Accuracy, 100*e.Accuracy)
			if e.Test != nil {
				h.Test.Epoch, h.Test.Loss, h.Test.Accuracy = append(h.Test.Epoch, n), append(h.Test.Loss, e.Test.NLL), append(h.Test.Accuracy, 100*e.Test.Accuracy)
			}
		}
		figure.Runs = append(figure.Runs, h)
	}
	return figure.Draw()
}

// Compare prints accuracy and calibration error of the midpoints of each group
// of runs, and the accuracy of the ends of curves: mean ± standard deviation
// over the seeds.
func Compare(groups ...[]experiment.Result) {
	fmt.Printf("%-16s  %-5s  %-16s  %-16s  %s\n", "", "seeds", "accuracy (%)", "ECE (%)", "accuracy of the ends (%)")
	for _, runs := range groups {
		fmt.Printf("%-16s  %-5d  %-16s  %-16s  %s\n", runs[0].Config.Shape, len(runs),
			spread(experiment.Midpoints(runs, paper.Accuracy)), spread(experiment.Midpoints(runs, paper.ECE)), spread(paper.Ends(runs)))
	}
}

// spread is the mean of a sample and its standard deviation, as tables have it.
func spread(sample []float64) string { return metric.Spread(sample, 2) }

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
