package experiment

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
)

// methods returns the runs of methods that are compared under so many seeds, as in a
// figure of the paper: some are trained, some built on others.
func methods(c Config, seeds int) (configs []Config) {
	for seed := range uint64(seeds) {
		for _, shape := range []string{"standard", "line", "simplex-3", "bezier"} {
			c := c.With(shape, c.Seed+seed)
			configs = append(configs, c)
			if c.Independent = shape != "standard"; c.Independent {
				configs = append(configs, c)
			}
		}
	}
	return configs
}

// grid returns a random grid: methods that are compared, shapes, seeds, what runs are
// scored on. CIFAR-10's sizes are known without its images.
func grid(rng *rand.Rand) (configs []Config) {
	base := Full()
	base.Epochs = base.Warmup + rng.IntN(200)
	for len(configs) == 0 || rng.IntN(2) == 0 {
		c := base
		c.TrainImages, c.Points = 1000*rng.IntN(5), []int{0, 3, 21}[rng.IntN(3)]
		c.Seed = 1 + 500*uint64(rng.IntN(3)) // members of one are runs of another
		if rng.IntN(2) == 0 {
			configs = append(configs, methods(c, 1+rng.IntN(3))...)
			continue
		}
		for range 1 + rng.IntN(4) {
			c := c.With([]string{"standard", "line", "layerwise-line", "bezier", "simplex-3", "simplex-5"}[rng.IntN(6)], c.Seed+uint64(rng.IntN(4)))
			c.Independent = c.Shape != "standard" && c.Shape != "layerwise-line" && rng.IntN(2) == 0
			c.Rho = 0.1 * float64(rng.IntN(2))
			c.Surface = 3 * rng.IntN(2)
			configs = append(configs, c)
		}
	}
	return configs
}

// Whatever the grid and the number of parts: every run is in exactly one part,
// and with it all that it builds on or shares its training with.
func FuzzShard(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, uint16(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, parts uint16) {
		rng := rand.New(rand.NewPCG(seed, 0))
		configs, n, o := grid(rng), 1+int(parts%40), Options{Dir: t.TempDir()}
		plan, err := Plan(context.Background(), configs, o)
		if err != nil {
			t.Fatal(err)
		}
		runs, trained := map[Config]int{}, map[Config]int{}
		var share, largest float64
		count, named := 0, 0
		for i := 1; i <= n; i++ {
			p, err := Shard(context.Background(), configs, o, i, n)
			if err != nil {
				t.Fatal(err)
			}
			part, err := Plan(context.Background(), p.Configs, o)
			if err != nil {
				t.Fatal(err)
			}
			if len(part) != p.Runs || p.Whole != len(plan) {
				t.Fatalf("part %d of %d says %d of %d runs, its plan has %d of %d", i, n, p.Runs, p.Whole, len(part), len(plan))
			}
			for _, r := range part {
				if k := runs[r.Config]; k != 0 {
					t.Fatalf("%s is in the parts %d and %d", r.Config.Name(), k, i)
				}
				runs[r.Config] = i
				key := r.Config.training()
				if k := trained[key]; k != 0 && k != i {
					t.Fatalf("%s is trained in the parts %d and %d", r.Config.Name(), k, i)
				}
				trained[key] = i
			}
			rest := configs
			for _, c := range p.Configs { // in the grid's order
				k := slices.Index(rest, c)
				if k < 0 {
					t.Fatalf("part %d of %d is not in the grid's order", i, n)
				}
				rest = rest[k+1:]
			}
			share, largest, count, named = share+p.Share, max(largest, p.Share), count+p.Runs, named+len(p.Configs)
		}
		if count != len(plan) || named != len(configs) {
			t.Errorf("%d parts have %d of %d runs, %d of %d configurations", n, count, len(plan), named, len(configs))
		}
		if share < 1-1e-9 || share > 1+1e-9 {
			t.Errorf("the parts' shares add up to %v", share)
		}
		var grouped []Config
		before := math.Inf(1)
		for _, group := range Families(plan, o) {
			for i, p := range group {
				grouped = append(grouped, p.Config)
				for _, member := range p.Config.Members(o.Shape) {
					if k := slices.IndexFunc(group, func(q Planned) bool { return q.Config == member }); k < 0 || k > i {
						t.Errorf("%s is not made before %s, in its family", member.Name(), p.Config.Name())
					}
				}
			}
			if work := Left(group); work > before {
				t.Errorf("a family of %v comes after one of %v", work, before)
			} else {
				before = work
			}
		}
		slices.SortFunc(grouped, func(a, b Config) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		if len(slices.Compact(grouped)) != len(plan) {
			t.Errorf("families have %d runs, the plan has %d", len(grouped), len(plan))
		}
		var work, total float64 // of the heaviest family
		for _, f := range families(plan, o) {
			work, total = max(work, float64(f.work)), total+float64(f.work)
		}
		if bound := 1/float64(n) + (1-1/float64(n))*work/total; largest > bound+1e-9 {
			t.Errorf("the largest of %d parts has %v of the work, want at most %v", n, largest, bound)
		}
	})
}

