package speed

import (
	"fmt"
	"math"
	"strings"

	"gosubspace/subspace/experiment"
)

// The goals. A ratio of speeds is ours by PyTorch's best.
const (
	goalStep     = 2.2  // images a second of training, at least
	goalNarrow   = 2.5  // … of the small preset
	goalPoint    = 2.0  // … of evaluation at a point
	goalPoints   = 1.3  // … at several
	goalLine     = 1.03 // a step of a line by a standard one, at most
	goalSimplex  = 1.10 // a step of a simplex of 6 by a standard one, at most
	goalDropout  = 1.15 // a step with dropout by one without, at most
	goalPipeline = 0.03 // what the input pipeline adds to a step, at most
	goalTraining = 0.7  // peak memory by PyTorch's, at most
	goalMemory   = 1.0  // … evaluating
	goalFurther  = 0.05 // a further run's time to its first step by the first run's, at most
	goalCell     = 1.0  // seconds for a cell that draws a recorded run, at most
)

// CellWork is the work of the measurement of a notebook's cell.
const CellWork = "cell"

// row is a line of the table.
type row struct{ work, ours, theirs, ratio, goal string }

// Table returns what has been measured of the goals as a Markdown table: ours,
// PyTorch's best, their ratio, and whether that is what it was to be.
func (r Record) Table() string {
	var rows []row
	add := func(x row, there bool) {
		if there {
			rows = append(rows, x)
		}
	}
	steps, line, evaluations := r.Measured["step"], r.Measured["line"], r.Measured["evaluate"]
	add(r.against(steps, Step, "standard", "training step, standard", goalStep))
	add(r.against(line, Step, "line", "training step, line", goalStep))
	for _, shape := range []string{"standard", "line"} {
		title := fmt.Sprintf("training step of the small preset (width %d, batch %d), %s", r.Size.Narrow, r.Size.NarrowBatch, shape)
		add(r.against(r.Measured["narrow"], Step, shape, title, goalNarrow))
	}
	add(steps.quotient("a line's step / a standard step", goalLine, Job{Shape: "line"}, Job{Shape: "standard"}))
	add(steps.quotient("a step of a simplex of 6 / a standard step", goalSimplex, Job{Shape: "simplex-6"}, Job{Shape: "standard"}))
	add(r.Measured["dropout"].quotient("a step with dropout / one without", goalDropout,
		Job{Shape: "standard", Dropout: dropoutRate}, Job{Shape: "standard"}))
	for _, e := range []struct {
		shape, title string
		amount       Amount
		goal         float64
	}{
		{"line", "evaluation at a point", r.Size.Point, goalPoint},
		{"line", fmt.Sprintf("%d points of a line", r.Size.Line.Points), r.Size.Line, goalPoints},
		{"simplex-3", fmt.Sprintf("plane of %d × %d points, %d of them measured", planeSide, planeSide, r.Size.Plane.Points), r.Size.Plane, goalPoints},
	} {
		part := Group{}
		for _, x := range evaluations.Measurements {
			if x.Job.Amount == e.amount {
				part.Measurements = append(part.Measurements, x)
			}
		}
		title := fmt.Sprintf("%s; batch norm re-estimated on %s images, %s test images",
			e.title, experiment.Thousands(e.amount.Recalibration/r.Size.Batch*r.Size.Batch), experiment.Thousands(e.amount.Test))
		add(r.against(part, Evaluate, e.shape, title, e.goal))
	}
	add(r.pipelineRow())
	rows = append(rows, r.startRows()...)
	add(r.memoryRow(Step, "peak memory, training a line", goalTraining))
	add(r.memoryRow(Evaluate, "peak memory, evaluating", goalMemory))
	add(r.cellRow())
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	if r.Size.Quick {
		b.WriteString("*A quick run, to see that everything works: its numbers mean nothing.*\n\n")
	}
	b.WriteString("| work | gosubspace | PyTorch's best | ratio | goal |\n| --- | --- | --- | --- | --- |\n")
	for _, x := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", x.work, x.ours, x.theirs, x.ratio, x.goal)
	}
	fmt.Fprintf(&b, "\ncResNet20 of width %d, batch %d of %d×%d, single precision; medians, in brackets quartiles, of memory the least and the most. %s.\n",
		r.Size.Width, r.Size.Batch, r.Size.Side, r.Size.Side, r.Where())
	for _, part := range Parts {
		for _, f := range r.Measured[part.Name].Failed {
			fmt.Fprintf(&b, "\nNot measured (%s): %s.\n", part.Name, strings.TrimSuffix(f, "."))
		}
	}
	return b.String()
}

// against is a row that compares speeds.
func (r Record) against(g Group, work, shape, title string, goal float64) (row, bool) {
	ours, there := g.ours(work, shape)
	if !there {
		return row{}, false
	}
	x := row{work: title, ours: speedOf(ours), theirs: "–", ratio: "–", goal: fmt.Sprintf("≥ %.1f", goal)}
	if theirs, there := g.theirs(work, shape); there {
		ratio := ours.Rate() / theirs.Rate()
		x.theirs = speedOf(theirs) + ", " + theirs.Setting
		x.ratio, x.goal = fmt.Sprintf("%.2f", ratio), verdict(x.goal, ratio >= goal)
	}
	return x, true
}

