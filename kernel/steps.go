package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/backend"
)

// The steps of set-up, in their order; the one for Jupyter's settings stands
// beside what reads them.

func (s *setUp) compilerStep(ctx context.Context) (step, error) {
	return step{
		name:   "C compiler",
		doing:  "trying " + s.go_.Compiler,
		key:    s.go_.Compiler + " " + s.go_.CC,
		shared: true,
		do:     s.go_.CheckCompiler,
	}, nil
}

// environmentStep makes the project's own environment. It stays as long as its
// Python finds pip in it: an environment whose Python has become another version
// looks for packages where none are.
func (s *setUp) environmentStep(ctx context.Context) (step, error) {
	st := step{name: "environment", key: "made", do: func(context.Context) error { return nil }}
	if !s.env.own {
		return step{}, nil
	}
	steps := s.record.in(s.env)
	if lacking := checkout.Missing(s.pins(), s.found); s.found["pip"] != "" && folder.IsMarked(s.env.dir) &&
		(steps[st.name] == st.key || len(lacking) == 0) {
		steps[st.name] = st.key // a record that was lost need not cost the environment at the next new pin
		return step{}, nil
	}
	delete(steps, st.name)
	py, err := findPython(ctx, s.project.Packages.Python)
	if err != nil {
		return step{}, err
	}
	st.doing = fmt.Sprintf("making %s with Python %s", s.env.dir, py.version)
	st.do = func(ctx context.Context) error { return s.makeEnvironment(ctx, py) }
	return st, nil
}

func (s *setUp) makeEnvironment(ctx context.Context, py python) error {
	if err := folder.Remove(s.env.dir); err != nil {
		return err
	}
	s.found = nil
	clear(s.record.in(s.env))
	s.record.in(s.env)["cuda"] = strconv.FormatBool(s.cuda)
	if err := s.room("environment", 1500<<20); err != nil {
		return err
	}
	if err := folder.Mark(s.env.dir); err != nil {
		return err
	}
	if _, err := program.Output(ctx, "", jupyter.PythonEnv(), py.path, "-m", "venv", s.env.dir); err != nil {
		return program.Explain(err, program.Advice{Part: "environment", Folder: s.env.dir,
			Other: "install Python's venv module, for example: apt install python3-venv; then start again"})
	}
	return nil
}

// room sees that the disk of the project's folder has so many bytes free.
func (s *setUp) room(part string, need uint64) error {
	if free, ok := folder.Free(s.home); ok && free < need {
		return program.Fail(part, fmt.Sprintf("%s has %d MB free, and %d are needed", s.home, free>>20, need>>20),
			"free some, or set GOSUBSPACE_HOME to a folder on another disk, and start again")
	}
	return nil
}

// packagesStep installs the pinned packages, and removes those that were only
// wanted for the other choice of -cuda.
func (s *setUp) packagesStep(ctx context.Context) (step, error) {
	if !s.env.own {
		return step{}, nil // it has them all, or it would not be used
	}
	pins := s.pins()
	lacking := checkout.Missing(pins, s.found)
	if len(lacking) > 0 {
		delete(s.record.in(s.env), "packages")
	}
	var specs []string
	for _, p := range pins {
		specs = append(specs, p.String())
	}
	st := step{
		name:  "packages",
		doing: fmt.Sprintf("installing %s and %d more with pip (0.4 GB; a minute or a few)", specs[0], len(specs)-1),
		key:   strings.Join(specs, " "),
	}
	if s.cuda {
		st.doing = fmt.Sprintf("installing %s and %d more with pip (3 GB with CUDA; some minutes)", specs[0], len(specs)-1)
	}
	st.do = func(ctx context.Context) error {
		if s.cuda && len(checkout.Missing(pins, s.found)) > 0 {
			if err := s.room("packages", 4<<30); err != nil {
				return err
			}
		}
		if gone := s.unwanted(pins); len(gone) > 0 {
			if err := s.pip(ctx, append([]string{"uninstall", "--yes", "--quiet"}, gone...)); err != nil {
				return err
			}
		}
		// Pip keeps one core busy at most, for half a minute.
		defer s.compileMeanwhile(ctx)()
		return s.pip(ctx, append([]string{"install", "--quiet", "--no-input", "--disable-pip-version-check"}, specs...))
	}
	return st, nil
}

