package grid

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gosubspace/subspace/experiment"
)

// A Shard is which part of a grid this process makes: part i of n, from 1.
type Shard struct {
	i, n int
	from string // the variables that say so; "" where the command line does
	hint string // what else it may have been meant, or ""
}

// whole is all of a grid.
var whole = Shard{i: 1, n: 1}

const shardUsage = "want I/N with I from 1 to N, /N to take I from Slurm's or Kubernetes' variables, or all"

// ShardOf reads -shard. What it leaves open, and everything where it is empty,
// comes from the variables that Slurm sets in the tasks of a job array and
// Kubernetes in the pods of an indexed Job.
func ShardOf(text string, env func(string) string) (Shard, error) {
	if text == "all" {
		return whole, nil
	}
	first, second, divided := strings.Cut(text, "/")
	n, err := strconv.Atoi(second)
	if text != "" && (!divided || err != nil || n < 1) {
		return Shard{}, fmt.Errorf("-shard %s: %s", text, shardUsage)
	}
	if first != "" {
		i, err := strconv.Atoi(first)
		if err != nil || i < 1 || i > n {
			return Shard{}, fmt.Errorf("-shard %s: %s", text, shardUsage)
		}
		return Shard{i: i, n: n}, nil
	}
	task, index := env(slurmID), env(kubernetesIndex)
	switch {
	case task != "" && index != "":
		return Shard{}, fmt.Errorf("both %s and %s are set: say which with -shard I/N, or -shard all", slurmID, kubernetesIndex)
	case task != "":
		return slurmShard(n, env)
	case index != "" && n == 0:
		return Shard{}, fmt.Errorf("%s=%s, but Kubernetes does not say of how many: say -shard /N with the completions of the Job as N, or -shard all",
			kubernetesIndex, index)
	case index != "":
		k, err := strconv.Atoi(index)
		if err != nil || k < 0 || k >= n {
			return Shard{}, fmt.Errorf("%s=%s with -shard %s: want 0 to %d; N is the completions of the Job", kubernetesIndex, index, text, n-1)
		}
		return Shard{i: k + 1, n: n, from: fmt.Sprintf("%s=%s", kubernetesIndex, index)}, nil
	case n > 0:
		return Shard{}, fmt.Errorf("-shard %s, but neither %s nor %s is set: %s", text, slurmID, kubernetesIndex, shardUsage)
	}
	return whole, nil
}

const (
	slurmID         = "SLURM_ARRAY_TASK_ID"
	kubernetesIndex = "JOB_COMPLETION_INDEX" // from 0
)

// slurmShard counts the tasks of a job array: 0-7, 1-8 and 1-15:2 are eight each.
// The steps between its numbers must be equal, which a task sees from their
// number, the first and the last; of an array such as 1,2,9 at least one task
// sees that they are not, and refuses. n is the number that the user names, or 0: with
// more than there are tasks, these are some of an array that are submitted again.
func slurmShard(n int, env func(string) string) (Shard, error) {
	var values [4]int
	var said []string
	for k, name := range []string{slurmID, "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_COUNT"} {
		v, err := strconv.Atoi(env(name))
		if err != nil || v < 0 {
			return Shard{}, fmt.Errorf("%s=%q is no task of a job array: say -shard I/N, or -shard all", name, env(name))
		}
		values[k], said = v, append(said, fmt.Sprintf("%s=%d", name, v))
	}
	id, first, last, count := values[0], values[1], values[2], values[3]
	from := strings.Join(said, " ")
	switch {
	case n > 0 && n < count:
		return Shard{}, fmt.Errorf("-shard /%d in a job array of %d tasks: want as many, or fewer that are submitted again; or say -shard I/N", n, count)
	case n > count:
		return submittedAgain(id, first, last, n, from)
	case count == 1 && n == 0 && id == first && id == last:
		return Shard{1, 1, from, "this task is the whole array, so it makes the whole grid; submitted again alone, of an array of 8, it makes its old part with -shard /8"}, nil
	}
	step := 1
	if count > 1 {
		step = (last - first) / (count - 1)
	}
	if step < 1 || first+step*(count-1) != last || id < first || id > last || (id-first)%step != 0 {
		return Shard{}, fmt.Errorf("%s: want an array with equal steps, such as 1-8 or 1-15:2; or say -shard I/N, or -shard all", from)
	}
	return Shard{i: (id-first)/step + 1, n: count, from: from}, nil
}

// submittedAgain is the old part of a task that is submitted again, alone or with some
// others (sbatch --array=5), of an array of n: its number says which. Arrays are 1-n, as
// in the example, or 0-(n−1): where the numbers fit both, it is the first, and that is said.
func submittedAgain(id, first, last, n int, from string) (Shard, error) {
	switch {
	case id < first || id > last || last > n || first == 0 && last == n:
		return Shard{}, fmt.Errorf("-shard /%d with %s: want a task of an array 1-%d or 0-%d; or say -shard I/%d", n, from, n, n-1, n)
	case first == 0:
		return Shard{i: id + 1, n: n, from: from}, nil
	case last == n:
		return Shard{i: id, n: n, from: from}, nil
	}
	return Shard{id, n, from, fmt.Sprintf("taken for a task of an array 1-%d; of 0-%d it is -shard %d/%d", n, n-1, id+1, n)}, nil
}

// Of returns the configurations of the shard, and says which it is. complete is
// whether they are all.
func (s Shard) Of(ctx context.Context, configs []experiment.Config, o experiment.Options, stdout io.Writer) (part []experiment.Config, complete bool, err error) {
	if s == whole {
		return configs, true, nil
	}
	p, err := experiment.Shard(ctx, configs, o, s.i, s.n)
	if err != nil {
		return nil, false, err
	}
	what, how := fmt.Sprintf("%d of %d runs, %.0f %% of the work", p.Runs, p.Whole, 100*p.Share), ""
	if p.Runs == 0 {
		what = fmt.Sprintf("none of %d runs: the others have them all", p.Whole)
	}
	if s.from != "" {
		how = fmt.Sprintf(" (%s; -shard all makes all runs)", s.from)
	}
	fmt.Fprintf(stdout, "shard %d of %d: %s%s\n", s.i, s.n, what, how)
	if s.hint != "" {
		fmt.Fprintln(stdout, s.hint)
	}
	return p.Configs, p.Runs == p.Whole, nil
}
