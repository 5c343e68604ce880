package lesson

import (
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// A Relative is a row of the table of 11-relatives: what else can be made of the
// weights of networks, as a run and what it costs.
type Relative struct {
	Name      string
	Config    experiment.Config // with the first seed
	Ensemble  bool              // what is scored is all its networks together, and not the one in their middle
	Trainings float64           // in those of one network, of as many steps
	Kept      int               // networks' weights that are held while training
	Networks  int               // that run for every image when it is used
}

// manyNetworks is how many networks the relatives that take several are made of.
const manyNetworks = 4

// Relatives returns the rows of the table of 11-relatives with the settings of base.
func Relatives(base experiment.Config) []Relative {
	many := fmt.Sprintf("simplex-%d", manyNetworks)
	shared := base.Epochs / 4 // what the members of a soup have in common
	with := func(shape string, change func(c *experiment.Config)) experiment.Config {
		c := base.With(shape, base.Seed)
		if change != nil {
			change(&c)
		}
		return c
	}
	split := func(c *experiment.Config) {
		if c.HeldOut == 0 {
			c.HeldOut = 200
		}
	}
	soup := 1 + float64(manyNetworks-1)*float64(base.Epochs-shared)/float64(base.Epochs)
	cycles := fmt.Sprintf("cyclic-%d", manyNetworks)
	return []Relative{
		{"standard", with("standard", nil), false, 1, 1, 1},
		{"line", with("line", nil), false, 1, 2, 1},
		{"simplex of 3", with("simplex-3", nil), false, 1, 3, 1},
		{"EMA", with("standard", func(c *experiment.Config) { c.EMA = 0.99 }), false, 1, 2, 1},
		{"SWA", with("standard", func(c *experiment.Config) { c.SWA, c.Snapshots = "constant", true }), false, 1, 2, 1},
		{"uniform soup", with(many, func(c *experiment.Config) { c.Independent, c.Branch = true, shared }), false, soup, 1, 1},
		{"greedy soup", with("standard", func(c *experiment.Config) {
			c.Made, c.Branch = fmt.Sprintf("greedy-soup-%d", manyNetworks), shared
			split(c)
		}), false, soup, 1, 1},
		{"two networks, straight", with("line", func(c *experiment.Config) { c.Independent = true }), false, 2, 1, 1},
		{"two networks, matched", with("line", func(c *experiment.Config) { c.Made = "matched" }), false, 2, 1, 1},
		// Its midpoint, between the two ways, was never trained.
		{"SPRO", with("complex-2-1", func(c *experiment.Config) { c.Independent, c.Volume = true, 1e-2 }), true, 3, 3, 3},
		// The network, the mean, that of the squares, and 20 deviations.
		{"SWAG", with("simplex-10", func(c *experiment.Config) { c.Made, c.SWA = "swag-20", "constant" }), true, 1, 23, 10},
		{"snapshot ensemble", with(many, func(c *experiment.Config) {
			c.Made, c.SWA = "snapshots", fmt.Sprintf("snapshots-%d", manyNetworks)
		}), true, 1, 1, manyNetworks},
		{"fast geometric ensemble", with(many, func(c *experiment.Config) { c.Made, c.SWA = "snapshots", cycles }), true, 1, 1, manyNetworks},
		{"ensemble", with(many, func(c *experiment.Config) { c.Independent = true }), true, manyNetworks, 1, manyNetworks},
	}
}

// RelativeRuns returns the results behind the table of 11-relatives under n seeds from
// base's on, and makes those that are missing under one progress line.
func RelativeRuns(base experiment.Config, n int) paper.Rows {
	Check(seeds(n))
	f := relativesOf(base)
	return f.Rows(resultsOf(f.Title, f.Runs(n), experiment.Options{}, f.Methods))
}

func relativesOf(base experiment.Config) paper.Figure {
	f := paper.Figure{Title: "relatives"}
	for _, r := range Relatives(base) {
		f.Methods = append(f.Methods, paper.Method{Name: r.Name, Config: r.Config})
	}
	return f
}

// RecordedRelatives returns those rows of the table of 11-relatives that were recorded
// with base, from the folder results beside the notebooks.
func RecordedRelatives(base experiment.Config) (rows paper.Rows) {
	rec, err := experiment.ReadRecord(resultsDir())
	Check(err)
	for _, m := range relativesOf(base).Methods {
		results, err := rec.Of(m.Config)
		Check(err)
		if len(results) > 0 {
			rows = append(rows, paper.Row{Name: m.Name, Results: results})
		}
	}
	return rows
}

// RelativesTable prints for each row what it costs and how it scores: trainings, in
// those of one network; weights, in networks, that are held while it trains; networks
// that run for an image; accuracy, calibration error and negative log-likelihood: mean ±
// standard deviation over the seeds. base is what the rows were made with.
func RelativesTable(base experiment.Config, rows paper.Rows) {
	Check(rows.Check())
	table := [][]string{{"method", "trainings", "held", "used", "accuracy (%)", "ECE (%)", "NLL (nats)"}}
	for _, r := range Relatives(base) {
		for _, row := range rows {
			if row.Name != r.Name {
				continue
			}
			cells := []string{r.Name, fmt.Sprintf("%.3g", r.Trainings), fmt.Sprint(r.Kept), fmt.Sprint(r.Networks)}
			for k, score := range []paper.Score{paper.Accuracy, paper.ECE, paper.NLL} {
				cells = append(cells, metric.Spread(r.scores(row.Results, score), []int{1, 1, 2}[k]))
			}
			table = append(table, cells)
		}
	}
	fmt.Print(paper.Plain.Write(table))
}

// scores returns a score of what is used of each run.
func (r Relative) scores(results []experiment.Result, score paper.Score) (values []float64) {
	if !r.Ensemble {
		return experiment.Midpoints(results, score)
	}
	for _, result := range results {
		values = append(values, score(result.Ensembles[0].Scores))
	}
	return values
}

// BarrierByBranch draws the loss barrier between two networks against the number of
// epochs that they share, and the accuracy of both and of their mean: means over n seeds from base's on, with bands of a standard deviation (Frankle et al.,
// "Linear Mode Connectivity and the Lottery Ticket Hypothesis", 2020, figure 3). Sharing
// 0 epochs is sharing the initial weights.
func BarrierByBranch(base experiment.Config, n int, epochs ...int) (*plots.Figure, error) {
	if err := seeds(n); err != nil {
		return nil, err
	}
	if len(epochs) < 2 {
		return nil, fmt.Errorf("%d numbers of shared epochs: want 2 or more, such as 0 and 10", len(epochs))
	}
	var configs []experiment.Config
	for _, k := range epochs {
		for i := range n {
			c := base.With("line", base.Seed+uint64(i))
			c.Independent, c.Root, c.Branch = true, c.Seed, k
			configs = append(configs, c)
		}
	}
	results := resultsOf("networks that branch", configs, experiment.Options{}, nil)
	var shared []float64
	var groups [][]experiment.Result
	var barrier, ends, middle [][]float64 // [seed][epochs]
	for i := range n {
		var b, e, m []float64
		for k := range epochs {
			one := results[k*n+i : k*n+i+1]
			b, e, m = append(b, paper.Barriers(one)...), append(e, paper.Ends(one)...), append(m, experiment.Midpoints(one, paper.Accuracy)...)
		}
		barrier, ends, middle = append(barrier, b), append(ends, e), append(middle, m)
	}
	for k, epochs := range epochs {
		shared, groups = append(shared, float64(epochs)), append(groups, results[k*n:(k+1)*n])
	}
	var series []plots.Series
	for _, s := range []struct {
		name   string
		values [][]float64
	}{{"straight between the two", barrier}, {"the two networks", ends}, {"the network in the middle", middle}} {
		one, err := plots.Mean(s.name, shared, s.values...)
		if err != nil {
			return nil, err
		}
		series = append(series, one)
	}
	return plots.Panels{
		Title: "Two networks that share their first epochs", Note: paper.Note(groups...),
		Panels: []plots.Lines{
			{Title: "Barrier", XLabel: "shared epochs", YLabel: "loss barrier (nats)", Series: series[:1]},
			{Title: "Accuracy", XLabel: "shared epochs", YLabel: paper.AccuracyAxis.Label, Series: series[1:]},
		},
	}.Draw()
}
