package experiment

import (
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"

	"gosubspace/subspace/metric"
)

// Names in [Result.Right].
const (
	RightMidpoint = "midpoint" // of the subspace, on the test images
	RightEnsemble = "ensemble" // of all networks that were trained apart; in a complex with those between them
)

// RightUnder is the name in [Result.Right] of the midpoint under a corruption at a
// severity of 1 to 5.
func RightUnder(corruption string, severity int) string {
	return fmt.Sprintf("%s %d", corruption, severity)
}

// mark keeps which images were right. The map may be shared with what is saved meanwhile.
func (r *Result) mark(name string, hits metric.Hits) {
	right := maps.Clone(r.Right)
	if right == nil {
		right = map[string]metric.Hits{}
	}
	right[name] = hits
	r.Right = right
}

// Marked reports whether the result says which test images were right.
func (r Result) Marked() bool {
	if len(r.Right[RightMidpoint]) == 0 {
		return false
	}
	for _, c := range r.Corrupted {
		if len(r.Right[RightUnder(c.Corruption, c.Severity)]) == 0 {
			return false
		}
	}
	return !r.Config.Independent || len(r.Ensembles) == 0 || len(r.Right[RightEnsemble]) > 0
}

// MarkRight adds to the result of a finished run which test images were right, where it
// was scored before there was [Result.Right], and writes it: nothing is trained again,
// and no score changes. Where this machine judges other images right than the one that
// scored the run, by more than rounding explains, it is an error: the endpoints, or the
// images, are not those.
func (r *Run) MarkRight(ctx context.Context) error {
	if r.Result.Marked() {
		return nil
	}
	if r.Result.Identity != r.identity { // it was opened from a shipped file
		return fmt.Errorf("run %s has no result here to say in which images are right: make the run, or find it in its folder", r.Config.Name())
	}
	if _, err := r.Space(); err != nil {
		return err
	}
	before := r.Result
	defer r.endScoring()
	tasks := r.tasksAtPoints()
	r.Result = before // which tasksAtPoints lays out anew
	buffers, err := r.space.Buffers()
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.right == "" || len(r.Result.Right[t.right]) > 0 {
			continue
		}
		scores, err := r.do(ctx, t)
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = before.agrees(t.right, scores)
		}
		if err != nil {
			r.Result = before
			return fmt.Errorf("run %s, which images are right: %w", r.Config.Name(), err)
		}
	}
	if err := r.space.SetBuffers(buffers); err != nil {
		return err
	}
	return r.Result.Write(filepath.Join(r.Dir, resultFile))
}

// agrees reports a score that is not the recorded one, but for rounding: 1 image, and 1 in
// 1,000 more.
func (r Result) agrees(name string, now metric.Scores) error {
	then := r.Midpoint().Scores
	if name == RightEnsemble {
		then = r.Ensembles[0].Scores
	}
	for _, c := range r.Corrupted {
		if name == RightUnder(c.Corruption, c.Severity) {
			then = c.Scores
		}
	}
	right, was := math.Round(now.Accuracy*float64(now.N)), math.Round(then.Accuracy*float64(then.N))
	if now.N == then.N && math.Abs(right-was) <= float64(1+then.N/1000) {
		return nil
	}
	return fmt.Errorf("%s: %.0f of %d test images are right, the result says %.0f of %d: the endpoints or the images are others than when it was scored; "+
		"delete the run's folder to make it again", name, right, now.N, was, then.N)
}
