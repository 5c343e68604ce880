package setup

import (
	"context"
	"gosubspace/kernel/internal/program"
	"strings"
)

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
