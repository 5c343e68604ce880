package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
	"gosubspace/subspace/speed"
)

// measureCell measures how long a notebook's cell takes that loads recorded runs
// and draws their figure: the first such cell of 01-line. Its program is written,
// goimported, built and run as GoNB does it, with the programs that set-up gives it, n
// times, after a first time that does not count. Each time it prints another word, so
// that it is built anew, as after an edit. What Jupyter itself takes, some
// milliseconds, is not in it.
func measureCell(ctx context.Context, n int) (g speed.Group, err error) {
	p, err := checkout.Here()
	if err != nil {
		return g, fmt.Errorf("a notebook's cell is measured in a checkout: %w", err)
	}
	nb, err := jupyter.Read(filepath.Join(p.Notebooks(), "01-line.ipynb"))
	if err != nil {
		return g, err
	}
	i := slices.IndexFunc(nb.Cells, func(c jupyter.Cell) bool {
		return c.Type == "code" && strings.Contains(string(c.Source), "lesson.Recorded(") && strings.Contains(string(c.Source), "lesson.Figure(")
	})
	if i < 0 {
		return g, errors.New("01-line has no cell that draws a recorded run")
	}
	go_, err := p.Go(ctx)
	if err != nil {
		return g, err
	}
	dir, err := os.MkdirTemp("", "gosubspace-cell-")
	if err != nil {
		return g, err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		return g, err
	}
	if _, err := program.Output(ctx, p.Dir, go_.Env(), go_.Command(), "build", "-o", bin+string(filepath.Separator), "./kernel/goimports", "./kernel/go"); err != nil {
		return g, err
	}
	tool := func(name string) string { return filepath.Join(bin, name+program.Exe) }
	env := program.Setenv(go_.Env(), map[string]string{
		"GOSUBSPACE_FIGURES": dir, "GOWORK": "", "GOPROXY": "off",
		"PATH": strings.Join([]string{bin, filepath.Join(go_.Root, "bin"), os.Getenv("PATH")}, string(os.PathListSeparator)),
	})
	module := filepath.Join(dir, "module")
	if err := os.Mkdir(module, 0o700); err != nil {
		return g, err
	}
	binary := filepath.Join(module, "gonb_cell"+program.Exe)
	for name, text := range map[string]string{
		"go.mod":  "module gonb_cell\n\ngo " + p.Minimum + "\n",
		"go.work": fmt.Sprintf("go %s\n\nuse (\n\t.\n\t%q\n)\n", p.Minimum, p.Dir),
	} {
		if err := os.WriteFile(filepath.Join(module, name), []byte(text), 0o600); err != nil {
			return g, err
		}
	}
	var seconds []float64
	for k := range n + 1 {
		source := cellProgram(nb, i, fmt.Sprint("time ", k))
		start := time.Now()
		if err := os.WriteFile(filepath.Join(module, "main.go"), []byte(source), 0o600); err != nil {
			return g, err
		}
		for _, step := range [][]string{
			{module, tool("goimports"), "-w", filepath.Join(module, "main.go")},
			{module, tool("go"), "get"},
			{module, tool("go"), "build", "-o", binary},
			{p.Notebooks(), binary},
		} {
			if _, err := program.Output(ctx, step[0], env, step[1], step[2:]...); err != nil {
				return g, fmt.Errorf("%s of a cell's program: %w", filepath.Base(step[1]), err)
			}
		}
		if k > 0 {
			seconds = append(seconds, time.Since(start).Seconds())
		}
	}
	if drawn, _ := place.Glob(dir, "*.png"); len(drawn) == 0 {
		return g, errors.New("the cell of 01-line draws nothing")
	}
	return speed.Group{
		Measured:     time.Now().UTC().Format(time.RFC3339),
		Measurements: []speed.Measurement{speed.NewMeasurement(speed.CellWork, seconds)},
	}, nil
}

// cellProgram is the program that GoNB makes of a cell, with the imports of the
// cells above it, that prints a word of its own.
func cellProgram(nb jupyter.Notebook, at int, word string) string {
	var b strings.Builder
	b.WriteString("package main\n\nimport \"flag\"\n")
	var paths []string
	for _, c := range nb.Cells[:at+1] {
		paths = append(paths, c.Imports()...)
	}
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	_, body, _ := strings.Cut(string(nb.Cells[at].Source), "%%\n")
	fmt.Fprintf(&b, "\nfunc main() {\n\tflag.Parse()\n%s\n\tprintln(%q)\n}\n", body, word)
	return b.String()
}
