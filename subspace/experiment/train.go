package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
)

// The random streams of a run, beside those of initial weights and order. Each
// step has its own generator, seeded by its number: a run that goes on needs
// no generator's state.
const (
	drawStream        uint64 = 2 << 32
	augmentStream     uint64 = 3 << 32
	recalibrateStream uint64 = 4 << 32
	surfaceStream     uint64 = 5 << 32
	makeStream        uint64 = 6 << 32
)

func (r *Run) rng(stream uint64, step int) *rand.Rand {
	seed := r.Config.Seed
	if r.Config.Root != 0 && (stream == drawStream || stream == augmentStream) {
		seed = r.Config.seedAt(step / r.perEpoch())
	}
	return rand.New(rand.NewPCG(seed, stream+uint64(step)))
}

// perEpoch returns the number of steps of an epoch.
func (r *Run) perEpoch() int { return batches(r.data.Train.Len(), r.Config.Batch) }

// train trains the endpoints, or what is left of it, and writes them.
func (r *Run) train(ctx context.Context) error {
	start := fresh
	if _, err := os.Stat(filepath.Join(r.Dir, checkpointFile)); err == nil || r.Config.builds() {
		start = toBeSet
	}
	if err := cmp.Or(r.checkBatches(), r.checkEffects()); err != nil {
		return err
	}
	if err := r.build(start); err != nil {
		return err
	}
	if r.Config.builds() {
		if err := r.setMembers(ctx); err != nil {
			return err
		}
	}
	p, err := r.restore()
	if err != nil {
		return err
	}
	if p.Step == 0 || p.Step < r.Config.Epochs*r.perEpoch() { // another process may have trained it meanwhile
		if adopted, err := r.adopt(); adopted || err != nil {
			return err
		}
	}
	r.tellOfAnother(p)
	p.Device = r.device
	if !slices.Contains(p.Devices, r.device) {
		p.Devices = append(p.Devices, r.device)
	}
	if err := r.steps(ctx, &p); err != nil {
		return err
	}
	r.Result = r.result(p.Seconds, p.History, p.Devices)
	return r.writeEndpoints()
}

// tellOfAnother says that a run was begun on something that rounds otherwise: another
// backend, other kernels, another CPU. How many cores there are changes nothing.
func (r *Run) tellOfAnother(p progress) {
	n := len(p.Devices)
	if n == 0 || p.Step == 0 {
		return
	}
	last := cmp.Or(p.Device, p.Devices[n-1]) // older checkpoints have the devices alone
	if cores.ReplaceAllString(last, "") == cores.ReplaceAllString(r.device, "") {
		return
	}
	r.notice(fmt.Sprintf("%s goes on with %s, after step %d with %s: its numbers will not be those of either alone, bit for bit",
		r.Config.Name(), r.device, p.Step, last))
}

// cores is how many of them a device names.
var cores = regexp.MustCompile(`, \d+ cores?\b`)

// steps runs the steps that are left.
func (r *Run) steps(ctx context.Context, p *progress) error {
	c := r.Config
	perEpoch := r.perEpoch()
	total := c.Epochs * perEpoch
	if !r.trains() {
		total = 0
	}
	schedule, err := c.schedule()
	if err != nil {
		return err
	}
	scale, err := r.rateScale()
	if err != nil {
		return err
	}
	sgd := subspace.SGD{Momentum: c.Momentum, WeightDecay: c.WeightDecay, Beta: c.Beta, Smoothing: c.Smoothing, Rho: c.Rho}
	if c.builds() {
		sgd.Beta = 0 // it would pull at fixed ends
	}

	feed, stop := context.WithCancel(context.Background())
	defer stop()
	on, err := r.resident(r.data.Train)
	if err != nil {
		return err
	}
	if err := r.checkDraws(p.Step, total); err != nil {
		return err
	}
	batches := r.batches(feed, on, p.Step, total)
	restored := p.Step
	var speed clock
	seconds := 0.0 // a step takes
	saved, resumed, before := time.Now(), time.Now(), p.Seconds
	every := cmp.Or(r.options.Checkpoint, 20*time.Second)
	for p.Step < total {
		epoch := p.Step / perEpoch
		rate := scale * schedule.Rate(epoch)
		var work []subspace.Work
		for i := range r.call(on, p.Step, seconds) {
			batch := <-batches
			if batch.err != nil {
				return batch.err
			}
			draw := r.space.Draw(r.sampler, r.rng(drawStream, p.Step+i))
			draw.At = draw.At[:min(len(draw.At), batch.Len())] // the last batch may be short
			work = append(work, subspace.Work{Batch: batch.Batch, Draw: draw, Rate: rate})
		}
		losses, right, err := r.space.Steps(work, sgd)
		for i, loss := range losses {
			n := work[i].Batch.Len()
			p.Step++
			p.Seen += n
			p.Right += right[i]
			p.Loss += loss * float64(n)
		}
		if err == nil && p.Step%perEpoch == 0 {
			err = r.finite() // the loss tells of the weights before the step
		}
		if errors.Is(err, subspace.ErrDiverged) {
			return fmt.Errorf("diverged at step %d of %d (epoch %d): %w; %s", p.Step, total, epoch+1, err, c.calmer(schedule))
		}
		if err != nil {
			return fmt.Errorf("step %d: %w", p.Step+1, err)
		}

		seconds = speed.tick(len(work))
		report := r.stepReport(p, total, epoch, seconds)
		report.Restored = restored
		if on != nil && p.Step%perEpoch == 0 && p.Step-restored <= perEpoch {
			speed, seconds = clock{}, 0 // in the first epoch programs were compiled, that of its short last batch among them
		}
		if c.EMA > 0 {
			if err := r.collect(p, 1/(1-c.EMA)); err != nil {
				return err
			}
		}
		if p.Step%perEpoch == 0 {
			if schedule.Collects(epoch) {
				if err := r.collect(p, float64(p.average.Models+1)); err != nil {
					return err
				}
			}
			if report.Ended, err = r.endEpoch(ctx, p, epoch, rate); err != nil {
				return err
			}
			report.Before = report.Ended
		}
		report.History = p.History
		r.report(report)
		p.Seconds = before + time.Since(resumed).Seconds()
		ends := ctx.Err() != nil
		if ends || p.Step == total || time.Since(saved) > every {
			if err := r.save(*p); err != nil {
				return err
			}
			saved = time.Now()
		}
		if ends && p.Step < total {
			return interruptedAfter(ctx, "step", p.Step, total)
		}
	}
	if p.average.Models > 0 {
		return r.space.SetEndpoints(p.average.Endpoints)
	}
	return nil
}

