package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/place"
)

func (s *State) compilerStep(ctx context.Context) (step, error) {
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
func (s *State) environmentStep(ctx context.Context) (step, error) {
	st := step{name: "environment", key: "made", do: func(context.Context) error { return nil }}
	if !s.env.own {
		return step{}, nil
	}
	steps := s.record.in(s.env)
	made := steps[st.name]
	elsewhere := made != "" && made != st.key && made != st.current() // st.key alone is from before it told the machine
	if lacking := checkout.Missing(s.pins(), s.found.Found); s.found.Found["pip"] != "" && folder.IsMarked(s.env.dir) &&
		!elsewhere && (made != "" || len(lacking) == 0) {
		steps[st.name] = st.current() // a record that was lost need not cost the environment at the next new pin
		return step{}, nil
	}
	delete(steps, st.name)
	py, err := findPython(ctx, s.Project.Packages.Python)
	if err != nil {
		return step{}, err
	}
	st.doing = fmt.Sprintf("making %s with Python %s", s.env.dir, py.version)
	if place.IsFile(filepath.Join(s.env.dir, "pyvenv.cfg")) {
		st.doing += " anew; the one there is removed: it is not whole, or of another Python or kind of machine"
	}
	st.do = func(ctx context.Context) error { return s.makeEnvironment(ctx, py) }
	return st, nil
}

func (s *State) makeEnvironment(ctx context.Context, py python) error {
	there, err := folder.Rest(s.env.dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if who := folder.Held(s.home); len(there) > 0 && len(who) > 0 {
		// On another machine, perhaps, that shares the home and has another Python.
		return folder.UsedBy("environment", s.home, who, "start again, or set GOSUBSPACE_HOME to a folder for this kind of machine alone")
	}
	if err := folder.Remove(s.env.dir); err != nil {
		return err
	}
	s.found = packages{}
	had, decided := s.record.in(s.env)["cuda"]
	clear(s.record.in(s.env))
	if decided {
		s.record.in(s.env)["cuda"] = had
	}
	if err := s.room("environment", 1500<<20); err != nil {
		return err
	}
	if err := folder.Mark(s.env.dir); err != nil {
		return err
	}
	// Venv would call ensurepip too, and keep to itself what that says where it fails.
	_, err = program.Output(ctx, "", jupyter.PythonEnv(), py.path, "-m", "venv", "--without-pip", s.env.dir)
	if err == nil { // its Python is there now
		_, err = program.Output(ctx, "", jupyter.PythonEnv(), s.env.python(), "-Im", "ensurepip", "--default-pip")
	}
	if err != nil {
		return program.Explain(err, program.Advice{Part: "environment", Folder: s.env.dir,
			Other: "see that you have space left there and in " + os.TempDir() + " (quota -s), and that the disk takes links, or set " +
				"GOSUBSPACE_HOME (or TMPDIR) to a folder on another disk, and start again"})
	}
	return nil
}

// room sees that the disk of the project's folder has so many bytes free.
func (s *State) room(part string, need uint64) error {
	if free, ok := folder.Free(s.home); ok && free < need {
		return program.Fail(part, fmt.Sprintf("%s has %d MB free, and %d are needed", s.home, free>>20, need>>20),
			"free some, or set GOSUBSPACE_HOME to a folder on another disk, and start again")
	}
	return nil
}

// packagesStep installs the pinned packages, and removes those that were only
// wanted for the other choice of -cuda.
func (s *State) packagesStep(ctx context.Context) (step, error) {
	if !s.env.own {
		return step{}, nil // it has them all, or it would not be used
	}
	pins := s.pins()
	lacking := checkout.Missing(pins, s.found.Found)
	if len(lacking)+len(s.found.Half) > 0 {
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
	if len(s.found.Half) > 0 {
		st.doing += "; of " + s.found.names() + " only a half is there"
	}
	st.do = func(ctx context.Context) error {
		if s.cuda && len(checkout.Missing(pins, s.found.Found)) > 0 {
			if err := s.room("packages", 8<<30); err != nil {
				return err
			}
		}
		if err := s.record.write(s.home); err != nil { // what goes now is not seen to be missing, if pip fails
			return err
		}
		// Without its metadata a package is not installed, to pip, and is written anew over
		// what is there; with them pip would ask for the list of files that is not there.
		for info := range s.found.Half {
			if err := os.RemoveAll(info); err != nil {
				return err
			}
		}
		if gone := s.unwanted(pins); len(gone) > 0 {
			if err := s.pip(ctx, append([]string{"uninstall", "--yes", "--quiet"}, gone...)); err != nil {
				return err
			}
		}
		// Pip keeps one core busy at most, for half a minute.
		compiling, stop := context.WithCancel(ctx)
		defer stop()
		wait := s.compileMeanwhile(compiling)
		err := s.pip(ctx, append([]string{"install", "--quiet", "--no-input", "--disable-pip-version-check"}, specs...))
		if err != nil {
			stop() // nobody is to wait for that to hear of this
		}
		wait()
		return err
	}
	return st, nil
}

// unwanted returns the names of packages of the list that are installed and not
// among the pins.
func (s *State) unwanted(pins []checkout.Pin) []string {
	want := map[string]bool{}
	for _, p := range pins {
		want[checkout.Normal(p.Name)] = true
	}
	var gone []string
	for _, p := range s.Project.Packages.Pins {
		if name := checkout.Normal(p.Name); !want[name] && s.found.Found[name] != "" {
			gone = append(gone, name)
		}
	}
	return gone
}

func (s *State) pip(ctx context.Context, args []string) error {
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
func (s *State) pluginStep(ctx context.Context) (step, error) {
	for _, p := range backend.InEnvironment(s.env.dir) {
		if p.Kind == backend.CPU {
			return step{}, nil
		}
	}
	if os.Getenv("GOMLX_BACKEND") != "" {
		return step{}, nil // the user has chosen
	}
	if runtime.GOOS == "linux" {
		return step{}, program.Fail("plugin", s.env.dir+" has no PJRT plugin", "remove the environment with go run ./kernel uninstall, and start again")
	}
	fmt.Fprintf(s.report, "%-12s none is installed on this system: computing in pure Go, unless GOMLX_BACKEND=xla:/path/of/a/plugin names one\n", "plugin")
	return step{}, nil
}
