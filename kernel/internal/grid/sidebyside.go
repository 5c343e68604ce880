package grid

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/watch"
)

// A Way is how many runs are made.
type Way struct {
	Parallel int  // so many side by side; 0: as many as pay
	InOrder  bool // begin them in their order, else the heaviest first, so that all end at about the same time

	// Plan is what experiment.Plan says of the runs, where it has been asked already.
	Plan []experiment.Planned
	// Failed is told of a run that fails, which then stops no other and has no result; nil:
	// the first that fails stops all.
	Failed func(experiment.Config, error)
}

// Make is watch.MakePlan with some runs side by side.
func Make(ctx context.Context, title string, configs []experiment.Config, o experiment.Options,
	way Way, stdout io.Writer, each func(*experiment.Run)) ([]experiment.Result, error) {
	plan := way.Plan
	if plan == nil {
		var err error
		if plan, err = experiment.Plan(ctx, configs, o); err != nil {
			return nil, err
		}
	}
	of := func(made map[experiment.Config]experiment.Result) (results []experiment.Result) {
		for _, c := range configs {
			results = append(results, made[c])
		}
		return results
	}
	one := func() ([]experiment.Result, error) {
		made, err := watch.MakePlan(ctx, title, plan, o, each, way.Failed)
		return of(made), err
	}
	cores, parallel := ourCores(), way.Parallel
	// Where it is a GPU though that cannot be told, its first report says so.
	if parallel == 1 || parallel == 0 && (len(cores) < 2 || o.Devices > 1 || backend.OnGPU()) {
		return one()
	}
	ready, left := split(plan, experiment.Families(plan, o), way.InOrder)
	if len(left) < 2 {
		return one()
	}
	binary, err := thisProgram()
	if err != nil {
		return nil, err
	}
	made := map[experiment.Config]experiment.Result{}
	broken := map[experiment.Config]bool{}
	fail := func(c experiment.Config, err error) {
		broken[c] = true
		way.Failed(c, err)
	}
	// What is made is loaded here, as when it had been made before.
	load := func(family []experiment.Planned) error {
		for _, p := range family {
			if broken[p.Config] {
				continue
			}
			run, err := experiment.Train(ctx, p.Config, o)
			if err != nil && way.Failed != nil && ctx.Err() == nil {
				fail(p.Config, err)
				continue
			}
			if err != nil {
				return err
			}
			made[p.Config] = run.Result
			each(run)
			run.Close()
		}
		return nil
	}
	for _, family := range ready {
		if err := load(family); err != nil {
			return nil, err
		}
	}
	c := &crew{title: title, program: []string{binary, "train", "worker"}, options: o, cores: cores, most: len(cores),
		queue: left, done: load, say: func(line string) { fmt.Fprintln(stdout, line) }}
	c.tally = tally{runs: len(plan), work: experiment.Left(plan), began: time.Now()}
	c.places = make([]*worker, min(max(parallel, 1), len(left)))
	if parallel == 0 {
		c.trial = &trial{}
	}
	if way.Failed != nil {
		c.failed = fail
	}
	if err := c.make(ctx); err != nil {
		return nil, err
	}
	return of(made), nil
}

// thisProgram is the path of the program that runs, for its workers: theirs is the same to
// the end of a list of runs, also where the file has been built anew meanwhile. Only Linux
// has a path for that.
func thisProgram() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// split returns the families of a plan that are made, and those that are not, in the
// order in which they are to be begun.
func split(plan []experiment.Planned, families [][]experiment.Planned, inOrder bool) (ready, left [][]experiment.Planned) {
	if inOrder {
		place := map[experiment.Config]int{}
		for i, p := range plan {
			place[p.Config] = i
		}
		slices.SortFunc(families, func(a, b []experiment.Planned) int { return place[a[0].Config] - place[b[0].Config] })
	}
	for _, f := range families {
		if experiment.Left(f) == 0 {
			ready = append(ready, f)
		} else {
			left = append(left, f)
		}
	}
	return ready, left
}