// unwanted returns the names of packages of the list that are installed and not
// among the pins.
func (s *setUp) unwanted(pins []checkout.Pin) []string {
	want := map[string]bool{}
	for _, p := range pins {
		want[checkout.Normal(p.Name)] = true
	}
	var gone []string
	for _, p := range s.project.Packages.Pins {
		if name := checkout.Normal(p.Name); !want[name] && s.found[name] != "" {
			gone = append(gone, name)
		}
	}
	return gone
}

func (s *setUp) pip(ctx context.Context, args []string) error {
	if _, err := program.Output(ctx, "", jupyter.PythonEnv(), s.env.python(), append([]string{"-m", "pip"}, args...)...); err != nil {
		return program.Explain(err, program.Advice{Part: "packages", Folder: s.env.dir,
			Offline: "give pip a mirror (PIP_INDEX_URL) or a folder of wheels (PIP_NO_INDEX=1 PIP_FIND_LINKS=folder)",
			Other: "see that pip's network or mirror has these versions, and that they are made for the Python of " + s.env.dir +
				": with a very new Python, uninstall, put an older one first on PATH, and start again"})
	}
	return nil
}

// pluginStep sees that there is a PJRT plugin. It comes with the packages on
// Linux; elsewhere the user names one, or computes in pure Go.
func (s *setUp) pluginStep(ctx context.Context) (step, error) {
	for _, p := range backend.InEnvironment(s.env.dir) {
		if p.Kind == backend.CPU {
			return step{}, nil
		}
	}
	if os.Getenv("GOMLX_BACKEND") != "" {
		return step{}, nil // the user has chosen
	}
	if onLinux() {
		return step{}, program.Fail("plugin", s.env.dir+" has no PJRT plugin", "remove the environment with go run ./kernel uninstall, and start again")
	}
	fmt.Fprintf(s.report, "%-12s none is installed on this system: computing in pure Go, unless GOMLX_BACKEND=xla:/path/of/a/plugin names one\n", "plugin")
	return step{}, nil
}

// kernelPrograms are the programs of the kernel, by the packages that they are:
// the relay that Jupyter starts, GoNB, what GoNB adds imports with, and what it
// starts gopls with.
var kernelPrograms = []string{"gosubspace/kernel/relay", "github.com/janpfeifer/gonb", "gosubspace/kernel/goimports", "gosubspace/kernel/gopls"}

// kernelSources are the folders of those that are ours, and of go.mod.
var kernelSources = []string{".", "kernel/relay", "kernel/goimports", "kernel/gopls"}

// kernelStep builds the kernel's programs.
func (s *setUp) kernelStep(ctx context.Context) (step, error) {
	bin := filepath.Join(s.env.kernel(), "bin")
	st := step{name: "kernel", doing: "building GoNB with Go " + s.go_.Version}
	for _, p := range kernelPrograms {
		st.leave = append(st.leave, filepath.Join(bin, path.Base(p)+program.Exe))
	}
	sums, err := s.project.HashFolders(kernelSources...)
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
		return s.build(ctx, "kernel", s.project.Dir, bin+string(filepath.Separator), kernelPrograms...)
	}
	return st, nil
}

// compileMeanwhile compiles what later steps build into Go's cache, and returns
// what waits for the end of that. What goes wrong, they will say.
func (s *setUp) compileMeanwhile(ctx context.Context) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.build(ctx, "kernel", s.project.Dir, os.DevNull, kernelPrograms...)
		s.build(ctx, "gopls", s.goplsDir(), os.DevNull, goplsProgram)
	}()
	return func() { <-done }
}

const goplsProgram = "golang.org/x/tools/gopls"

func (s *setUp) goplsDir() string { return filepath.Join(s.project.Dir, "kernel", "gopls", "pinned") }

