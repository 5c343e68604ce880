package setup

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/program"
)

// kernelPrograms are the programs of the kernel, by the packages that they are:
// the relay that Jupyter starts, GoNB, and what GoNB starts for go, goimports and gopls.
var kernelPrograms = []string{"gosubspace/kernel/relay", "github.com/janpfeifer/gonb", "gosubspace/kernel/go", "gosubspace/kernel/goimports", "gosubspace/kernel/gopls"}

// kernelSources are the folders of those that are ours, and of go.mod.
var kernelSources = []string{".", "kernel/relay", "kernel/internal/scratch", "subspace/place", "kernel/go", "kernel/goimports", "kernel/gopls"}

// kernelStep builds the kernel's programs.
func (s *State) kernelStep(ctx context.Context) (step, error) {
	bin := filepath.Join(s.env.kernel(), "bin")
	st := step{name: "kernel", doing: "building GoNB with Go " + s.go_.Version}
	for _, p := range kernelPrograms {
		st.leave = append(st.leave, filepath.Join(bin, path.Base(p)+program.Exe))
	}
	sums, err := s.Project.HashFolders(kernelSources...)
	if err != nil {
		return step{}, err
	}
	st.key = s.go_.Version + " " + sums
	st.do = func(ctx context.Context) error {
		if err := folder.Mark(s.env.kernel()); err != nil {
			return err
		}
		if err := os.MkdirAll(bin, 0o755); err != nil {
			return err
		}
		return s.build(ctx, "kernel", s.Project.Dir, bin+string(filepath.Separator), kernelPrograms...)
	}
	return st, nil
}

// compileMeanwhile compiles what later steps build into Go's cache, and returns
// what waits for the end of that. What goes wrong, they will say.
func (s *State) compileMeanwhile(ctx context.Context) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.build(ctx, "kernel", s.Project.Dir, os.DevNull, kernelPrograms...)
		s.build(ctx, "gopls", s.goplsDir(), os.DevNull, goplsProgram)
	}()
	return func() { <-done }
}

const goplsProgram = "golang.org/x/tools/gopls"

func (s *State) goplsDir() string { return filepath.Join(s.Project.Dir, "kernel", "gopls", "pinned") }

// goplsStep builds gopls, with which GoNB completes names and shows what they
// are. It is pinned by a go.mod of its own: what it needs would weigh on the one
// that every cell is built with, and pull its versions up. Who cannot get it does
// without it.
func (s *State) goplsStep(ctx context.Context) (step, error) {
	sums, err := s.Project.HashFolders("kernel/gopls/pinned")
	if err != nil {
		return step{}, err
	}
	binary := s.env.gopls()
	return step{
		name:  "gopls",
		doing: "building gopls, for completion and help in cells (a minute or so)",
		key:   s.go_.Version + " " + sums,
		leave: []string{binary},
		do: func(ctx context.Context) error {
			if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
				return err
			}
			err := s.build(ctx, "gopls", s.goplsDir(), binary, goplsProgram)
			if err == nil || ctx.Err() != nil {
				return err
			}
			fmt.Fprintf(s.report, "%-12s not built, so cells have no completion until the next start (%s)\n", "gopls", reason(err))
			return errSkipped
		},
	}, nil
}

// reason is why something failed, in a line.
func reason(err error) string {
	if f, ok := err.(program.Failure); ok {
		return f.Why
	}
	return program.FirstLine(err.Error())
}

// modulesStep reads the go.mod of every module of the graph into Go's module
// cache. A build here needs but some of them; a cell is built in a module of its
// own beside the checkout, in a workspace, and for that the go command wants to
// see all of them: without, every cell ends in "module lookup disabled by
// GOPROXY=off". Of the modules themselves it wants only what is compiled.
//
// What CI alone uses stands in .ci/tools and is no part of the graph.
func (s *State) modulesStep(ctx context.Context) (step, error) {
	sums, err := s.Project.HashFolders(".")
	if err != nil {
		return step{}, err
	}
	return step{
		name:   "modules",
		doing:  "reading what the project's modules are made of",
		key:    strings.Join([]string{s.go_.Version, s.go_.Modules, sums}, " "),
		shared: true,
		leave:  s.moduleFiles(),
		do: func(ctx context.Context) error {
			if _, err := program.Output(ctx, s.Project.Dir, s.go_.Env(), s.go_.Command(), "mod", "graph"); err != nil {
				return program.Explain(err, s.go_.Advice("modules", "see that the checkout is complete and that go mod graph works in "+s.Project.Dir+", and start again"))
			}
			return nil
		},
	}, nil
}

// moduleFiles are files that are in the module cache after it was filled and gone
// after it was emptied: GoMLX's go.mod.
func (s *State) moduleFiles() []string {
	for _, m := range s.Project.Requires {
		if m.Path == "github.com/gomlx/gomlx" {
			return []string{filepath.Join(s.go_.Modules, "cache", "download", filepath.FromSlash(m.Path), "@v", m.Version+".mod")}
		}
	}
	return nil
}

// build builds with the flags and the compiler that cells are built with, so
// that they find what was compiled; only here may modules be downloaded.
func (s *State) build(ctx context.Context, part, dir, out string, packages ...string) error {
	args := append([]string{"build", "-o", out}, packages...)
	if _, err := program.Output(ctx, dir, s.go_.Env(), s.go_.Command(), args...); err != nil {
		return program.Explain(err, s.go_.Advice(part, "see that the checkout is complete and that go build ./... works in "+s.Project.Dir+", and start again"))
	}
	return nil
}
