package experiment

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// scoresFile holds the scores that there are while a run's scoring is
// unfinished.
const scoresFile = "scores.json"

// answers is the contents of scoresFile: a score for each task that is done, in
// their order.
type answers struct {
	Identity  string          `json:"identity"`  // the run's
	Endpoints string          `json:"endpoints"` // SHA-256 of the file of the endpoints that were scored
	Seconds   float64         `json:"seconds"`
	Scores    []metric.Scores `json:"scores"`
}

// A task is one thing that a trained run is scored on.
type task struct {
	space *subspace.Space
	at    []subspace.Weights // of several points the mean of their logits: an ensemble
	set   func() (*dataset.Set, error)
	put   func(metric.Scores) // writes the score to its place in the result
}

// scorer is what scoring keeps between tasks.
type scorer struct {
	logits     map[string][]float32 // on the test set, by point, for the ensembles
	calibrated string               // the space and point that batch norm was re-estimated at
	surface    *subspace.Space
}

// score scores the run, or what is left of it, and completes the result.
func (r *Run) score(ctx context.Context) error {
	defer r.endScoring()
	path := filepath.Join(r.Dir, scoresFile)
	done, err := r.readScores(path)
	if err != nil {
		return err
	}
	tasks, err := r.tasks()
	if err != nil {
		return err
	}
	if len(done.Scores) > len(tasks) {
		return fmt.Errorf("%s holds more scores than the run has; delete it to score the run anew", path)
	}
	for i, scores := range done.Scores {
		tasks[i].put(scores)
	}
	var speed clock
	saved := time.Now()
	for i := len(done.Scores); i < len(tasks); i++ {
		start := time.Now()
		scores, err := r.do(ctx, tasks[i])
		if err == nil {
			tasks[i].put(scores)
			done.Scores = append(done.Scores, scores)
			done.Seconds += time.Since(start).Seconds()
		}
		if ctx.Err() != nil || i+1 == len(tasks) || time.Since(saved) > time.Second {
			if err := r.saveScores(path, done); err != nil {
				return err
			}
			saved = time.Now()
		}
		if ctx.Err() != nil {
			return interruptedAfter(ctx, "point", len(done.Scores), len(tasks))
		}
		if err != nil {
			return err
		}
		report := Report{Run: r.Config.Name(), Scoring: true, Done: i + 1, Total: len(tasks),
			Left: time.Duration(speed.tick(1) * float64(len(tasks)-i-1) * float64(time.Second))}
		if n := len(r.Result.History); n > 0 {
			last := r.Result.History[n-1]
			report.Epoch, report.Epochs, report.Loss, report.Accuracy = last.Epoch, last.Epoch, last.Loss, last.Accuracy
		}
		r.report(report)
	}
	if err := r.calibrate(ctx); err != nil {
		return err
	}
	r.Result.Evaluation = done.Seconds
	r.Result.Finished = time.Now().UTC().Format(time.RFC3339)
	return nil
}

// readScores returns the scores that there are of these endpoints; none of others.
func (r *Run) readScores(path string) (done answers, err error) {
	file, err := os.ReadFile(filepath.Join(r.Dir, endpointsFile))
	if err != nil {
		return done, err
	}
	now := answers{Identity: r.identity, Endpoints: fmt.Sprintf("%x", sha256.Sum256(file))}
	text, err := readFile(path)
	if err != nil || text == nil {
		return now, err
	}
	if err := json.Unmarshal(text, &done); err != nil {
		return done, fmt.Errorf("%s is damaged: %w; delete it to score the run anew", path, err)
	}
	if done.Identity != now.Identity || done.Endpoints != now.Endpoints {
		return now, nil
	}
	return done, nil
}

func (r *Run) saveScores(path string, done answers) error {
	text, err := json.Marshal(done)
	if err != nil {
		return err
	}
	return place.WriteFile(path, text)
}

// endScoring lets go of what only scoring needs.
func (r *Run) endScoring() {
	if r.scored.surface != nil {
		r.scored.surface.Finalize()
	}
	r.scored = scorer{}
}

// do scores a task.
func (r *Run) do(ctx context.Context, t task) (metric.Scores, error) {
	set, err := t.set()
	if err != nil {
		return metric.Scores{}, err
	}
	var members [][]float32
	for _, at := range t.at {
		logits, err := r.logits(ctx, t.space, at, set)
		if err != nil {
			return metric.Scores{}, err
		}
		members = append(members, logits)
	}
	mean, err := metric.MeanLogits(members...)
	if err != nil {
		return metric.Scores{}, err
	}
	return metric.ScoreBins(mean, set.Labels, len(set.Classes), r.bins())
}

// bins returns the number of bins of the calibration errors.
func (r *Run) bins() int { return cmp.Or(r.Config.Bins, metric.Bins) }

