package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"time"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// scoresFile holds the points that have been scored while a run's scoring is
// unfinished.
const scoresFile = "scores.json"

// scored is the contents of scoresFile.
type scored struct {
	Seconds float64      `json:"seconds"`
	Points  []PointScore `json:"points"`
}

// points returns the points that a run is scored at: along a curve from end to
// end, or the corners of a simplex; and the midpoint.
func (r *Run) points() []PointScore {
	middle := PointScore{Weights: r.sampler.Shape.Midpoint()}
	var points []PointScore
	if curve, ok := r.sampler.Shape.(subspace.Curve); ok && r.Config.Points > 0 {
		for i := range r.Config.Points {
			alpha := float64(i) / float64(r.Config.Points-1)
			points = append(points, PointScore{Alpha: &alpha, Weights: curve.At(alpha)})
		}
	} else {
		m := r.sampler.Shape.Endpoints()
		for i := range m {
			points = append(points, PointScore{Weights: subspace.Corner(i, m)})
		}
	}
	if !slices.ContainsFunc(points, func(p PointScore) bool { return near(p.Weights, middle.Weights) }) {
		points = append(points, middle)
	}
	return points
}

// score scores the run's points, or those that are left, and completes the
// result.
func (r *Run) score(ctx context.Context) error {
	path := filepath.Join(r.Dir, scoresFile)
	var done scored
	if text, err := readFile(path); err != nil {
		return err
	} else if text != nil {
		if err := json.Unmarshal(text, &done); err != nil {
			return fmt.Errorf("%s is damaged: %w; delete it to score the run anew", path, err)
		}
	}
	points := r.points()
	if len(done.Points) > len(points) {
		return fmt.Errorf("%s holds more points than the run has; delete it to score the run anew", path)
	}
	var speed clock
	for i := len(done.Points); i < len(points); i++ {
		start := time.Now()
		scores, err := r.evaluate(ctx, points[i].Weights)
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted after point %d of %d; run it again to go on from there: %w", i, len(points), context.Cause(ctx))
		}
		if err != nil {
			return err
		}
		points[i].Scores = scores
		done.Points = append(done.Points, points[i])
		done.Seconds += time.Since(start).Seconds()
		text, err := json.Marshal(done)
		if err != nil {
			return err
		}
		if err := place.WriteFile(path, text); err != nil {
			return err
		}
		last := r.Result.History[len(r.Result.History)-1]
		r.report(Report{Run: r.Config.Name(), Scoring: true, Done: i + 1, Total: len(points),
			Epoch: last.Epoch, Epochs: last.Epoch, Loss: last.Loss, Accuracy: last.Accuracy,
			Left: time.Duration(speed.tick() * float64(len(points)-i-1) * float64(time.Second))})
	}
	r.Result.Points, r.Result.Evaluation = done.Points, done.Seconds
	r.Result.Finished = time.Now().UTC().Format(time.RFC3339)
	return nil
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

func (r *Run) evaluate(ctx context.Context, at subspace.Weights) (metric.Scores, error) {
	p := subspace.Uniform(at, len(r.space.Layout.Layers))
	logits, labels, err := r.space.Evaluate(ctx, p, r.recalibration(), r.test())
	if err != nil {
		return metric.Scores{}, err
	}
	return metric.Score(logits, labels, len(r.data.Test.Classes))
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
		step := 0
		for index := range slices.Chunk(order, r.Config.Batch) {
			// A short last batch would count as much as a full one.
			if len(index) < r.Config.Batch && step > 0 {
				return
			}
			if !yield(r.fill(r.data.Train, index, r.Config.Augment, r.rng(recalibrateStream, step))) {
				return
			}
			step++
		}
	}
}

// testBatch divides the test sets that come with the project.
const testBatch = 250

// test yields the test images in their order.
func (r *Run) test() iter.Seq2[subspace.Batch, error] {
	order := make([]int, r.data.Test.Len())
	for i := range order {
		order[i] = i
	}
	return func(yield func(subspace.Batch, error) bool) {
		for index := range slices.Chunk(order, testBatch) {
			if !yield(r.fill(r.data.Test, index, dataset.Augment{}, nil)) {
				return
			}
		}
	}
}
