package grid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gosubspace/subspace/experiment"
)

// array returns the variables of a task of a Slurm job array.
func array(id, first, last, count int) map[string]string {
	return map[string]string{
		"SLURM_ARRAY_TASK_ID": strconv.Itoa(id), "SLURM_ARRAY_TASK_COUNT": strconv.Itoa(count),
		"SLURM_ARRAY_TASK_MIN": strconv.Itoa(first), "SLURM_ARRAY_TASK_MAX": strconv.Itoa(last),
	}
}

func TestShardOf(t *testing.T) {
	pod := map[string]string{"JOB_COMPLETION_INDEX": "2"}
	both := array(3, 0, 7, 8)
	both["JOB_COMPLETION_INDEX"] = "2"
	half := array(3, 0, 7, 8)
	delete(half, "SLURM_ARRAY_TASK_COUNT")
	for _, c := range []struct {
		text      string
		variables map[string]string
		i, n      int
		says      string // of the error, or of what the shard was taken from
	}{
		{"", nil, 1, 1, ""},
		{"all", array(3, 0, 7, 8), 1, 1, ""},
		{"1/1", array(3, 0, 7, 8), 1, 1, ""},
		{"3/8", nil, 3, 8, ""},
		{"8/8", both, 8, 8, ""}, // the command line wins
		{"0/8", nil, 0, 0, "want I/N with I from 1 to N"},
		{"9/8", nil, 0, 0, "-shard 9/8: want"},
		{"-1/8", nil, 0, 0, "want"},
		{"1/0", nil, 0, 0, "want"},
		{"3", nil, 0, 0, "-shard 3: want"},
		{"/", nil, 0, 0, "want"},
		{"3/", nil, 0, 0, "want"},
		{"a/8", nil, 0, 0, "want"},
		{"3/8/9", nil, 0, 0, "want"},
		{"everything", nil, 0, 0, "or all"},
		{"/8", nil, 0, 0, "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set"},

		{"", array(0, 0, 7, 8), 1, 8, "SLURM_ARRAY_TASK_ID=0"},
		{"", array(7, 0, 7, 8), 8, 8, "SLURM_ARRAY_TASK_MAX=7"},
		{"", array(8, 1, 8, 8), 8, 8, "SLURM"},
		{"", array(5, 1, 15, 8), 3, 8, "SLURM"},
		{"", array(4, 4, 4, 1), 1, 1, "SLURM"},
		{"/8", array(5, 1, 15, 8), 3, 8, "SLURM"},
		{"/7", array(5, 1, 15, 8), 0, 0, "of 8 tasks: want as many"},
		{"/9", array(5, 1, 15, 8), 0, 0, "want a task of an array 1-9 or 0-8"},
		{"/8", array(5, 5, 5, 1), 5, 8, "SLURM"}, // submitted again alone
		{"/8", array(8, 8, 8, 1), 8, 8, "SLURM"},
		{"/8", array(0, 0, 0, 1), 1, 8, "SLURM"},
		{"/8", array(9, 9, 9, 1), 0, 0, "say -shard I/8"},
		{"/8", array(7, 5, 7, 2), 7, 8, "SLURM"},
		{"/8", array(7, 0, 7, 3), 8, 8, "SLURM"},
		{"/8", array(3, 0, 8, 3), 0, 0, "say -shard I/8"},
		{"/8", array(3, 4, 5, 2), 0, 0, "say -shard I/8"},
		{"", array(2, 1, 9, 3), 0, 0, "want an array with equal steps"},
		{"", array(9, 1, 8, 8), 0, 0, "want an array with equal steps"},
		{"", array(1, 1, 8, 0), 0, 0, "want an array with equal steps"},
		{"", array(1, 8, 1, 8), 0, 0, "want an array with equal steps"},
		{"", half, 0, 0, `SLURM_ARRAY_TASK_COUNT="" is no task`},
		{"", array(-1, 1, 8, 8), 0, 0, `SLURM_ARRAY_TASK_ID="-1" is no task`},

		{"", pod, 0, 0, "say -shard /N with the completions of the Job"},
		{"/8", pod, 3, 8, "JOB_COMPLETION_INDEX=2"},
		{"/3", pod, 3, 3, "JOB_COMPLETION_INDEX=2"},
		{"/2", pod, 0, 0, "want 0 to 1"},
		{"", both, 0, 0, "both SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX"},
	} {
		s, err := ShardOf(c.text, func(name string) string { return c.variables[name] })
		says := s.from
		if err != nil {
			says = err.Error()
		}
		if (err != nil) != (c.n == 0) || s.i != c.i || s.n != c.n || !strings.Contains(says, c.says) || (c.says == "") != (says == "") {
			t.Errorf("-shard %q with %v: %+v, %v; want %d/%d, %q", c.text, c.variables, s, err, c.i, c.n, c.says)
		}
	}
}

