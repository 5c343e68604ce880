package experiment

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gosubspace/subspace"
	"gosubspace/subspace/corruption"
	"gosubspace/subspace/dataset"
)

// Planned is a run that is to be made, or that has been made.
type Planned struct {
	Config Config
	Made   bool
	// Trained and Scored are the numbers of images that the run shows its network
	// to train it (none, where another run has trained the same) and to score it,
	// with those that re-estimate batch norm. Tests while training are left out.
	Trained, Scored int
}

// Work returns the size of a run in passes of an image through the network; a
// training step is about three.
func (p Planned) Work() float64 {
	passes := 3.0
	if p.Config.Rho > 0 {
		passes *= 2
	}
	return passes*float64(p.Trained) + float64(p.Scored)
}

// Done returns how much of Work is done when a share of the training is, or of the
// scoring, which comes after it.
func (p Planned) Done(scoring bool, share float64) float64 {
	trained := p.Work() - float64(p.Scored)
	if scoring {
		return trained + share*float64(p.Scored)
	}
	return share * trained
}

// Plan returns the runs that the configurations need, each once, those that
// others build on before them. It downloads nothing.
func Plan(ctx context.Context, configs []Config, o Options) ([]Planned, error) {
	root, err := o.root()
	if err != nil {
		return nil, err
	}
	return planOf(ctx, configs, o, func(c Config) []Result {
		_, results := c.trained(root)
		return results
	})
}

// planOf is [Plan] where finished returns the finished runs that were trained as
// a configuration says.
func planOf(ctx context.Context, configs []Config, o Options, finished func(Config) []Result) (plan []Planned, err error) {
	seen, trained := map[Config]bool{}, map[Config]bool{}
	add := func(c Config) (made bool, err error) {
		if seen[c] {
			return true, nil
		}
		seen[c] = true
		p, data, err := planned(ctx, c, o)
		if err != nil {
			return false, err
		}
		// That pinned data are the same is seen only when a run is loaded. A folder of images
		// has been read, and a run of other images is another run.
		results := slices.Clone(finished(c))
		if data != nil {
			results = slices.DeleteFunc(results, func(r Result) bool { return isOther(data.Train, r.TrainData) })
		}
		p.Made = slices.ContainsFunc(results, func(r Result) bool {
			return r.Config == c && r.Calibration != nil && (data == nil || !isOther(data.Test, r.TestData))
		})
		if len(results) > 0 || trained[c.training()] {
			p.Trained = 0
		}
		trained[c.training()] = true
		plan = append(plan, p)
		return p.Made, nil
	}
	for _, c := range configs {
		at := len(plan)
		if made, err := add(c); err != nil {
			return nil, err
		} else if made {
			continue
		}
		for _, member := range c.Members(o.Shape) {
			if _, err := add(member); err != nil {
				return nil, err
			}
		}
		// The run itself comes after those that it builds on.
		self := plan[at]
		plan = append(append(plan[:at:at], plan[at+1:]...), self)
	}
	return plan, nil
}

// isOther reports whether a run was made with other images than these, by their
// [dataset.Set.Fingerprint]; an older result has none.
func isOther(set *dataset.Set, made string) bool { return made != "" && made != set.Fingerprint() }

// planned returns the size of a run, and the images that it would be made with, nil where
// their name says which they are.
func planned(ctx context.Context, c Config, o Options) (p Planned, data *dataset.Data, err error) {
	sampler, err := c.check(o.shapeOf(c))
	if err != nil {
		return p, nil, err
	}
	r := &Run{Config: c, options: o, sampler: sampler}
	train, test, _, _, err := r.size(ctx)
	if err != nil {
		return p, nil, err
	}
	p.Config = c
	if !r.pinned() {
		if data, _, err = c.part(r.all); err != nil {
			return p, nil, err
		}
	}
	if r.trains() {
		p.Trained = c.Epochs * train
	}
	points := r.points()
	p.Scored += len(points)*(r.recalibrated(train)+test) + corruption.Severities*len(c.corruptions())*test
	if c.Corrupt != "" && !points[len(points)-1].Midpoint { // of the midpoint, once
		p.Scored += r.recalibrated(train)
	}
	p.Scored += (c.Plane*c.Plane + c.Surface*c.Surface) * (r.recalibrated(train) + part(test, c.GridImages))
	return p, data, nil
}

// part returns how many of n images a setting of a configuration asks for.
func part(n, asked int) int {
	if asked == 0 {
		return n
	}
	return min(n, asked)
}

func (r *Run) recalibrated(train int) int { return part(train, r.Config.Recalibration) }

// pinned reports whether the name of the data says which images they are.
func (r *Run) pinned() bool {
	return r.options.Data == nil && (r.Config.Data == "cifar10" || r.Config.Data == "digits")
}

