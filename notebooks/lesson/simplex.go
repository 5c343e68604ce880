package lesson

import (
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/paper"
)

// Reach draws what a training step at one point of a triangle does to all the
// others. A step at the coefficients c moves endpoint i by cᵢ of what standard
// training would move its network (momentum, weight decay and regulariser
// aside), so it moves the point with the coefficients d by Σᵢ cᵢdᵢ of it. No
// network is behind it.
func Reach() (*plots.Figure, error) {
	figure := plots.Contours{
		Title: "How much of a step arrives where, if it is taken…",
		Note:  "Geometry of the simplex of 3, drawn from the sum over the endpoints of both coefficients' product: not a measurement. 1 is a step of standard training.",
		Alt: "Three maps of a triangle, the simplex of 3 endpoints: which share of a step moves each point. Geometry, not a measurement.\n" +
			"Left, a step near one endpoint: the share is 0.9 there, falls evenly towards the opposite edge, and is 0.05 on it.\n" +
			"Middle, a step near the middle of an edge: 0.48 along that edge, 0.04 at the third endpoint.\n" +
			"Right, a step at the midpoint: a third everywhere. The midpoint's own share is a third in all three maps.",
	}
	for _, p := range []struct {
		title string
		at    subspace.Weights
	}{
		{"near an endpoint", subspace.Weights{0.9, 0.05, 0.05}},
		{"near an edge", subspace.Weights{0.48, 0.48, 0.04}},
		{"at the midpoint", subspace.Simplex(3).Midpoint()},
	} {
		f := plots.Field{Title: p.title, ZLabel: "share of the step", Levels: []float64{-0.5, 0, 0.2, 0.4, 0.6, 0.8, 1}}
		x, y := explore.Equilateral.Place(p.at)
		f.Marks = []plots.Mark{{Name: "step", X: x, Y: y}}
		f = overTriangle(f, "simplex of 3 endpoints", 121, 0.06, func(d subspace.Weights) (share float64) {
			for i := range d {
				share += p.at[i] * d[i]
			}
			return share
		})
		figure.Fields = append(figure.Fields, f)
	}
	return figure.Draw()
}

// Schedules draws the learning rate and the number of averaged models of
// standard training and of both kinds of stochastic weight averaging, with the
// rate, warm-up and epochs of c.
func Schedules(c experiment.Config, cycles int) (*plots.Figure, error) {
	figure, err := schedules(c, cycles)
	if err != nil {
		return nil, err
	}
	return figure.Draw()
}

func schedules(c experiment.Config, cycles int) (figure plots.Panels, err error) {
	if err := c.Check(); err != nil {
		return figure, err
	}
	const most = 10000
	if c.Epochs < 1 || c.Epochs > most || cycles < 1 || cycles > c.Epochs {
		return figure, fmt.Errorf("%d cycles of %d epochs: want 1 to %d epochs, and at least one cycle and at most one an epoch", cycles, c.Epochs, most)
	}
	rates := plots.Lines{Title: "Learning rate", XLabel: "epoch", YLabel: "learning rate"}
	models := plots.Lines{Title: "Stochastic weight averaging", XLabel: "epoch", YLabel: "networks averaged"}
	names := []string{paper.Standard, "SWA, constant rate", "SWA, cyclic rate"}
	styles := paper.Styles(names...)
	for i, schedule := range []subspace.Schedule{
		subspace.Cosine{Peak: c.LearningRate, Warmup: c.Warmup, Epochs: c.Epochs},
		subspace.Constant{Peak: c.LearningRate, Warmup: c.Warmup, Epochs: c.Epochs},
		subspace.Cyclic{Peak: c.LearningRate, Warmup: c.Warmup, Epochs: c.Epochs, Cycles: cycles},
	} {
		rate, averaged := plots.Series{Name: names[i], Style: styles[i]}, plots.Series{Name: names[i], Style: styles[i]}
		n := 0.0
		for epoch := range c.Epochs {
			if schedule.Collects(epoch) {
				n++
			}
			x := float64(epoch + 1)
			rate.X, rate.Y = append(rate.X, x), append(rate.Y, schedule.Rate(epoch))
			averaged.X, averaged.Y = append(averaged.X, x), append(averaged.Y, n)
		}
		rates.Series, models.Series = append(rates.Series, rate), append(models.Series, averaged)
	}
	return plots.Panels{
		Title: "The schedules of SWA", Panels: []plots.Lines{rates, models},
		Note: fmt.Sprintf("Computed from the schedules: peak %v, warm-up %d, %d epochs, %d cycles.", c.LearningRate, c.Warmup, c.Epochs, cycles),
	}, nil
}

// CompareMidpoints prints for each row of figure 4 what was scored at the midpoint,
// or of an ensemble: accuracy, calibration error, by how much its confidence
// exceeds its accuracy, and the training loss that its runs ended with: mean ±
// standard deviation over the seeds.
func CompareMidpoints(all paper.Rows) {
	Check(all.Check())
	table := [][]string{{"", "seeds", "accuracy (%)", "ECE (%)", "confidence − accuracy (points)", "training loss (nats)"}}
	for _, row := range all {
		accuracy, ece := paper.Together(row.Results, paper.Accuracy), paper.Together(row.Results, paper.ECE)
		excess, loss := paper.Overconfidence(row.Results), paper.Losses(row.Results)
		if row.Results[0].Config.Independent { // the point between the networks says nothing of their ensemble
			excess, loss = nil, nil
		}
		table = append(table, []string{row.Name, fmt.Sprint(len(row.Results)), spread(accuracy), spread(ece), spread(excess), spread(loss)})
	}
	fmt.Print(paper.Plain.Write(table))
}