// The heaviest part is at most 4/3 − 1/3n of what the best split of all has.
func TestBalance(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		n := 1 + rng.IntN(3)
		var all []*family
		for range 1 + rng.IntN(7) {
			all = append(all, &family{work: int64(rng.IntN(100)), runs: make([]Config, 1)})
		}
		balance(all, n)
		got := make([]int64, n)
		for _, f := range all {
			got[f.part-1] += f.work
		}
		best := slices.Max(got)
		for split := range pow(n, len(all)) {
			load := make([]int64, n)
			for _, f := range all {
				load[split%n] += f.work
				split /= n
			}
			best = min(best, slices.Max(load))
		}
		if bound := (4 - 1/float64(n)) / 3 * float64(best); float64(slices.Max(got)) > bound+1e-9 {
			t.Errorf("%d parts of %v, the best split has %d", n, got, best)
		}
	}
	// Seeds of the same methods: as many for each.
	var configs []Config
	for seed := range uint64(8) {
		configs = append(configs, Full().With("line", 1+seed), Full().With("standard", 1+seed))
	}
	for i := 1; i <= 8; i++ {
		p, err := Shard(context.Background(), configs, Options{}, i, 8)
		if err != nil || len(p.Configs) != 2 {
			t.Errorf("part %d of 8: %d runs of 16, %v", i, len(p.Configs), err)
		}
	}
}

func pow(n, k int) int {
	if k == 0 {
		return 1
	}
	return n * pow(n, k-1)
}

func TestShardRefuses(t *testing.T) {
	for _, c := range [][2]int{{0, 2}, {3, 2}, {-1, -1}, {1, 0}} {
		if _, err := Shard(context.Background(), []Config{light()}, Options{}, c[0], c[1]); err == nil || !strings.Contains(err.Error(), "want one from 1") {
			t.Errorf("shard %d of %d: %v", c[0], c[1], err)
		}
	}
	bad := light()
	bad.Epochs = 0
	if _, err := Shard(context.Background(), []Config{bad}, Options{}, 1, 2); err == nil {
		t.Error("a grid that cannot be run was split")
	}
}

// Two machines with a folder each make a grid; the folders, copied together, are
// what one machine alone makes. Nothing of it is made again.
func TestPartsMerge(t *testing.T) {
	ctx := context.Background()
	more, apart := light(), light()
	more.Points, more.Surface = 5, 2
	apart.Independent = true
	configs := []Config{light().With("standard", 1), light(), more, apart, apart.With("bezier", 1), light().With("line", 2), light().With("bezier", 1)}
	made := func(configs []Config, dir string, o Options) (results []string) {
		t.Helper()
		o.Dir = dir
		plan, err := Plan(ctx, configs, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range plan {
			r := train(t, p.Config, o)
			r.Close()
			r.Result.Finished, r.Result.Training, r.Result.Evaluation = "", 0, 0
			text := filepath.Join(t.TempDir(), "result")
			if err := r.Result.Write(text); err != nil {
				t.Fatal(err)
			}
			result, err := os.ReadFile(text)
			if err != nil {
				t.Fatal(err)
			}
			results = append(results, string(result))
		}
		return results
	}
	whole := made(configs, t.TempDir(), Options{})

	merged, runs := t.TempDir(), 0
	for i := 1; i <= 2; i++ {
		dir := t.TempDir()
		p, err := Shard(ctx, configs, Options{Dir: dir}, i, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Configs) == 0 {
			t.Fatalf("part %d is empty", i)
		}
		runs += len(made(p.Configs, dir, Options{}))
		// A part does not depend on what is there.
		if again, err := Shard(ctx, configs, Options{Dir: dir}, i, 2); err != nil || fmt.Sprint(again) != fmt.Sprint(p) {
			t.Errorf("part %d is %v before it is made, %v after it, %v", i, p, again, err)
		}
		if err := os.CopyFS(merged, os.DirFS(dir)); err != nil { // fails where both have a file
			t.Fatal(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if runs != len(whole) {
		t.Errorf("%d runs in two parts, %d alone", runs, len(whole))
	}
	plan, err := Plan(ctx, configs, Options{Dir: merged})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plan {
		if !p.Made {
			t.Errorf("%s is not made", p.Config.Name())
		}
	}
	got := made(configs, merged, Options{Report: func(r Report) { t.Errorf("made again: %s", r) }})
	for _, r := range whole {
		// A network of which others are made is part of the plan until they are made.
		if !slices.Contains(got, r) && !strings.Contains(r, `"seed": 1001`) {
			t.Errorf("not among the results of the parts: %s", r)
		}
	}
	r := train(t, more, Options{Dir: merged})
	if _, err := r.Score(ctx, subspace.Weights{0.5, 0.25}); err == nil || !strings.Contains(err.Error(), "want 1") {
		t.Errorf("coefficients that sum to 0.75: error %v, want one that says so", err)
	}
	if score, err := r.Score(ctx, subspace.Line{}.Midpoint()); err != nil || score != r.Result.Midpoint().Scores {
		t.Errorf("the endpoints in the merged folder score %+v, %v; recorded %+v", score, err, r.Result.Midpoint().Scores)
	}
}

// A run between networks that were trained apart, once made, is a family without them:
// nobody plans them any more.
func TestFamiliesOfMadeRuns(t *testing.T) {
	c := light().With("line", 1)
	c.Independent = true
	plan, err := planOf(t.Context(), []Config{c, light()}, Options{}, func(c Config) []Result {
		return []Result{{Config: c, Calibration: &Calibration{}}}
	})
	if err != nil || len(plan) != 2 {
		t.Fatalf("planned are %v, %v", plan, err)
	}
	if all := Families(plan, Options{}); len(all) != 2 {
		t.Errorf("%d families, want 2", len(all))
	}
}
