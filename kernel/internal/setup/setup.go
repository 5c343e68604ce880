// Package setup makes a machine ready for the notebooks, and knows what it left.
//
// Set-up is a row of steps ([Ensure]): a C compiler that works, a Python environment,
// its packages, the modules of go.mod, the programs of the kernel, its description
// for Jupyter, what the notebooks import, compiled; at the end a cell runs as
// JupyterLab will run it. A step has a key, which changes with everything that it
// depends on, and things that it leaves. Where both are as at the last time it has
// been done, so that a start does what is missing and nothing else.
//
// [Left] is for who wants to see and change nothing: of each part it can be told what
// it is, where, and what is to be done about it ([State.Parts]).
package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// A State is one pass through the steps, and then what they left.
type State struct {
	Project checkout.Project
	Worked  bool         // a step had something to do
	Hold    *folder.Hold // keeps others from removing all this; nil: nothing does

	home   string
	go_    checkout.Toolchain
	env    environment
	cuda   bool
	report io.Writer
	record record
	found  packages // of env
}

// A step is one part of set-up. It is done when its key is not the one that is
// recorded, or when one of the things it leaves is not there.
type step struct {
	name   string
	doing  string   // what it does, for the user
	key    string   // changes with everything that the step depends on
	leave  []string // files and folders that are there afterwards
	shared bool     // it is done for all environments at once
	do     func(ctx context.Context) error
}

// current is the key with the kind of the machine, for machines may share a home, and
// with the state of the files that the step left: who exchanges or damages one has it
// made anew.
func (st step) current() string {
	key := st.key + " " + runtime.GOOS + "/" + runtime.GOARCH
	for _, path := range st.leave {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			key += fmt.Sprintf(" %d@%d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return key
}

// errSkipped ends a step that could not be done and that nothing depends on. It
// is tried again at the next start.
var errSkipped = errors.New("skipped")

// Ensure does the steps that have not been done, and reports on each. Cuda says
// whether to install what NVIDIA GPUs need; nil means: if there is one. The hold of
// what it returns is to be released.
func Ensure(ctx context.Context, cuda *bool, report io.Writer) (*State, error) {
	s, err := Left(report)
	if err != nil {
		return nil, err
	}
	p, home := s.Project, s.home
	if s.go_, err = p.Go(ctx); err != nil {
		return nil, err
	}
	if err := checkC("/"); err != nil {
		return nil, err
	}
	if s.go_.Compiler == "" {
		return nil, s.go_.CheckCompiler(ctx)
	}
	if err := s.checkFolders(); err != nil {
		return nil, err
	}
	if err := temporary.check(os.TempDir(), tryProgram); err != nil {
		return nil, err
	}
	unlock, err := folder.Lock(ctx, home, report)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := folder.Reclaim(home); err != nil {
		return nil, err
	}
	s.record = readRecord(home) // as whoever had the lock left it
	if err := s.chooseEnvironment(ctx, cuda); err != nil {
		return nil, err
	}
	if s.env.own { // in the user's the kernel runs from there
		if err := homely.check(home, tryProgram); err != nil {
			return nil, err
		}
	}
	for _, step := range []func(context.Context) (step, error){
		s.compilerStep, s.environmentStep, s.packagesStep, s.pluginStep, s.modulesStep, s.kernelStep, s.specStep, s.settingsStep,
		s.compileStep, s.goplsStep, s.cellStep,
	} {
		st, err := step(ctx)
		if err == nil {
			err = s.perform(ctx, st)
		}
		if err != nil {
			return nil, err
		}
	}
	s.record.Environment = s.env.dir
	if err := s.record.write(s.home); err != nil {
		return nil, err
	}
	s.Hold, err = folder.TakeHold(s.home)
	return s, err
}

// Left returns what the last set-up for this checkout left, and changes nothing.
func Left(report io.Writer) (*State, error) {
	p, err := checkout.Here()
	if err != nil {
		return nil, err
	}
	home, err := place.Home()
	if err != nil {
		return nil, err
	}
	s := &State{Project: p, home: home, report: report, record: readRecord(home)}
	own, err := place.Environment()
	s.env.dir = cmp.Or(s.record.Environment, own)
	s.env.own = s.env.dir == own
	return s, err
}

// perform does one step, unless it has been done.
func (s *State) perform(ctx context.Context, st step) error {
	if s.isDone(st) {
		return nil
	}
	steps := s.record.in(s.env)
	if st.shared {
		steps = s.record.Steps
	}
	s.Worked = true
	fmt.Fprintf(s.report, "%-12s %s\n", st.name, st.doing)
	if err := st.do(ctx); errors.Is(err, errSkipped) {
		return nil
	} else if err != nil {
		return err
	}
	if path := missing(st.leave); path != "" {
		return program.Fail(st.name, path+" is not there afterwards", "run go run ./kernel doctor")
	}
	steps[st.name] = st.current()
	s.record.Environment = s.env.dir
	return s.record.write(s.home)
}

// isDone reports whether a step has nothing to do. It records nothing, not even that
// there is such an environment: uninstall looks for a kernel of ours in those.
func (s *State) isDone(st step) bool {
	steps := s.record.Environments[s.env.dir]
	if st.shared {
		steps = s.record.Steps
	}
	return st.do == nil || steps[st.name] == st.current() && missing(st.leave) == ""
}

// missing returns the first of the paths at which nothing is, "" where something is at each.
func missing(paths []string) string {
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return path
		}
	}
	return ""
}

// Environment is the folder of the Python environment in use.
func (s *State) Environment() string { return s.env.dir }

// Jupyter is what the steps left to run notebooks with.
func (s *State) Jupyter() jupyter.Installation {
	return jupyter.Installation{Python: s.env.python(), Home: s.home, Hold: s.Hold}
}