// speedOf is "255 images/s [250–260], 502 ms".
func speedOf(x Measurement) string {
	n := float64(x.Images)
	return fmt.Sprintf("%s images/s [%s–%s], %s", number(n/x.Median), number(n/x.High), number(n/x.Low), duration(x.Median))
}

// quotient is a row that compares two of our steps by shape and dropout.
func (g Group) quotient(title string, most float64, above, below Job) (row, bool) {
	find := func(j Job) (Measurement, bool) {
		for _, x := range g.Measurements {
			if x.Job.Work == Step && x.Setting == "" && x.Job.Shape == j.Shape && x.Job.Dropout == j.Dropout {
				return x, true
			}
		}
		return Measurement{}, false
	}
	a, there := find(above)
	b, found := find(below)
	if !there || !found {
		return row{}, false
	}
	q := a.Median / b.Median
	return row{title, duration(a.Median) + " / " + duration(b.Median), "", fmt.Sprintf("%.3f", q),
		verdict(fmt.Sprintf("≤ %.2f", most), q <= most)}, true
}

func (r Record) pipelineRow() (row, bool) {
	g := r.Measured["pipeline"]
	without, there := g.ours(Step, "line")
	with, found := g.ours(Run, "line")
	if !there || !found {
		return row{}, false
	}
	added := with.Median/without.Median - 1
	return row{"a step of a run, with its input pipeline / the step alone",
		duration(with.Median) + " / " + duration(without.Median), "", strings.Replace(fmt.Sprintf("%+.1f %%", 100*added), "-", "−", 1),
		verdict(fmt.Sprintf("≤ +%.0f %%", 100*goalPipeline), added <= goalPipeline)}, true
}

// startRows are the starts of a process, and a further run in it.
func (r Record) startRows() (rows []row) {
	g := r.Measured["start"]
	phases := func(x Measurement) string {
		var parts []string
		for _, p := range x.Start {
			parts = append(parts, p.Name+" "+duration(p.Seconds))
		}
		return duration(x.Median) + ": " + strings.Join(parts, "; ")
	}
	theirs, compared := g.theirs(Step, "line")
	for _, x := range g.Measurements {
		switch {
		case x.Setting != "":
		case x.Job.Work == Step:
			line := row{work: "start of a process until its first step is done, nothing compiled before", ours: phases(x),
				theirs: "–", ratio: "–", goal: "reported"}
			if x.Before {
				line.work = "start of a process until its first step is done, programs compiled before"
				line.goal = "≤ PyTorch's"
			}
			if compared {
				ratio := x.Median / theirs.Median
				line.theirs = phases(theirs) + " (compiled before, where compiled); " + theirs.Setting
				line.ratio = fmt.Sprintf("%.2f of the time", ratio)
				if x.Before {
					line.goal = verdict(line.goal, ratio <= 1)
				}
			}
			rows = append(rows, line)
		case x.Job.Work == Anew && len(x.Start) > 0:
			first := x.Start[len(x.Start)-1].Seconds
			ratio := x.Median / first
			rows = append(rows, row{"a further run in a process until its first step is done / the first run, nothing compiled before",
				duration(x.Median) + " / " + duration(first), "", fmt.Sprintf("%.3f", ratio),
				verdict(fmt.Sprintf("≤ %.2f", goalFurther), ratio <= goalFurther)})
		}
	}
	return rows
}

func (r Record) memoryRow(work, title string, most float64) (row, bool) {
	g := r.Measured["memory"]
	ours, there := g.ours(work, "line")
	if !there || ours.Peak == 0 {
		return row{}, false
	}
	title += fmt.Sprintf(", of %d processes", len(ours.Peaks))
	x := row{work: title, ours: ours.memory(), theirs: "–", ratio: "–", goal: fmt.Sprintf("≤ %.1f", most)}
	if theirs, there := g.theirs(work, "line"); there && theirs.Peak > 0 {
		ratio := float64(ours.Peak) / float64(theirs.Peak)
		x.theirs = theirs.memory() + ", " + theirs.Setting
		x.ratio, x.goal = fmt.Sprintf("%.2f", ratio), verdict(x.goal, ratio <= most)
	}
	return x, true
}

func (r Record) cellRow() (row, bool) {
	g := r.Measured[CellWork]
	cell, there := g.ours(CellWork, "")
	if !there {
		return row{}, false
	}
	return row{"a warm notebook cell that loads a recorded run and draws its figure",
		fmt.Sprintf("%s [%s–%s]", duration(cell.Median), duration(cell.Low), duration(cell.High)), "", "",
		verdict(fmt.Sprintf("≤ %.1f s", goalCell), cell.Median <= goalCell)}, true
}

// verdict is the goal and whether it was met.
func verdict(goal string, met bool) string {
	if met {
		return goal + ": met"
	}
	return goal + ": **below goal**"
}

// duration is "502 ms" or "3.42 s".
func duration(seconds float64) string {
	switch {
	case seconds < 0.01:
		return fmt.Sprintf("%.2g ms", 1000*seconds)
	case seconds < 1:
		return fmt.Sprintf("%.0f ms", 1000*seconds)
	}
	return fmt.Sprintf("%.2f s", seconds)
}

func megabytes(n int64) string {
	return fmt.Sprintf("%s MB", experiment.Thousands(int(math.Round(float64(n)/1e6))))
}

// number is a rate in whole images.
func number(x float64) string { return experiment.Thousands(int(math.Round(x))) }
