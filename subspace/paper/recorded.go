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

	corrected []float64 // the p-values of its claims, corrected for all of the preset
	family    int       // of so many
}

// ReadFigure finds the runs behind a figure among the recorded ones: those with
// exactly the settings that the figure has with base. flags are what the command
// line says to have base, such as "-preset quick".
func ReadFigure(rec experiment.Record, number int, base experiment.Config, flags string) (RecordedRuns, error) {
	f, err := NewFigure(number, base)
	if err != nil {
		return RecordedRuns{}, err
	}
	asked, err := readFigure(rec, f, flags)
	if err != nil {
		return asked, err
	}
	// Its claims are told beside those of the other figures.
	all := []RecordedRuns{asked}
	for other := 1; other <= Figures; other++ {
		f, err := NewFigure(other, base)
		if err != nil || other == number {
			continue
		}
		if runs, err := readFigure(rec, f, flags); err == nil {
			all = append(all, runs)
		}
	}
	correct(all)
	return all[0], nil
}

// ReadFigures finds the runs behind all figures of the paper that can have the settings
// of base, see [NewFigure] and [ReadFigure]: with those of a preset all of them, in their
// order. It is an error where none can.
func ReadFigures(rec experiment.Record, base experiment.Config, flags string) (all []RecordedRuns, err error) {
	var refused error
	for number := 1; number <= Figures; number++ {
		f, err := NewFigure(number, base)
		if err != nil {
			refused = cmp.Or(refused, err)
			continue
		}
		runs, err := readFigure(rec, f, flags)
		if err != nil {
			return nil, err
		}
		all = append(all, runs)
	}
	if len(all) == 0 {
		return nil, refused
	}
	correct(all)
	return all, nil
}

func readFigure(rec experiment.Record, f Figure, flags string) (RecordedRuns, error) {
	runs := RecordedRuns{Figure: f, flags: flags}
	for _, m := range f.Methods {
		results, err := rec.Of(m.Config)
		if err != nil {
			return runs, fmt.Errorf("figure %d, %s: %w", f.Number, m.Name, err)
		}
		if len(results) == 0 {
			runs.Missing = append(runs.Missing, m.Name)
		} else {
			runs.Rows = append(runs.Rows, Row{m.Name, results})
		}
	}
	return runs, nil
}

// Draw draws what has been recorded of the figure: its pictures in their order, nil in the
// place of one that the recorded methods are not enough for, see [RecordedRuns.Drawable].
// The error says what is missing where there is no picture at all.
func (f RecordedRuns) Draw() (pictures []*plots.Figure, err error) {
	if len(f.Missing) == 0 {
		return f.Figure.Draw(f.Rows)
	}
	if !f.Drawable() {
		return nil, errors.New(f.Lacks())
	}
	if err := f.Rows.Check(); err != nil {
		return nil, fmt.Errorf("figure %d: %w", f.Number, err)
	}
	any := false
	var failed []error
	for _, draw := range f.definition().draw {
		picture, err := draw(f.Rows)
		if err != nil {
			picture, failed = nil, append(failed, err)
		}
		any = any || picture != nil
		pictures = append(pictures, picture)
	}
	if !any {
		return nil, fmt.Errorf("figure %d: %w", f.Number, errors.Join(failed...))
	}
	return pictures, nil
}

// Drawable reports whether enough has been recorded for [RecordedRuns.Draw]: the first
// method, which the others are compared with, and, but in figure 2, one more.
func (f RecordedRuns) Drawable() bool {
	return len(f.Rows) > 0 && f.Rows[0].Name == f.Methods[0].Name && (len(f.Rows) > 1 || f.definition().alone)
}

// Command is the command that makes the runs and records them.
func (f RecordedRuns) Command() string {
	return fmt.Sprintf("go run ./kernel train -figure %d %s -seeds %d -record notebooks/results", f.Number, f.flags, cmp.Or(f.Seeds(), 3))
}

// Lacks says what has been recorded of the figure, what not, and how it is made; "" where
// nothing is missing.
func (f RecordedRuns) Lacks() string {
	if len(f.Missing) == 0 {
		return ""
	}
	whole := ""
	if f.Drawable() {
		whole = "whole "
	}
	text := fmt.Sprintf("Figure %d has not been recorded %swith %s yet.\n", f.Number, whole, f.flags)
	var there []string
	for _, r := range f.Rows {
		there = append(there, fmt.Sprintf("%s (%s)", r.Name, experiment.Count(len(r.Results), "seed")))
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
	return fmt.Sprintf("Figure %d, %s: %s, %s training images, %d epochs, %s; %s %s; %s%s", f.Number, strings.TrimPrefix(f.flags, "-"),
		setName(first.Config), images, first.Config.Epochs, net, words, numbers, devicesOf(f.Rows.runs()...), MapImages(slices.Concat(f.Rows.runs()...)...))
}
