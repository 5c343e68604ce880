package setup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
)

// compileStep compiles what the notebooks import, so that the first cell need
// not. An import of somebody's own notebook that is nowhere is passed
// over: its cell says so, and it keeps nobody from opening the others.
func (s *State) compileStep(ctx context.Context) (step, error) {
	books, err := jupyter.ReadAll(s.Project.Notebooks())
	if err != nil {
		return step{}, err
	}
	imports, absent := s.Project.ImportsOf(books, s.go_.Root)
	s.sayAbsent(absent)
	sums, err := s.Project.HashFolders(".")
	if err != nil {
		return step{}, err
	}
	return step{
		name:   "compile",
		doing:  "compiling what the notebooks import",
		key:    strings.Join([]string{s.Project.Dir, s.go_.Version, s.go_.Cache, sums, strings.Join(imports, " ")}, " "),
		shared: true,
		leave:  s.moduleFiles(),
		do: func(ctx context.Context) error {
			err := s.compile(ctx, imports)
			if err == nil || ctx.Err() != nil {
				return err
			}
			fmt.Fprintf(s.report, "%-12s not done: the first cell will take longer (%s)\n", "compile", reason(err))
			return errSkipped
		},
	}, nil
}

// sayAbsent says which imports are passed over, each once while it is there: there
// need be nothing new to compile when one comes or goes.
func (s *State) sayAbsent(absent []checkout.Absent) {
	const name = "absent imports"
	var said []string
	if dir, rest, _ := strings.Cut(s.record.Steps[name], "\n"); dir == s.Project.Dir {
		said = strings.Split(rest, "\n")
	}
	now := []string{s.Project.Dir}
	for _, a := range absent {
		line := a.String()
		if !slices.Contains(said, line) {
			s.Worked = true // else everything would be there already
			fmt.Fprintf(s.report, "%-12s %s\n", "compile", line)
		}
		now = append(now, line)
	}
	s.record.Steps[name] = strings.Join(now, "\n")
}

func (s *State) compile(ctx context.Context, imports []string) error {
	dir, err := os.MkdirTemp("", "gosubspace-compile-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var source strings.Builder
	source.WriteString("package main\n\nimport (\n\t\"fmt\"\n")
	for _, path := range imports {
		if path != "fmt" {
			fmt.Fprintf(&source, "\t_ %q\n", path)
		}
	}
	source.WriteString(")\n\nfunc main() { fmt.Println() }\n")
	main := filepath.Join(dir, "main.go")
	if err := os.WriteFile(main, []byte(source.String()), 0o600); err != nil {
		return err
	}
	return s.build(ctx, "compile", s.Project.Dir, filepath.Join(dir, "main"+program.Exe), main)
}

// firstCell is the cell that set-up ends with and doctor runs: it imports what
// the notebooks share and opens what computes.
const firstCell = `import "gosubspace/notebooks/lesson"
%%
lesson.Backend()`

// cellStep runs a cell as JupyterLab will. Each part can be in its place and a
// cell still not run; better that set-up says so than the reader's first cell.
func (s *State) cellStep(ctx context.Context) (step, error) {
	sums, err := s.Project.HashFolders(append([]string{"notebooks/lesson"}, kernelSources...)...)
	if err != nil {
		return step{}, err
	}
	return step{
		name:  "first cell",
		doing: "running a cell, as JupyterLab will",
		key:   strings.Join([]string{s.Project.Dir, s.go_.Version, sums}, " "),
		leave: s.moduleFiles(),
		do: func(ctx context.Context) error {
			_, err := s.Jupyter().RunCell(ctx, firstCell)
			if err == nil || ctx.Err() != nil {
				return err
			}
			return program.Fail("first cell", "a cell does not run here: "+err.Error(), "run go run ./kernel doctor; it looks at each part")
		},
	}, nil
}
