package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/lockedfile"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/place"
)

// setup is the subcommand that sets up and does no more.
func setup(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("setup", "go run ./kernel setup [-cuda]",
		"Sets up what is missing: a Python environment with JupyterLab, the PJRT plugin,\n"+
			"the Go kernel and its description for Jupyter, and the compiled packages.\n"+
			"What is there already is left as it is.", stdout)
	cuda := cudaFlag(fs)
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	s, err := ensure(ctx, cuda.value, stdout)
	if err != nil {
		return err
	}
	if !s.worked {
		fmt.Fprintf(stdout, "everything is there already: %s\n", s.env.dir)
	}
	return nil
}

// A setUp is one pass through the steps, and then what they left.
type setUp struct {
	project project
	home    string
	go_     toolchain
	env     environment
	cuda    bool
	report  io.Writer
	record  record
	worked  bool // a step had something to do
}

// A step is one part of set-up. It is done when its key is not the one that is
// recorded, or when one of the things it leaves is not there.
type step struct {
	name  string
	doing string   // what it does, for the user
	key   string   // changes with everything that the step depends on
	leave []string // files and folders that are there afterwards
	do    func(ctx context.Context) error
}

// ensure does the steps that have not been done. Cuda says whether to install
// what NVIDIA GPUs need; nil means: if there is one.
func ensure(ctx context.Context, cuda *bool, report io.Writer) (*setUp, error) {
	p, err := here()
	if err != nil {
		return nil, err
	}
	home, err := place.Home()
	if err != nil {
		return nil, err
	}
	s := &setUp{project: p, home: home, report: report}
	if s.go_, err = findGo(ctx, p); err != nil {
		return nil, err
	}
	if s.go_.compiler == "" {
		return nil, s.go_.checkCompiler(ctx)
	}
	if err := claim(home); err != nil {
		return nil, err
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(home, "lock")).Lock()
	if err != nil {
		return nil, fmt.Errorf("cannot lock %s: %w", home, err)
	}
	defer unlock()
	s.record = readRecord(home)
	s.decideCUDA(cuda)
	if err := s.chooseEnvironment(ctx); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) (step, error){
		s.compilerStep, s.environmentStep, s.packagesStep, s.pluginStep, s.kernelStep, s.specStep, s.settingsStep, s.compileStep,
	} {
		st, err := step(ctx)
		if err == nil {
			err = s.perform(ctx, st)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// perform does one step, unless it has been done.
func (s *setUp) perform(ctx context.Context, st step) error {
	if st.do == nil || s.record.Steps[st.name] == st.key && allThere(st.leave) {
		return nil
	}
	s.worked = true
	fmt.Fprintf(s.report, "%-12s %s\n", st.name, st.doing)
	if err := st.do(ctx); err != nil {
		return err
	}
	for _, path := range st.leave {
		if !allThere([]string{path}) {
			return failure{st.name, path + " is not there afterwards", "run go run ./kernel doctor"}
		}
	}
	s.record.Steps[st.name] = st.key
	s.record.Environment = s.env.dir
	return s.record.write(s.home)
}

func allThere(paths []string) bool {
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return false
		}
	}
	return true
}

// decideCUDA decides about the packages for NVIDIA GPUs: as the user says, else
// as at the last set-up of this environment, else if there is a GPU.
func (s *setUp) decideCUDA(wanted *bool) {
	had, decided := s.record.Steps["cuda"]
	switch {
	case !onLinux():
	case wanted != nil:
		s.cuda = *wanted
	case decided:
		s.cuda = had == "true"
	default:
		s.cuda = backend.HasGPU()
		if s.cuda {
			fmt.Fprintf(s.report, "%-12s %s\n", "GPU", "found: its CUDA libraries (about 3 GB) will be installed; -cuda=false leaves them out")
		}
	}
	s.record.Steps["cuda"] = strconv.FormatBool(s.cuda)
}

// chooseEnvironment takes the active environment if it has every package, the
// project's own otherwise.
func (s *setUp) chooseEnvironment(ctx context.Context) error {
	own, err := place.Environment()
	if err != nil {
		return err
	}
	s.env = environment{dir: own, own: true}
	candidate, ok := active()
	if !ok || candidate.dir == own {
		return nil
	}
	pins := s.pins()
	installed, err := candidate.installed(ctx, pins)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	lacking := missing(pins, installed)
	if err == nil && len(lacking) == 0 {
		s.env = candidate
		return nil
	}
	if s.record.Environment != own {
		why := "does not answer"
		if err == nil {
			why = "lacks " + joinPins(lacking)
		}
		fmt.Fprintf(s.report, "%-12s the active one, %s, %s: using the project's own\n", "environment", candidate.dir, why)
	}
	return nil
}

func (s *setUp) pins() []pin { return s.project.packages.on(thisPlatform(s.cuda)) }

// claim makes the project's folder, or sees that it is the project's: nothing
// is put into, and later removed from, a folder of somebody else's.
func claim(home string) error {
	if isMarked(home) {
		return nil
	}
	entries, err := os.ReadDir(home)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); name != "data" && name != "runs" {
			return fmt.Errorf("%s holds files that are not ours (%s): set GOSUBSPACE_HOME to a new folder", home, name)
		}
	}
	if err := mark(home); err != nil {
		return fmt.Errorf("cannot make the project's folder: %w; set GOSUBSPACE_HOME to a folder that you may write", err)
	}
	return nil
}