// size returns the number of training and test images of a run, the height,
// width and channels of an image, and the number of classes. Those of CIFAR-10
// are known without it; others are in r.all then.
func (r *Run) size(ctx context.Context) (train, test int, image [3]int, classes int, err error) {
	c := r.Config
	if c.Data == "cifar10" && r.pinned() {
		train, test, image, classes = 50_000, 10_000, [3]int{32, 32, 3}, 10
	} else {
		if r.all, err = read(ctx, c, r.options); err != nil {
			return 0, 0, image, 0, err
		}
		t := r.all.Train
		train, test, image, classes = t.Len(), r.all.Test.Len(), t.Shape(), len(t.Classes)
	}
	if err := c.enough(train, test); err != nil {
		return 0, 0, image, 0, err
	}
	return part(train-c.HeldOut, c.TrainImages), part(test, c.TestImages), image, classes, nil
}

// Estimate returns how long each planned run will take on this machine, alone on
// it, and nothing for those that have been made: it measures some steps and some
// batches of each kind of network, on noise, sent as those of the runs are.
func Estimate(ctx context.Context, plan []Planned, o Options) ([]time.Duration, error) {
	type costs struct{ start, trained, scored float64 }
	measured := map[string]costs{}
	estimates := make([]time.Duration, len(plan))
	for i, p := range plan {
		if p.Made {
			continue
		}
		c := p.Config
		kind := fmt.Sprint(c.Data, c.Side, c.Network, c.Width, c.Batch, c.Dropout > 0, c.Rho > 0, c.EMA > 0, c.Chunks, c.GhostBatches, c.Precision)
		cost, ok := measured[kind]
		if !ok {
			var err error
			if cost.start, cost.trained, cost.scored, err = measure(ctx, c, o); err != nil {
				return nil, fmt.Errorf("run %s: %w", c.Name(), err)
			}
			measured[kind] = cost
		}
		estimates[i] = time.Duration((cost.start + cost.trained*float64(p.Trained) + cost.scored*float64(p.Scored)) * float64(time.Second))
	}
	return estimates, nil
}

// measure returns the seconds that a run takes to compile, and that a training
// step and a scored batch take for each of their images.
func measure(ctx context.Context, c Config, o Options) (start, trained, scored float64, err error) {
	began := time.Now()
	sampler, err := c.check(o.shapeOf(c))
	if err != nil {
		return 0, 0, 0, err
	}
	r := &Run{Config: c, options: o, sampler: sampler}
	train, test, image, classes, err := r.size(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	// Noise, so that nothing is downloaded; each image is as good as any other.
	noise := dataset.Noise(max(min(c.Batch, train), min(testBatch, test)), image, classes)
	rng := rand.New(rand.NewPCG(1, 1))
	r.data = &dataset.Data{Train: noise, Test: noise}
	for range image[2] {
		r.data.Mean, r.data.Std = append(r.data.Mean, 0.5), append(r.data.Std, 0.25)
	}
	s, err := r.newSpace(sampler.Shape.Endpoints(), fresh)
	if err != nil {
		return 0, 0, 0, err
	}
	r.space = s
	defer r.release()
	on, err := r.resident(noise)
	if err != nil {
		return 0, 0, 0, err
	}
	order := dataset.Order(noise.Len(), 1, 0)
	steps := 1 // in a call, and batches that are scored in one
	batch := func(n int) (subspace.Batch, error) { return r.fill(noise, on, order[:n], c.Augment, rng) }
	sgd := subspace.SGD{Momentum: c.Momentum, Rho: c.Rho, Beta: c.Beta}
	var moving progress
	doStep := func() error {
		var work []subspace.Work
		for range steps {
			b, err := batch(min(c.Batch, train))
			if err != nil {
				return err
			}
			work = append(work, subspace.Work{Batch: b, Draw: s.Draw(sampler, rng), Rate: 1e-3})
		}
		if _, _, err := s.Steps(work, sgd); err != nil || c.EMA == 0 {
			return err
		}
		return r.collect(&moving, 1/(1-c.EMA)) // which reads the weights back
	}
	middle := subspace.Uniform(sampler.Shape.Midpoint(), len(s.Layout.Layers))
	scoredBatch := min(testBatch, test)
	some := func(yield func(subspace.Batch, error) bool) {
		for range steps {
			if !yield(batch(scoredBatch)) {
				return
			}
		}
	}
	doScore := func() error {
		_, _, err := s.Evaluate(ctx, middle, some, some)
		return err
	}
	if err := cmp.Or(doStep(), doScore()); err != nil { // which compiles
		return 0, 0, 0, err
	}
	start = time.Since(began).Seconds()
	if on != nil {
		began := time.Now()
		if err := doStep(); err != nil {
			return 0, 0, 0, err
		}
		steps = max(1, min(r.mostSteps(time.Since(began).Seconds()), train/c.Batch))
	}
	if trained, err = timed(ctx, doStep); err != nil {
		return 0, 0, 0, err
	}
	scored, err = timed(ctx, doScore)
	return start, trained / float64(steps*min(c.Batch, train)), scored / float64(2*steps*scoredBatch), err
}

// timed returns the seconds that f takes: the mean over a second, and over three
// calls at least.
func timed(ctx context.Context, f func() error) (float64, error) {
	start := time.Now()
	for n := 1; ; n++ {
		if err := cmp.Or(f(), ctx.Err()); err != nil {
			return 0, err
		}
		if taken := time.Since(start).Seconds(); n >= 3 && taken > 1 {
			return taken / float64(n), nil
		}
	}
}
