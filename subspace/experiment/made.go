package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gosubspace/subspace"
	"gosubspace/subspace/relatives"
)

// A making is how the fixed endpoints of a run come from other runs.
type making struct {
	members  func(c Config, fixed, number int) []Config
	networks func(ctx context.Context, r *Run, fixed, number int) ([][]float32, error) // as many as fixed
}

// Kinds of Config.Made; a number follows the last two.
const (
	matched    = "matched"
	snapshots  = "snapshots"
	swag       = "swag"
	greedySoup = "greedy-soup"
)

var makings = map[string]making{
	"":         {apart, func(_ context.Context, r *Run, _, _ int) ([][]float32, error) { return r.ofMembers() }}, // Config.Independent
	matched:    {apart, matchMembers},
	snapshots:  {collecting, lastSnapshots},
	swag:       {collecting, sampleSWAG},
	greedySoup: {soupOf, greedy},
}

// builds reports whether a run builds on others.
func (c Config) builds() bool { return c.Independent || c.Made != "" }

// making reads Config.Made.
func (c Config) making() (m making, number int, err error) {
	kind := c.Made
	if i := strings.LastIndexByte(kind, '-'); i >= 0 && kind != greedySoup {
		if number, err = strconv.Atoi(kind[i+1:]); err == nil {
			kind = kind[:i]
		}
	}
	text := kind
	if kind == swag || kind == greedySoup {
		text = fmt.Sprintf("%s-%d", kind, number)
	}
	m, known := makings[kind]
	if !known || text != c.Made {
		return m, 0, fmt.Errorf("endpoints that are made as %q: want %s, %s, %s-K with the rank K, or %s-N with N networks", c.Made, matched, snapshots, swag, greedySoup)
	}
	return m, number, nil
}

// checkRelatives reports settings of the method's relatives that do not go together.
func (c Config) checkRelatives(shape subspace.Shape) error {
	_, number, err := c.making()
	trajectory := c.Made == snapshots || strings.HasPrefix(c.Made, swag)
	_, connects := shape.(subspace.Simplexes)
	m := shape.Endpoints()
	switch {
	case err != nil:
		return err
	case c.builds() && max(m, number) > mostMembers:
		return fmt.Errorf("a run of %d networks: want at most %d", max(m, number), mostMembers)
	case c.EMA >= 1:
		return fmt.Errorf("a moving average of which %v stays at each step: want less than 1", c.EMA)
	case c.EMA > 0 && c.SWA != "":
		return errors.New("a moving average of the weights and SWA: a run ends with one of them, leave the other out")
	case c.Branch > c.Epochs:
		return fmt.Errorf("%d epochs of the run with the root seed in a run of %d: want at most as many", c.Branch, c.Epochs)
	case c.Branch > 0 && c.Root == 0 && (!c.builds() || trajectory):
		return errors.New("epochs that are shared (branch) with no run: name its seed as the root")
	case c.Branch > 0 && c.Root == 0 && c.Seed == 0:
		return errors.New("epochs that are shared (branch) with the network of seed 0, which as a root says none: want another seed")
	case connects && !c.Independent && c.Made != matched:
		return fmt.Errorf("%s connects networks that were trained apart: make it independent", shape)
	case c.Volume > 0 && !connects:
		return fmt.Errorf("a volume of %s: want a complex, such as complex-2-1", shape)
	case c.Snapshots && c.SWA == "":
		return errors.New("snapshots of what SWA collects, without SWA: name a kind")
	case trajectory && c.SWA == "":
		return fmt.Errorf("%s of what SWA collects, without SWA: name a kind", c.Made)
	case trajectory && m < 2:
		return fmt.Errorf("%s are networks, %s is one: want a simplex of as many as there shall be", c.Made, c.Shape)
	case c.Made == snapshots && len(fixed(shape)) > c.collected():
		return fmt.Errorf("%d snapshots of %d that were collected: want a shape of fewer endpoints than %s, or SWA that collects more", len(fixed(shape)), c.collected(), c.Shape)
	case trajectory && c.Made != snapshots:
		return relatives.CheckSWAG(c.collected(), number)
	case strings.HasPrefix(c.Made, greedySoup) && (m != 1 || number < 2 || c.HeldOut == 0):
		return fmt.Errorf("%s makes one network of several by a validation split: want shape standard, 2 networks or more, and images held out", c.Made)
	}
	return nil
}

// mostMembers is how many networks a run may be made of, so that a slip of a finger is an
// error and not a machine without memory.
const mostMembers = 1000

// seedAt returns the seed that an epoch is trained by; −1 is before the first.
func (c Config) seedAt(epoch int) uint64 {
	if c.Root != 0 && epoch < c.Branch {
		return c.Root
	}
	return c.Seed
}

func soupOf(c Config, _, n int) []Config { return apart(c, n, 0) }

// greedy scores its soups by their accuracy on the validation split.
func greedy(ctx context.Context, r *Run, _, _ int) ([][]float32, error) {
	networks, err := r.ofMembers()
	if err != nil {
		return nil, err
	}
	score := func(network []float32) (float64, error) {
		if err := r.space.SetEndpoints([][]float32{network}); err != nil {
			return 0, err
		}
		s, err := r.evaluate(ctx, subspace.Weights{1}, r.held)
		return s.Accuracy, err
	}
	alone := map[*float32]float64{}
	for _, n := range networks {
		if alone[&n[0]], err = score(n); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(networks, func(a, b []float32) int { return cmp.Compare(alone[&b[0]], alone[&a[0]]) })
	soup, _, err := relatives.GreedySoup(networks, score)
	return [][]float32{soup}, err
}