// goplsStep builds gopls, with which GoNB completes names and shows what they
// are. It is pinned by a go.mod of its own: what it needs would weigh on the one
// that every cell is built with, and pull its versions up. Who cannot get it does
// without it.
func (s *setUp) goplsStep(ctx context.Context) (step, error) {
	sums, err := s.project.HashFolders("kernel/gopls/pinned")
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
func (s *setUp) modulesStep(ctx context.Context) (step, error) {
	sums, err := s.project.HashFolders(".")
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
			if _, err := program.Output(ctx, s.project.Dir, s.go_.Env(), s.go_.Command(), "mod", "graph"); err != nil {
				return program.Explain(err, program.Advice{Part: "modules", Folder: s.go_.Modules, Offline: "give Go a mirror (GOPROXY)",
					Other: "see that the checkout is complete and that go mod graph works in " + s.project.Dir + ", and start again"})
			}
			return nil
		},
	}, nil
}

// moduleFiles are files that are in the module cache after it was filled and gone
// after it was emptied: GoMLX's go.mod.
func (s *setUp) moduleFiles() []string {
	for _, m := range s.project.Requires {
		if m.Path == "github.com/gomlx/gomlx" {
			return []string{filepath.Join(s.go_.Modules, "cache", "download", filepath.FromSlash(m.Path), "@v", m.Version+".mod")}
		}
	}
	return nil
}

// build builds with the flags and the compiler that cells are built with, so
// that they find what was compiled; only here may modules be downloaded.
func (s *setUp) build(ctx context.Context, part, dir, out string, packages ...string) error {
	args := append([]string{"build", "-o", out}, packages...)
	if _, err := program.Output(ctx, dir, s.go_.Env(), s.go_.Command(), args...); err != nil {
		return program.Explain(err, program.Advice{Part: part, Folder: s.go_.Cache, Offline: "give Go a mirror (GOPROXY)",
			Other: "see that the checkout is complete and that go build ./... works in " + s.project.Dir + ", and start again"})
	}
	return nil
}

func (s *setUp) specStep(ctx context.Context) (step, error) {
	spec := s.spec()
	text, err := spec.text()
	if err != nil {
		return step{}, err
	}
	path := filepath.Join(s.env.kernel(), "kernel.json")
	there, _ := os.ReadFile(path)
	if bytes.Equal(there, text) {
		return step{}, nil
	}
	doing := fmt.Sprintf("telling Jupyter about %q", kernelTitle)
	if other := checkoutOf(there); other != "" && other != s.project.Dir {
		doing += ": it was that of " + other + ", whose notebooks now use this checkout until the command is run there"
	}
	return step{
		name:  "kernel spec",
		doing: doing,
		key:   checkout.Hash(text),
		leave: []string{path},
		do:    func(context.Context) error { return spec.write(s.env.kernel()) },
	}, nil
}

// compileStep compiles what the notebooks import, so that the first cell need
// not. An import of somebody's own notebook that is nowhere is passed
// over: its cell says so, and it keeps nobody from opening the others.
func (s *setUp) compileStep(ctx context.Context) (step, error) {
	books, err := jupyter.ReadAll(s.project.Notebooks())
	if err != nil {
		return step{}, err
	}
	imports, absent := s.project.ImportsOf(books, s.go_.Root)
	s.sayAbsent(absent)
	sums, err := s.project.HashFolders(".")
	if err != nil {
		return step{}, err
	}
	return step{
		name:   "compile",
		doing:  "compiling what the notebooks import",
		key:    strings.Join([]string{s.project.Dir, s.go_.Version, s.go_.Cache, sums, strings.Join(imports, " ")}, " "),
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
func (s *setUp) sayAbsent(absent []checkout.Absent) {
	const name = "absent imports"
	var said []string
	if dir, rest, _ := strings.Cut(s.record.Steps[name], "\n"); dir == s.project.Dir {
		said = strings.Split(rest, "\n")
	}
	now := []string{s.project.Dir}
	for _, a := range absent {
		line := a.String()
		if !slices.Contains(said, line) {
			s.worked = true // else everything would be there already
			fmt.Fprintf(s.report, "%-12s %s\n", "compile", line)
		}
		now = append(now, line)
	}
	s.record.Steps[name] = strings.Join(now, "\n")
}

func (s *setUp) compile(ctx context.Context, imports []string) error {
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
	return s.build(ctx, "compile", s.project.Dir, filepath.Join(dir, "main"+program.Exe), main)
}
