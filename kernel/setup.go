package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
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
	defer s.held.Release()
	if !s.worked {
		fmt.Fprintf(stdout, "everything is there already: %s\n", s.env.dir)
	}
	return nil
}

// A setUp is one pass through the steps, and then what they left.
type setUp struct {
	project checkout.Project
	home    string
	go_     checkout.Toolchain
	env     environment
	cuda    bool
	report  io.Writer
	record  record
	found   map[string]string // the versions of the packages in env
	worked  bool              // a step had something to do
	held    *folder.Hold      // keeps others from removing all this
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

// current is the key with the state of the files that the step left: who
// exchanges or damages one has it made anew.
func (st step) current() string {
	key := st.key
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

// ensure does the steps that have not been done. Cuda says whether to install
// what NVIDIA GPUs need; nil means: if there is one.
func ensure(ctx context.Context, cuda *bool, report io.Writer) (*setUp, error) {
	p, err := checkout.Here()
	if err != nil {
		return nil, err
	}
	home, err := place.Home()
	if err != nil {
		return nil, err
	}
	s := &setUp{project: p, home: home, report: report}
	if s.go_, err = p.Go(ctx); err != nil {
		return nil, err
	}
	if s.go_.Compiler == "" {
		return nil, s.go_.CheckCompiler(ctx)
	}
	if why := cmp.Or(unusable(p.Dir), unusableCheckout(p.Dir)); why != "" {
		return nil, program.Fail("folder", p.Dir+" has "+why, "rename it, or move the checkout to another one")
	}
	if why := cmp.Or(unusable(home), unusableHome(home)); why != "" {
		return nil, program.Fail("folder", home+" has "+why, "set GOSUBSPACE_HOME to another folder")
	}
	unlock, err := folder.Lock(ctx, home, report)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := folder.Reclaim(home); err != nil {
		return nil, err
	}
	s.record = readRecord(home)
	if err := s.chooseEnvironment(ctx, cuda); err != nil {
		return nil, err
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
	s.held, err = folder.TakeHold(s.home, "go run ./kernel")
	return s, err
}

// perform does one step, unless it has been done.
func (s *setUp) perform(ctx context.Context, st step) error {
	steps := s.record.in(s.env)
	if st.shared {
		steps = s.record.Steps
	}
	if st.do == nil || steps[st.name] == st.current() && allThere(st.leave) {
		return nil
	}
	s.worked = true
	fmt.Fprintf(s.report, "%-12s %s\n", st.name, st.doing)
	if err := st.do(ctx); errors.Is(err, errSkipped) {
		return nil
	} else if err != nil {
		return err
	}
	for _, path := range st.leave {
		if !allThere([]string{path}) {
			return program.Fail(st.name, path+" is not there afterwards", "run go run ./kernel doctor")
		}
	}
	steps[st.name] = st.current()
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

// wantsCUDA decides about the packages for NVIDIA GPUs: as the user says, else
// as at the last set-up of this environment, else if there is a GPU.
func (s *setUp) wantsCUDA(e environment, wanted *bool) bool {
	had, decided := s.record.Environments[e.dir]["cuda"]
	switch {
	case !onLinux():
		return false
	case wanted != nil:
		return *wanted
	case decided:
		return had == "true"
	}
	return backend.HasGPU()
}

// chooseEnvironment takes the active environment if it has every package, the
// project's own otherwise.
func (s *setUp) chooseEnvironment(ctx context.Context, cuda *bool) error {
	dir, err := place.Environment()
	if err != nil {
		return err
	}
	own := environment{dir: dir, own: true}
	if candidate, ok := active(); ok && candidate.dir != own.dir {
		why, err := s.lacks(ctx, candidate, cuda)
		if err != nil {
			return err
		}
		if why == "" {
			if s.record.Environment != candidate.dir {
				fmt.Fprintf(s.report, "%-12s using the active one, %s\n", "environment", candidate.dir)
			}
			return nil
		}
		if s.record.Environment != own.dir {
			fmt.Fprintf(s.report, "%-12s the active one, %s, %s: using the project's own\n", "environment", candidate.dir, why)
		}
	}
	s.use(own, cuda)
	if _, decided := s.record.in(own)["cuda"]; s.cuda && !decided && cuda == nil {
		fmt.Fprintf(s.report, "%-12s %s\n", "GPU", "found: its CUDA libraries (about 3 GB) will be installed; -cuda=false leaves them out")
	}
	s.found, err = own.installed(ctx, s.project.Packages.Pins)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s.found = nil // it is not there, or its Python does not run
	}
	s.record.in(own)["cuda"] = strconv.FormatBool(s.cuda)
	return nil
}

func (s *setUp) use(e environment, cuda *bool) {
	s.env, s.cuda = e, s.wantsCUDA(e, cuda)
}

// lacks says why an active environment cannot be used. One that can, it uses.
func (s *setUp) lacks(ctx context.Context, e environment, cuda *bool) (why string, err error) {
	if why := unusable(e.dir); why != "" {
		return "has " + why, nil
	}
	pins := s.project.Packages.Here(s.wantsCUDA(e, cuda))
	found, err := e.installed(ctx, pins)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "does not answer", nil
	}
	if lacking := checkout.Missing(pins, found); len(lacking) > 0 {
		return "lacks " + checkout.JoinPins(lacking), nil
	}
	s.use(e, cuda)
	s.found = found
	s.record.in(e)["cuda"] = strconv.FormatBool(s.cuda)
	return "", nil
}

func (s *setUp) pins() []checkout.Pin { return s.project.Packages.Here(s.cuda) }

// jupyter is what the steps left to run notebooks with.
func (s *setUp) jupyter() jupyter.Installation {
	return jupyter.Installation{Python: s.env.python(), Home: s.home, Hold: s.held}
}
