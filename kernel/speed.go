package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/plots"
	"gosubspace/subspace/place"
	"gosubspace/subspace/speed"
)

const speedAbout = `Measures how fast the project is, and beside it the same work in PyTorch where
-torch names a Python that has it. The machine should have nothing else to do.

Examples:

    go run ./kernel speed
    go run ./kernel speed -torch /tmp/torch/bin/python -record notebooks/results
    go run ./kernel speed -rows step,line -torch /tmp/torch/bin/python

PyTorch is no part of the environment: subspace/speed/requirements.txt says which
version, and how to install it. It works with as many threads, in its best of four
settings: channels first or last, eager or compiled.

-record writes speed.json (every number), speed.txt, speed.png to a folder. Where
that is notebooks/results of the checkout it also writes the tables into
subspace/speed/README.md, where they have their place. What is there already and was measured by the same program on the same
machine is not measured again, so that it can be done in pieces; -again measures
it again.

What can be measured, for -rows:`

// speeds is the subcommand that measures speed.
func speeds(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 2 && args[0] == "worker" { // see subspace/speed
		return speed.Serve(ctx, args[1], os.Stdin, stdout)
	}
	about, names := speedAbout, []string{}
	for _, p := range speed.Parts {
		names = append(names, p.Name)
		about += fmt.Sprintf("\n    %-10s %s", p.Name, p.About)
	}
	names = append(names, speed.CellWork)
	about += fmt.Sprintf("\n    %-10s %s", speed.CellWork, "a notebook's cell that draws a recorded run; in a checkout alone")
	fs := flags("speed", "go run ./kernel speed [flags]", about, stdout)
	torch := fs.String("torch", "", "the `python` that has PyTorch")
	rows := fs.String("rows", "", "what is measured, separated by commas (default: everything)")
	dir := fs.String("record", "", "write what was measured to this `folder`; into notebooks/results of the checkout: also the tables of subspace/speed/README.md")
	again := fs.Bool("again", false, "measure also what has been recorded")
	quick := fs.Bool("quick", false, "few steps of a tiny network, to see that it works")
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	wanted := names
	if *rows != "" {
		wanted = parted(*rows)
	}
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			return usageError{fmt.Sprintf("-rows %s: want some of %s", name, strings.Join(names, ", "))}
		}
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	build, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	m := speed.Meter{Ours: []string{binary, "speed", "worker"}, Torch: *torch, Size: speed.FullSize(), Say: func(line string) { fmt.Fprintln(stderr, line) }}
	defer m.Close()
	if *quick {
		m.Size = speed.QuickSize()
	}
	r, err := startRecord(checkout.Hash(build), m.Size, *dir, *rows != "" || *quick, stderr)
	if err != nil {
		return err
	}
	for _, name := range wanted {
		if r.Has(name, *torch != "") && !*again {
			fmt.Fprintf(stderr, "%s: recorded already\n", name)
			continue
		}
		fmt.Fprintf(stderr, "%s …\n", name)
		if r.Measured[name], err = measure(ctx, &m, name); err != nil {
			return err
		}
		if *dir != "" { // at once: what follows may be interrupted
			if err := r.Write(filepath.Join(*dir, "speed.json")); err != nil {
				return err
			}
		}
	}
	text := speedText(r)
	fmt.Fprint(stdout, text)
	if *dir == "" {
		return nil
	}
	return recordSpeed(r, text, *dir, stdout)
}

// startRecord starts a record with what is in the folder already, if there is one, and
// was measured by the same program on the same machine. Of another a part cannot take the
// place.
func startRecord(program string, size speed.Size, dir string, part bool, stderr io.Writer) (speed.Record, error) {
	r := speed.NewRecord(program, size)
	if dir == "" {
		return r, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return r, fmt.Errorf("cannot record to %s: %w; choose another folder", dir, err)
	}
	old, there, err := speed.ReadRecord(filepath.Join(dir, "speed.json"))
	if err != nil || !there || r.Take(old) {
		return r, err
	}
	if part {
		return r, fmt.Errorf("%s is of another machine, program or size, and would be lost for a part of it: record to another folder, or measure everything", filepath.Join(dir, "speed.json"))
	}
	fmt.Fprintln(stderr, "what was recorded is of another machine or program: it is measured anew")
	return r, nil
}

