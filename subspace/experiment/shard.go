package experiment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Part is the part of a grid of runs that one machine makes.
type Part struct {
	Configs []Config // those of the grid that are in it, in the grid's order; none where the part is empty
	Runs    int      // its runs, with those that they build on
	Whole   int      // the runs of the whole grid
	Share   float64  // of the grid's work, in [0, 1]
}

// Shard returns part i of n of a grid, counted from 1. Every run of the grid,
// and every run that one builds on, is in exactly one of the n parts. Runs that
// share their training are in the same part, and so are those that an
// independent run is made of and that run: no machine waits for another, and
// nothing is trained twice. Such a family is not divided, so that some parts are
// empty where n is more than there are families.
//
// The parts follow from configurations, the sizes of the data and n alone, not
// from what has been made or from the speed of a machine: machines that are asked
// with the same arguments agree, and a part stays what it is when it is made
// again. They are balanced by [Planned.Work], the heaviest families first, each
// to the part that has least (Graham 1969, "Bounds on multiprocessing timing
// anomalies": at most 4/3 of the best split). Work counts images, so that a grid
// of several networks may be balanced badly.
func Shard(ctx context.Context, configs []Config, o Options, i, n int) (Part, error) {
	if i < 1 || i > n {
		return Part{}, fmt.Errorf("shard %d of %d: want one from 1 to their number", i, n)
	}
	plan, err := planOf(ctx, configs, o, func(Config) []Result { return nil })
	if err != nil {
		return Part{}, err
	}
	all := families(plan, o)
	owner := map[Config]*family{}
	part := Part{Whole: len(plan)}
	var total, work int64
	for _, f := range all {
		for _, c := range f.runs {
			owner[c] = f
		}
		total += f.work
	}
	balance(all, n)
	for _, f := range all {
		if f.part == i {
			part.Runs += len(f.runs)
			work += f.work
		}
	}
	for _, c := range configs {
		if owner[c].part == i {
			part.Configs = append(part.Configs, c)
		}
	}
	if total > 0 {
		part.Share = float64(work) / float64(total)
	}
	return part, nil
}

// Families returns the runs of a plan in groups that do not depend on each other,
// those with most left to do first: runs that share their training are in one group,
// and so are those that an independent run is made of and that run. In a group, runs
// are in the order of the plan, in which each can be made.
func Families(plan []Planned, o Options) [][]Planned {
	place := map[Config]int{}
	for i, p := range plan {
		place[p.Config] = i
	}
	var groups [][]Planned
	for _, f := range families(plan, o) {
		slices.SortFunc(f.runs, func(a, b Config) int { return cmp.Compare(place[a], place[b]) })
		var group []Planned
		for _, c := range f.runs {
			group = append(group, plan[place[c]])
		}
		groups = append(groups, group)
	}
	slices.SortStableFunc(groups, func(a, b []Planned) int { return cmp.Compare(Left(b), Left(a)) })
	return groups
}

// Left returns the work of the runs that have not been made, see [Planned.Work].
func Left(plan []Planned) (work float64) {
	for _, p := range plan {
		if !p.Made {
			work += p.Work()
		}
	}
	return work
}

// family is runs that are made on one machine, since they build on each other.
type family struct {
	runs []Config
	work int64 // passes of an image; a whole number, the same on every machine
	part int   // from 1
}

// families returns the families of a plan, in the order of their first runs.
func families(plan []Planned, o Options) []*family {
	of := map[Config]*family{} // by what training depends on
	join := func(a, b Config) {
		into, from := of[a.training()], of[b.training()]
		if into == from || from == nil { // those of a run that is made are not planned
			return
		}
		into.runs, into.work = append(into.runs, from.runs...), into.work+from.work
		for _, c := range from.runs {
			of[c.training()] = into
		}
		from.runs = nil
	}
	var all []*family
	for _, p := range plan {
		f := of[p.Config.training()]
		if f == nil {
			f = &family{}
			of[p.Config.training()] = f
			all = append(all, f)
		}
		f.runs, f.work = append(f.runs, p.Config), f.work+int64(p.Work())
	}
	for _, p := range plan {
		for _, member := range p.Config.Members(o.Shape) {
			join(p.Config, member)
		}
	}
	return slices.DeleteFunc(all, func(f *family) bool { return len(f.runs) == 0 })
}

// balance gives each family one of n parts.
func balance(all []*family, n int) {
	heaviest := slices.Clone(all)
	slices.SortStableFunc(heaviest, func(a, b *family) int { return cmp.Compare(b.work, a.work) })
	load := make([]int64, min(n, len(all))) // of the other parts nothing is left
	runs := make([]int, len(load))
	for _, f := range heaviest {
		least := 0
		for k := range load {
			if cmp.Or(cmp.Compare(load[k], load[least]), cmp.Compare(runs[k], runs[least])) < 0 {
				least = k
			}
		}
		load[least], runs[least] = load[least]+f.work, runs[least]+len(f.runs)
		f.part = least + 1
	}
}
