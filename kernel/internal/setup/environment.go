package setup

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/place"
)

// hasGPU and unfit are replaced by tests.
var hasGPU, unfit = backend.HasGPU, backend.Unfit

// wantsCUDA decides about the packages for NVIDIA GPUs: as the user says, else
// as at the last set-up of this environment, else if there is a GPU that is fit for them and
// the environment is ours. In one of the user's, as conda makes it of environment.yml, they need not be.
func (s *State) wantsCUDA(e environment, wanted *bool) bool {
	had, decided := s.record.Environments[e.dir]["cuda"]
	switch {
	case runtime.GOOS != "linux":
		return false
	case wanted != nil:
		return *wanted
	case decided:
		return had == "true"
	}
	return e.own && hasGPU() && unfit() == ""
}

// chooseEnvironment takes the active environment if it has every package, the
// project's own otherwise.
func (s *State) chooseEnvironment(ctx context.Context, cuda *bool) error {
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
		// What was installed for a GPU is not left for an environment that computes without it.
		if had := s.record.Environments[own.dir]["cuda"]; why == "" && cuda == nil && had == "true" && hasGPU() && !hasCUDA(candidate) {
			why = "has not the CUDA libraries that the project's own has"
		}
		if why == "" {
			if s.record.Environment != candidate.dir {
				fmt.Fprintf(s.report, "%-12s using the active one, %s\n", "environment", candidate.dir)
				if runtime.GOOS == "linux" && cuda == nil && hasGPU() && !hasCUDA(candidate) {
					why := cmp.Or(leftUnfit(cuda), candidate.dir+" has not its CUDA libraries. "+cudaAdvice)
					fmt.Fprintf(s.report, "%-12s found, and left unused: %s\n", "GPU", why)
				}
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
	} else if why := leftUnfit(cuda); why != "" && !decided && s.record.Environment != own.dir {
		fmt.Fprintf(s.report, "%-12s found, and left unused: %s\n", "GPU", why)
	}
	s.found, err = own.installed(ctx, s.Project.Packages.Pins, false)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s.found = packages{} // it is not there, or its Python does not run
	}
	s.decide(own, cuda)
	return nil
}

// leftUnfit says why a GPU of which nothing was said is left unused, and how not to.
func leftUnfit(cuda *bool) string {
	if runtime.GOOS != "linux" || cuda != nil || !hasGPU() || unfit() == "" {
		return ""
	}
	return unfit() + "; go run ./kernel setup -cuda installs its libraries all the same"
}

// cudaAdvice is how to compute on a GPU where the environment in use is the user's.
const cudaAdvice = "To use it, deactivate that environment and run go run ./kernel -cuda, which installs them (about 3 GB) into one of the project's own"

func hasCUDA(e environment) bool {
	return slices.ContainsFunc(backend.InEnvironment(e.dir), func(p backend.Plugin) bool { return p.Kind == backend.CUDA })
}

// decide records the choice about an environment. That there is no GPU today is none.
func (s *State) decide(e environment, wanted *bool) {
	if wanted != nil || s.cuda {
		s.record.in(e)["cuda"] = strconv.FormatBool(s.cuda)
	}
}

func (s *State) use(e environment, cuda *bool) {
	s.env, s.cuda = e, s.wantsCUDA(e, cuda)
}

// lacks says why an active environment cannot be used. One that can, it uses.
func (s *State) lacks(ctx context.Context, e environment, cuda *bool) (why string, err error) {
	if why := firstOf(e.dir, unusable, unusableHome); why != "" {
		return "has " + why, nil
	}
	pins := s.Project.Packages.Here(s.wantsCUDA(e, cuda))
	found, err := e.installed(ctx, pins, false)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "does not answer", nil
	}
	if lacking := checkout.Missing(pins, found.Found); len(lacking) > 0 {
		return "lacks " + checkout.JoinPins(lacking), nil
	}
	if err := place.CanWrite(e.kernel()); err != nil && !s.finished(ctx, e, cuda) {
		return fmt.Sprintf("cannot be written to (%v)", err), nil
	}
	s.use(e, cuda)
	s.found = found
	s.decide(e, cuda)
	return "", nil
}

// finished reports whether an environment has all that set-up would write into it, for
// this checkout and this home. What another user has set up there is of no use: its
// description names that user's checkout and home.
func (s *State) finished(ctx context.Context, e environment, cuda *bool) bool {
	there := *s
	there.use(e, cuda)
	for _, step := range []func(context.Context) (step, error){there.kernelStep, there.specStep, there.goplsStep} {
		if st, err := step(ctx); err != nil || !there.isDone(st) {
			return false
		}
	}
	return true
}

func (s *State) pins() []checkout.Pin { return s.Project.Packages.Here(s.cuda) }