// A task that has the whole array, and one whose number fits two arrays, says so.
func TestShardHints(t *testing.T) {
	for _, c := range []struct {
		text      string
		variables map[string]string
		want      string
	}{
		{"", array(5, 5, 5, 1), "it makes the whole grid; submitted again alone, of an array of 8, it makes its old part with -shard /8"},
		{"/1", array(5, 5, 5, 1), ""},
		{"/8", array(5, 5, 5, 1), "of 0-7 it is -shard 6/8"},
		{"/8", array(8, 8, 8, 1), ""},
		{"/8", array(0, 0, 0, 1), ""},
		{"", array(5, 1, 8, 8), ""},
	} {
		s, err := ShardOf(c.text, func(name string) string { return c.variables[name] })
		if err != nil || !strings.Contains(s.hint, c.want) || (c.want == "") != (s.hint == "") {
			t.Errorf("-shard %q with %v: %+v, %v; want %q", c.text, c.variables, s, err, c.want)
		}
		var out strings.Builder
		base := experiment.Quick()
		if _, _, err := s.Of(t.Context(), []experiment.Config{base}, experiment.Options{Dir: t.TempDir()}, &out); err != nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("it says %q, %v; want %q", &out, err, c.want)
		}
	}
}

// Whichever tasks of an array 1-n or 0-(n−1) are submitted again, each takes its old part,
// or says which number that has where it was the other array.
func FuzzSubmittedAgain(f *testing.F) {
	f.Add(uint64(1), uint8(8), true)
	f.Add(uint64(2), uint8(3), false)
	f.Fuzz(func(t *testing.T, seed uint64, tasks uint8, zero bool) {
		n, rng := 2+int(tasks), rand.New(rand.NewPCG(seed, 0))
		base := 1
		if zero {
			base = 0
		}
		var ids []int
		for len(ids) == 0 || len(ids) == n {
			ids = nil
			for k := range n {
				if rng.IntN(3) == 0 {
					ids = append(ids, base+k)
				}
			}
		}
		for _, id := range ids {
			v := array(id, ids[0], ids[len(ids)-1], len(ids))
			s, err := ShardOf("/"+strconv.Itoa(n), func(name string) string { return v[name] })
			old := fmt.Sprintf("%d/%d", id-base+1, n)
			if err != nil || s.n != n || fmt.Sprintf("%d/%d", s.i, s.n) != old && !strings.Contains(s.hint, "-shard "+old) {
				t.Errorf("task %d of %v of an array of %d from %d: %+v, %v", id, ids, n, base, s, err)
			}
		}
	})
}

// The tasks of any job array are its shards, each once; or at least one of them
// sees that they are not, and none takes another's.
func FuzzSlurmArray(f *testing.F) {
	f.Add(uint64(1), uint8(0), uint8(1), uint8(8))
	f.Add(uint64(2), uint8(1), uint8(2), uint8(8))
	f.Fuzz(func(t *testing.T, seed uint64, first, step, count uint8) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var ids []int
		for k := range 1 + int(count) {
			ids = append(ids, int(first)+k*(1+int(step)))
		}
		all := len(ids)
		regular := true
		if rng.IntN(2) == 0 { // some of them alone
			ids = slices.DeleteFunc(ids, func(int) bool { return rng.IntN(3) == 0 })
			for k := 2; k < len(ids); k++ {
				regular = regular && ids[k]-ids[k-1] == ids[1]-ids[0]
			}
		}
		var taken []int
		for _, id := range ids {
			v := array(id, ids[0], ids[len(ids)-1], len(ids))
			s, err := ShardOf("", func(name string) string { return v[name] })
			if err != nil {
				continue
			}
			if s.n != len(ids) || s.i < 1 || s.i > s.n || slices.Contains(taken, s.i) {
				t.Fatalf("task %d of %v is shard %d of %d, those before %v", id, ids, s.i, s.n, taken)
			}
			taken = append(taken, s.i)
		}
		if regular != (len(taken) == len(ids)) {
			t.Errorf("%d of the %d tasks %v of %d have a shard", len(taken), len(ids), ids, all)
		}
	})
}
