package grid

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/watch"
)

// Make is watch.Make with some runs side by side: so many, or as many as pay
// where parallel is 0.
func Make(ctx context.Context, title string, configs []experiment.Config, o experiment.Options,
	parallel int, stdout io.Writer, each func(*experiment.Run)) ([]experiment.Result, error) {
	one := func() ([]experiment.Result, error) { return watch.Make(ctx, title, configs, o, each) }
	cores := ourCores()
	if parallel == 1 || parallel == 0 && (len(cores) < 2 || o.Devices > 1 || onGPU()) {
		return one()
	}
	plan, err := experiment.Plan(ctx, configs, o)
	if err != nil {
		return nil, err
	}
	families := experiment.Families(plan, o)
	left := slices.IndexFunc(families, func(f []experiment.Planned) bool { return experiment.Left(f) == 0 })
	if left < 0 {
		left = len(families)
	}
	if left < 2 {
		return one()
	}
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	made := map[experiment.Config]experiment.Result{}
	// What is made is loaded here, as when it had been made before.
	load := func(family []experiment.Planned) error {
		for _, p := range family {
			run, err := experiment.Train(ctx, p.Config, o)
			if err != nil {
				return err
			}
			made[p.Config] = run.Result
			each(run)
			run.Close()
		}
		return nil
	}
	for _, family := range families[left:] {
		if err := load(family); err != nil {
			return nil, err
		}
	}
	c := &crew{title: title, program: []string{binary, "train", "worker"}, options: o, cores: cores, most: len(cores),
		queue: families[:left], done: load, say: func(line string) { fmt.Fprintln(stdout, line) }}
	c.tally = tally{runs: len(plan), work: experiment.Left(plan), began: time.Now()}
	c.places = make([]*worker, min(max(parallel, 1), left))
	if parallel == 0 {
		c.trial = &trial{}
	}
	if err := c.make(ctx); err != nil {
		return nil, err
	}
	var results []experiment.Result
	for _, config := range configs {
		results = append(results, made[config])
	}
	return results, nil
}

// onGPU reports whether runs are computed on a GPU, as far as that can be told
// without opening it. Where it is a GPU all the same, its first report says so.
func onGPU() bool {
	if named := os.Getenv(compute.ConfigEnvVar); named != "" {
		return strings.Contains(named, backend.CUDA)
	}
	cuda := func(p backend.Plugin) bool { return p.Kind == backend.CUDA }
	return backend.HasGPU() && slices.ContainsFunc(backend.Plugins(), cuda)
}
