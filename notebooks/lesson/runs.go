package lesson

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/place"
	"gosubspace/subspace/watch"
)

// Train makes the runs of a shape under n seeds from base's on, with a progress line,
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
	return resultsOf(c.Name(), []experiment.Config{c}, o, nil)[0]
}

// Own returns the results of the runs of a shape under n seeds from base's on, with a
// network, data or a shape of your own, and makes those that are missing, as
// [Runs] does for the project's.
func Own(base experiment.Config, o experiment.Options, shape string, n int) []experiment.Result {
	Check(seeds(n))
	var configs []experiment.Config
	for seed := range n {
		configs = append(configs, base.With(shape, base.Seed+uint64(seed)))
	}
	return resultsOf(paper.ShapeName(shape), configs, o, nil)
}

// FigureRuns returns the results behind a figure of the paper under n seeds from
// base's on, all methods with the settings of base, and makes those that are
// missing under one progress line. The methods' names are those of
// [paper.NewFigure].
func FigureRuns(number int, base experiment.Config, n int) paper.Rows {
	f, err := paper.NewFigure(number, base)
	Check(cmp.Or(err, seeds(n)))
	return f.Rows(resultsOf(f.Title, f.Runs(n), experiment.Options{}, f.Methods))
}

// mostSeeds is more than anybody waits for: who writes more has mistaken the argument.
const mostSeeds = 1000

func seeds(n int) error {
	if n < 1 || n > mostSeeds {
		return fmt.Errorf("n is %d seeds: want 1 to %d", n, mostSeeds)
	}
	return nil
}

// resultsOf makes runs for a cell and returns their results. Those that are trained are
// drawn meanwhile, under the names that a figure has for their methods.
func resultsOf(title string, configs []experiment.Config, o experiment.Options, methods []paper.Method) []experiment.Result {
	ctx, stop := Context()
	defer stop()
	o.Notice = watch.Notice()
	if o.Fetch == nil {
		o.Fetch = Fetch()
	}
	if o.Decode == nil {
		o.Decode = watch.Decode()
	}
	curves := &training{title: title, methods: methods, live: plots.NewLive()}
	o.Report = curves.report
	results, err := watch.Make(ctx, title, configs, o, nil)
	curves.end(results)
	Check(err)
	return results
}

// Fetch returns a function that shows how far a download is.
func Fetch() func(done, total int64) { return watch.Fetch() }

// resultsDir returns the folder of the recorded runs: beside the notebook, or beside a
// folder that it lies in, as the solutions and a reader's copies do, or in notebooks beside
// one of these, as for a program in the project's folder.
func resultsDir() string {
	for here := "."; ; here = filepath.Join(here, "..") {
		for _, dir := range []string{filepath.Join(here, "results"), filepath.Join(here, "notebooks", "results")} {
			if place.IsFolder(filepath.Join(dir, "endpoints")) {
				return dir
			}
		}
		at, err := os.Stat(here)
		above, wrong := os.Stat(filepath.Join(here, ".."))
		if err != nil || wrong != nil || os.SameFile(at, above) { // the top
			return filepath.Join("notebooks", "results")
		}
	}
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
// methods have been recorded yet it shows what there is, and says which are missing, and
// how they are made.
func RecordedFigure(number int, preset string) {
	base, err := experiment.Preset(preset)
	Check(err)
	rec, err := experiment.ReadRecord(resultsDir())
	Check(err)
	f, err := paper.ReadFigure(rec, number, base, "-preset "+preset)
	Check(err)
	if len(f.Missing) > 0 && !f.Drawable() {
		fmt.Println(f.Lacks())
		return
	}
	figures, err := f.Draw()
	Check(err)
	for _, figure := range figures {
		if figure != nil { // else its methods are not there
			Figure(figure, nil)
		}
	}
	if text := f.Lacks(); text != "" {
		fmt.Println(text)
	}
	fmt.Println(f.Budget())
	if text := f.Table(paper.Plain); text != "" {
		fmt.Print("\n", text)
	}
	if findings := f.Findings(); len(findings) > 0 {
		fmt.Println("\nWhat the paper says, and these runs, with the 95 % interval of the difference:")
		for _, x := range findings {
			fmt.Println("–", x)
		}
	}
}

// Compare prints accuracy and calibration error of the midpoints of each group
// of runs, and the accuracy of the ends of curves: mean ± standard deviation
// over the seeds. A group is called by its shape, and where two have one shape by what
// else differs between their settings.
func Compare(groups ...[]experiment.Result) {
	Check(compare(groups))
}

func compare(groups [][]experiment.Result) error {
	if len(groups) == 0 {
		return errors.New("groups: there are none: want runs to compare, as lesson.Runs returns them")
	}
	var configs []experiment.Config
	for i, runs := range groups {
		if err := paper.CheckRuns(runs, paper.AtMidpoint); err != nil {
			return fmt.Errorf("group %d: %w", i+1, err)
		}
		configs = append(configs, runs[0].Config)
	}
	table := [][]string{{"", "seeds", "accuracy (%)", "ECE (%)", "accuracy of the ends (%)"}}
	for i, name := range paper.Names(configs...) {
		runs := groups[i]
		table = append(table, []string{name, fmt.Sprint(len(runs)), spread(experiment.Midpoints(runs, paper.Accuracy)),
			spread(experiment.Midpoints(runs, paper.ECE)), spread(paper.Ends(runs))})
	}
	fmt.Print(paper.Plain.Write(table))
	return nil
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
// standard deviation over the seeds. The head begins with title, which may be empty. The
// runs meet the needs, or the program ends.
func printScores(title string, all paper.Rows, needs []paper.Need, columns ...scoreColumn) {
	Check(all.Check(needs...))
	head := []string{title}
	for _, c := range columns {
		head = append(head, c.head)
	}
	table := [][]string{head}
	for _, row := range all {
		cells := []string{row.Name}
		for _, c := range columns {
			cells = append(cells, metric.Spread(c.of(row.Results), c.digits))
		}
		table = append(table, cells)
	}
	fmt.Print(paper.Plain.Write(table))
}