// calmer says what may keep a training from diverging.
func (c Config) calmer(schedule subspace.Schedule) string {
	advice := fmt.Sprintf("try a smaller learning rate than %v", c.LearningRate)
	if _, cycles := schedule.(subspace.Snapshots); !cycles { // whose cycles begin with the whole rate
		advice += fmt.Sprintf(", or a longer warm-up than %d epochs", c.Warmup)
	}
	return advice
}

// stepReport says how training stands after a step, which takes so many seconds, 0 where
// that is not known yet.
func (r *Run) stepReport(p *progress, total, epoch int, seconds float64) Report {
	report := Report{Run: r.Config.Name(), Done: p.Step, Total: total, Epoch: epoch + 1, Epochs: r.Config.Epochs,
		Loss: p.Loss / float64(p.Seen), Accuracy: float64(p.Right) / float64(p.Seen)}
	if n := len(p.History); n > 0 {
		report.Before = &p.History[n-1]
	}
	if seconds > 0 {
		report.Rate = float64(r.data.Train.Len()) / float64(r.perEpoch()) / seconds
		report.Steps = 1 / seconds
		report.Left = time.Duration(seconds * float64(total-p.Step) * float64(time.Second))
	}
	return report
}

// rateScale returns what the rate of every step is multiplied by, see Config.FullStep.
func (r *Run) rateScale() (scale float64, err error) {
	if !r.Config.FullStep {
		return 1, nil
	}
	defer r.catchShape(&err)
	return 1 / subspace.StepShare(r.sampler.Shape), nil
}

// finite reports weights that are not finite numbers.
func (r *Run) finite() error {
	endpoints, err := r.space.Endpoints()
	if err != nil {
		return err
	}
	for i, row := range endpoints {
		for _, v := range row {
			if v-v != 0 { // NaN or infinite
				return fmt.Errorf("%w, endpoint %d has a weight %v", subspace.ErrDiverged, i+1, v)
			}
		}
	}
	return nil
}

// endEpoch closes the books of an epoch.
func (r *Run) endEpoch(ctx context.Context, p *progress, epoch int, rate float64) (*Epoch, error) {
	e := Epoch{Epoch: epoch + 1, Rate: rate, Loss: p.Loss / float64(p.Seen), Accuracy: float64(p.Right) / float64(p.Seen)}
	if every := r.Config.TestEvery; every > 0 && (epoch+1)%every == 0 {
		// A stop while this runs must not leave the epoch without its test
		// score: what a run records does not depend on when it was stopped.
		scores, err := r.evaluate(context.WithoutCancel(ctx), r.sampler.Shape.Midpoint(), r.data.Test)
		if err != nil {
			return nil, fmt.Errorf("test after epoch %d: %w", epoch+1, err)
		}
		e.Test = &scores
	}
	p.History = append(p.History, e)
	p.Loss, p.Right, p.Seen = 0, 0, 0
	return &e, nil
}

// prepared is a batch, or why there is none.
type prepared struct {
	subspace.Batch
	err error
}

// batches prepares the batches of the steps from first on, of the set on the device
// or of values, one call ahead of the training, until ctx ends.
func (r *Run) batches(ctx context.Context, on *subspace.Resident, first, total int) <-chan prepared {
	out := make(chan prepared, max(r.together(), 1))
	go func() {
		n, size := r.data.Train.Len(), r.Config.Batch
		perEpoch := r.perEpoch()
		var order []int
		for step := first; step < total; step++ {
			epoch, k := step/perEpoch, step%perEpoch
			if order == nil || k == 0 {
				order = dataset.Order(n, r.Config.seedAt(epoch), epoch)
			}
			index := order[k*size : min(n, (k+1)*size)]
			batch, err := r.fill(r.data.Train, on, index, r.Config.Augment, r.rng(augmentStream, step))
			select {
			case out <- prepared{batch, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func (r *Run) report(report Report) {
	report.GPU, report.Config = r.backend.GPU, r.Config
	r.stand(report)
	if r.options.Report != nil {
		r.options.Report(report)
	}
}