// measure measures one part.
func measure(ctx context.Context, m *speed.Meter, name string) (speed.Group, error) {
	if name == speed.CellWork {
		return measureCell(ctx, m.Size.Cells)
	}
	return m.Measure(ctx, name)
}

// speedText returns the tables.
func speedText(r speed.Record) string {
	var parts []string
	for _, part := range []string{r.Table(), r.Profile(), r.Growth()} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n")
}

// recordSpeed writes the tables and the figure to a folder. Where that is
// notebooks/results of the checkout, it writes the tables into its
// subspace/speed/README.md too, which shows that figure.
func recordSpeed(r speed.Record, text, dir string, stdout io.Writer) error {
	figure, err := speedFigure(r)
	if err != nil {
		return err
	}
	if figure != nil {
		if err := figure.Write(filepath.Join(dir, "speed.png")); err != nil {
			return err
		}
		text += "\nThe figure in words: " + figure.Alt + "\n"
	}
	if err := place.WriteFile(filepath.Join(dir, "speed.txt"), []byte(text)); err != nil {
		return err
	}
	p, err := checkout.Here()
	if err != nil || !place.Same(dir, filepath.Join(p.Notebooks(), "results")) {
		fmt.Fprintln(stdout, "\nwritten to", dir)
		return nil // a binary that was carried elsewhere, or figures that the page does not show
	}
	path := filepath.Join(p.Dir, "subspace", "speed", "README.md")
	page, there, err := checkout.Speed.On(path, speedText(r))
	if err == nil && !there {
		err = fmt.Errorf("%s: %w", path, checkout.Speed.Lost())
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, "\nwritten to", dir, "and", path)
	return place.WriteFile(path, []byte(page))
}

// speedFigure draws how cost grows: what was measured, and the straight line that
// fits it best. It returns nil where nothing of that was measured.
func speedFigure(r speed.Record) (*plots.Figure, error) {
	var panels []plots.Lines
	add := func(title, xLabel, yLabel string, x, y, low, high []float64) {
		if len(x) < 2 || len(y) < len(x) {
			return
		}
		line := speed.FitLine(x, y)
		fitted := make([]float64, len(x))
		for i := range x {
			fitted[i] = line.Y(x[i])
		}
		name := "measured (median, quartiles)"
		if low == nil {
			name = "measured, once each"
		}
		panels = append(panels, plots.Lines{Title: title, XLabel: xLabel, YLabel: yLabel, Series: []plots.Series{
			{Name: name, X: x, Y: y, Low: low, High: high, Style: 1}, {Name: "straight line through it", X: x, Y: fitted, Style: 2},
		}, References: []plots.Reference{{Name: "zero"}}}) // so that what grows is seen beside what there is
	}
	scaled := func(values []float64, by float64) []float64 {
		out := make([]float64, len(values))
		for i, v := range values {
			out[i] = by * v
		}
		return out
	}
	for _, p := range []struct{ part, of, xLabel string }{
		{"endpoints", "endpoints", "endpoints m"},
		{"widths", "width", "width (channels)"},
		{"points", "points", "points evaluated"},
	} {
		c := r.Cost(p.part)
		what, unit, by := "A step", "time (ms)", 1e3
		if p.part == "points" {
			what, unit, by = "Evaluation", "time (s)", 1
		}
		add(what+" by "+p.of, p.xLabel, unit, c.X, scaled(c.Seconds, by), scaled(c.Low, by), scaled(c.High, by))
		if p.part != "points" {
			add("Memory by "+p.of, p.xLabel, "peak memory (MB)", c.X, c.Megabytes, nil, nil)
		}
	}
	if len(panels) < 2 {
		return nil, nil
	}
	return plots.Panels{
		Title: "How cost grows", Panels: panels, Name: "speed",
		Note: fmt.Sprintf("%s; cResNet20, batch %d of %d×%d, random images; memory: peak resident of a process", r.Where(), r.Size.Batch, r.Size.Side, r.Size.Side),
	}.Draw()
}
