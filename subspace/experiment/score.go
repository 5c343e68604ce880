package experiment

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
)

// scoresFile holds the scores that there are while a run's scoring is
// unfinished.
const scoresFile = "scores.json"

// answers is the contents of scoresFile: a score for each task that is done, in
// their order.
type answers struct {
	Identity  string          `json:"identity"`  // the run's
	Endpoints string          `json:"endpoints"` // SHA-256 of the file of the endpoints that were scored
	Tasks     int             `json:"tasks"`     // how many scores there will be
	Asked     string          `json:"asked"`     // SHA-256 of what they are of
	Seconds   float64         `json:"seconds"`
	Scores    []metric.Scores `json:"scores"`

	Right map[string]metric.Hits `json:"right,omitempty"` // of the tasks that are done, see Result.Right
}

// A task is one thing that a trained run is scored on.
type task struct {
	space *subspace.Space
	at    []subspace.Weights // of several points the mean of their logits: an ensemble
	set   func() (*dataset.Set, error)
	put   func(metric.Scores) // writes the score to its place in the result
	right string              // under this name Result.Right keeps which images were right; "": it does not
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
	tasks, err := r.tasks()
	if err != nil {
		return err
	}
	done, err := r.readScores(path, tasks)
	if err != nil {
		return err
	}
	if len(done.Scores) > len(tasks) {
		return fmt.Errorf("%s holds more scores than the run has; delete it to score the run anew", path)
	}
	for i, scores := range done.Scores {
		tasks[i].put(scores)
	}
	r.Result.Right = done.Right
	var speed clock
	saved := time.Now()
	for i := len(done.Scores); i < len(tasks); i++ {
		start := time.Now()
		scores, err := r.do(ctx, tasks[i])
		if err == nil {
			tasks[i].put(scores)
			done.Scores, done.Right = append(done.Scores, scores), r.Result.Right
			done.Seconds += time.Since(start).Seconds()
		}
		if ctx.Err() != nil || i+1 == len(tasks) || time.Since(saved) > time.Second {
			if err := writeJSON(path, done); err != nil {
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
		if ctx.Err() != nil {
			return interruptedAfter(ctx, "point", len(tasks), len(tasks))
		}
		return err
	}
	r.Result.Evaluation = done.Seconds
	r.Result.Finished = time.Now().UTC().Format(time.RFC3339)
	return nil
}

// readScores returns the scores that there are of these endpoints; none of others.
func (r *Run) readScores(path string, tasks []task) (done answers, err error) {
	file, err := os.ReadFile(filepath.Join(r.Dir, endpointsFile))
	if err != nil {
		return done, err
	}
	asked := sha256.New()
	for _, t := range tasks {
		fmt.Fprintln(asked, t.space == r.space, t.at, t.right)
	}
	now := answers{Identity: r.identity, Tasks: len(tasks), Asked: fmt.Sprintf("%x", asked.Sum(nil)), Endpoints: fmt.Sprintf("%x", sha256.Sum256(file))}
	text, err := readFile(path)
	if err != nil || text == nil {
		return now, err
	}
	if err := json.Unmarshal(text, &done); err != nil {
		return done, fmt.Errorf("%s is damaged: %w; delete it to score the run anew", path, err)
	}
	// An older version may have scored other points.
	if done.Identity != now.Identity || done.Endpoints != now.Endpoints || done.Tasks != now.Tasks || done.Asked != now.Asked {
		return now, nil
	}
	return done, nil
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
	scores, err := metric.ScoreBins(mean, set.Labels, len(set.Classes), r.bins())
	if err == nil && t.right != "" {
		r.Result.mark(t.right, metric.HitsOf(mean, set.Labels, len(set.Classes)))
	}
	return scores, err
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