// logits returns the logits of a set at a point, batch norm re-estimated there.
// Only for a run that has been trained: the statistics stay at the point.
func (r *Run) logits(ctx context.Context, s *subspace.Space, at subspace.Weights, set *dataset.Set) ([]float32, error) {
	here := fmt.Sprintf("%p %v", s, at)
	if logits, ok := r.scored.logits[here]; ok && set == r.data.Test {
		return logits, nil
	}
	p := subspace.Uniform(at, len(s.Layout.Layers))
	if r.scored.calibrated != here {
		r.scored.calibrated = ""
		if err := s.Recalibrate(ctx, p, r.recalibration()); err != nil {
			return nil, err
		}
		r.scored.calibrated = here
	}
	logits, _, err := s.Logits(ctx, p, r.inOrder(set))
	// Those of a grid, and of ImageNet's size, are rather computed anew.
	if err == nil && set == r.data.Test && s == r.space && len(r.scored.logits) < max(r.Config.Points, len(at))+1 && len(logits) < 1<<22 {
		if r.scored.logits == nil {
			r.scored.logits = map[string][]float32{}
		}
		r.scored.logits[here] = logits
	}
	return logits, err
}

// Score scores the trained run at a point on the test images, batch norm
// re-estimated there. Coefficients outside [0, 1] are a point outside the
// subspace.
func (r *Run) Score(ctx context.Context, at subspace.Weights) (metric.Scores, error) {
	if _, err := r.Space(); err != nil {
		return metric.Scores{}, err
	}
	return r.evaluate(ctx, at)
}

// evaluate scores a point, and leaves the state of training as it is.
func (r *Run) evaluate(ctx context.Context, at subspace.Weights) (metric.Scores, error) {
	test := r.data.Test
	logits, err := r.logitsOf(ctx, at, test)
	if err != nil {
		return metric.Scores{}, err
	}
	return metric.ScoreBins(logits, test.Labels, len(test.Classes), r.bins())
}

// calibrate says how far the midpoint's confidence can be believed, and how far
// when its temperature was fitted to the validation split.
func (r *Run) calibrate(ctx context.Context) error {
	logits, err := r.logits(ctx, r.space, r.sampler.Shape.Midpoint(), r.data.Test)
	if err != nil {
		return err
	}
	test := r.data.Test
	classes, bins := len(test.Classes), r.bins()
	c := &Calibration{Reliability: metric.Reliability(metric.Softmax(logits, classes), test.Labels, classes, bins)}
	r.Result.Calibration = c
	if r.held == nil {
		return nil
	}
	held, err := r.logits(ctx, r.space, r.sampler.Shape.Midpoint(), r.held)
	if err != nil {
		return err
	}
	score := func(logits []float32, labels []int32) *metric.Scores {
		s, e := metric.ScoreBins(logits, labels, classes, bins)
		err = cmp.Or(err, e)
		return &s
	}
	c.HeldOut = score(held, r.held.Labels)
	if err != nil {
		return err
	}
	c.Temperature, err = metric.Temperature(held, r.held.Labels, classes)
	if errors.Is(err, metric.ErrNoTemperature) {
		return nil // a small split may have none; then nothing is scaled
	}
	if err != nil {
		return err
	}
	c.Scaled = score(metric.Scale(logits, c.Temperature), test.Labels)
	return err
}

// recalibration yields the batches that re-estimate batch norm: training
// images, augmented as in training, the same at every point.
func (r *Run) recalibration() iter.Seq2[subspace.Batch, error] {
	n := r.data.Train.Len()
	order := dataset.Order(n, r.Config.Seed, r.Config.Epochs) // the order of the epoch after the last
	if k := r.Config.Recalibration; k > 0 {
		order = order[:min(k, n)]
	}
	return func(yield func(subspace.Batch, error) bool) {
		on, err := r.resident(r.data.Train)
		if err != nil {
			yield(subspace.Batch{}, err)
			return
		}
		step := 0
		for index := range slices.Chunk(order, r.Config.Batch) {
			// A short last batch would count as much as a full one.
			if len(index) < r.Config.Batch && step > 0 {
				return
			}
			if !yield(r.fill(r.data.Train, on, index, r.Config.Augment, r.rng(recalibrateStream, step))) {
				return
			}
			step++
		}
	}
}

// testBatch divides the test sets that come with the project.
const testBatch = 250

// inOrder yields the images of a set as they are, in their order.
func (r *Run) inOrder(set *dataset.Set) iter.Seq2[subspace.Batch, error] {
	order := make([]int, set.Len())
	for i := range order {
		order[i] = i
	}
	return func(yield func(subspace.Batch, error) bool) {
		on, err := r.resident(set)
		if err != nil {
			yield(subspace.Batch{}, err)
			return
		}
		for index := range slices.Chunk(order, testBatch) {
			if !yield(r.fill(set, on, index, dataset.Augment{}, nil)) {
				return
			}
		}
	}
}
