package paper

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
)

// RecordedRuns are the recorded runs behind a figure of the paper.
type RecordedRuns struct {
	Figure
	Rows    Rows     // the methods that have been recorded
	Missing []string // those that have not
	flags   string   // of the command that makes them: -preset quick
}

// ReadFigure finds the runs behind a figure among the recorded ones: those with
// exactly the settings that the figure has with base. flags are what the command
// line says to have base, such as "-preset quick".
func ReadFigure(rec experiment.Record, number int, base experiment.Config, flags string) (RecordedRuns, error) {
	f, err := NewFigure(number, base)
	if err != nil {
		return RecordedRuns{}, err
	}
	runs := RecordedRuns{Figure: f, flags: flags}
	for _, m := range f.Methods {
		results, err := rec.Of(m.Config)
		if err != nil {
			return runs, fmt.Errorf("figure %d, %s: %w", number, m.Name, err)
		}
		if len(results) == 0 {
			runs.Missing = append(runs.Missing, m.Name)
		} else {
			runs.Rows = append(runs.Rows, Row{m.Name, results})
		}
	}
	return runs, nil
}

// ReadFigures finds the runs behind all figures of the paper, see [ReadFigure].
func ReadFigures(rec experiment.Record, base experiment.Config, flags string) (all []RecordedRuns, err error) {
	for number := 1; number <= Figures; number++ {
		f, err := ReadFigure(rec, number, base, flags)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// Draw draws the figure, of which no method may be missing.
func (f RecordedRuns) Draw() ([]*plots.Figure, error) {
	if len(f.Missing) > 0 {
		return nil, errors.New(f.Lacks())
	}
	return f.Figure.Draw(f.Rows)
}

// Command is the command that makes the runs and records them.
func (f RecordedRuns) Command() string {
	return fmt.Sprintf("go run ./kernel train -figure %d %s -seeds %d -record notebooks/results", f.Number, f.flags, cmp.Or(f.Seeds(), 3))
}

// Lacks says what has been recorded of the figure, what not, and how it is made.
func (f RecordedRuns) Lacks() string {
	text := fmt.Sprintf("Figure %d has not been recorded with %s yet.\n", f.Number, f.flags)
	var there []string
	for _, r := range f.Rows {
		there = append(there, fmt.Sprintf("%s (%s)", r.Name, count(len(r.Results), "seed")))
	}
	if len(there) > 0 {
		text += "Recorded: " + strings.Join(there, ", ") + "\n"
	}
	return text + "Not yet: " + strings.Join(f.Missing, ", ") + "\n" + f.Command()
}

// Seeds is the number of seeds of which any method has been recorded.
func (f RecordedRuns) Seeds() int { return len(f.seeds()) }

// seeds returns the seeds of which any method has been recorded, ascending.
func (f RecordedRuns) seeds() []uint64 {
	seen := map[uint64]bool{}
	for _, r := range slices.Concat(f.Rows.runs()...) {
		seen[r.Config.Seed] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// Budget says in a line what the runs cost and where they were made.
func (f RecordedRuns) Budget() string {
	runs := f.Rows.runs()
	if len(runs) == 0 {
		return ""
	}
	first := runs[0][0]
	images := fmt.Sprint(first.Config.TrainImages)
	switch {
	case first.Images > 0:
		images = fmt.Sprint(first.Images)
	case first.Config.TrainImages == 0:
		images = "all"
	}
	net := first.Config.Network
	if first.Config.Width > 0 {
		net = fmt.Sprintf("%s of width %d", net, first.Config.Width)
	}
	words, seeds := "seeds", f.seeds()
	if len(seeds) == 1 {
		words = "seed"
	}
	numbers := strings.ReplaceAll(strings.Trim(fmt.Sprint(seeds), "[]"), " ", ", ")
	return fmt.Sprintf("Figure %d, %s: %s, %s training images, %d epochs, %s; %s %s; %s", f.Number, strings.TrimPrefix(f.flags, "-"),
		setName(first.Config), images, first.Config.Epochs, net, words, numbers, devicesOf(f.Rows.runs()...))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
