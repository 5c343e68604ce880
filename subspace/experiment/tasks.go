package experiment

import (
	"errors"
	"slices"

	"gosubspace/subspace"
	"gosubspace/subspace/corruption"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
)

// tasks returns all that the run is scored on, and prepares the result for it.
func (r *Run) tasks() ([]task, error) {
	tasks := r.tasksAtPoints()
	grids, err := r.grids()
	return append(tasks, grids...), err
}

// tasksAtPoints returns those of tasks that are not of a grid.
func (r *Run) tasksAtPoints() (tasks []task) {
	test := func() (*dataset.Set, error) { return r.data.Test, nil }
	add := func(right string, set func() (*dataset.Set, error), put func(metric.Scores), at ...subspace.Weights) {
		tasks = append(tasks, task{r.space, at, set, put, right})
	}
	points := r.points()
	ensembles := r.ensembles(points)
	r.Result.Points, r.Result.Ensembles, r.Result.Corrupted = points, ensembles, nil
	for i := range points {
		right := ""
		if points[i].Midpoint {
			right = RightMidpoint
		}
		add(right, test, func(s metric.Scores) { points[i].Scores = s }, points[i].Weights)
	}
	for i := range ensembles {
		right := ""
		if i == 0 && r.Config.Independent {
			right = RightEnsemble
		}
		add(right, test, func(s metric.Scores) { ensembles[i].Scores = s }, ensembles[i].Points...)
	}
	for _, name := range r.Config.corruptions() {
		for severity := 1; severity <= corruption.Severities; severity++ {
			i := len(r.Result.Corrupted)
			r.Result.Corrupted = append(r.Result.Corrupted, Corrupted{Corruption: name, Severity: severity})
			set := func() (*dataset.Set, error) { return r.corrupt(name, severity) }
			add(RightUnder(name, severity), set, func(s metric.Scores) { r.Result.Corrupted[i].Scores = s }, r.sampler.Shape.Midpoint())
		}
	}
	return tasks
}

// points returns the points that a run is scored at: along a curve from end to
// end, or the endpoints of a simplex; and the midpoint.
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
		for _, i := range corners(r.sampler.Shape) {
			points = append(points, PointScore{Weights: subspace.Endpoint(i, m)})
		}
	}
	if !slices.ContainsFunc(points, func(p PointScore) bool { return near(p.Weights, middle.Weights) }) {
		points = append(points, middle)
	}
	for i := range points {
		points[i].Midpoint = near(points[i].Weights, middle.Weights)
	}
	return points
}

// corners returns the endpoints that are points of a shape: all, but for a bend, past which
// its curve goes.
func corners(shape subspace.Shape) (endpoints []int) {
	m := shape.Endpoints()
	curve, ok := shape.(subspace.Curve)
	for i := range m {
		if !ok || subspace.Reaches(curve, i) {
			endpoints = append(endpoints, i)
		}
	}
	if len(endpoints) < 2 { // a curve of the reader's own that passes none of them
		endpoints = nil
		for i := range m {
			endpoints = append(endpoints, i)
		}
	}
	return endpoints
}

// ensembles returns the ensembles that a run is scored as: of the two points at
// α and 1−α of a curve, or of all endpoints that are points of the shape.
func (r *Run) ensembles(points []PointScore) (ensembles []Ensemble) {
	n, m := r.Config.Points, r.sampler.Shape.Endpoints()
	if points[0].Alpha != nil {
		for i := range n / 2 {
			ensembles = append(ensembles, Ensemble{Alpha: points[i].Alpha, Points: []subspace.Weights{points[i].Weights, points[n-1-i].Weights}})
		}
		return ensembles
	}
	if m == 1 {
		return nil
	}
	var all []subspace.Weights
	for _, i := range corners(r.sampler.Shape) {
		all = append(all, subspace.Endpoint(i, m))
	}
	return []Ensemble{{Points: all}}
}

// corrupt returns the test images under a corruption, the same for every run.
func (r *Run) corrupt(name string, severity int) (set *dataset.Set, err error) {
	if r.Config.Published {
		if set, err = corruption.Published(r.options.CorruptedDir, name, severity, r.all.Test); err != nil {
			return nil, err
		}
		for _, line := range set.Notes {
			r.notice(line)
		}
		// A subset goes by the labels: it is that of the clean images where they
		// have the same order, which checkCorrupted sees to.
		return set.Subset(r.Config.TestImages, 0)
	}
	return corruption.Apply(r.data.Test, name, severity, CorruptionSeed)
}

// checkCorrupted finds out early that the corrupted test images cannot be had.
func (r *Run) checkCorrupted() error {
	names := r.Config.corruptions()
	if len(names) == 0 {
		return nil
	}
	if r.Config.Published {
		if r.Config.Data == "tinyimagenet" && r.Config.TestImages > 0 {
			return errors.New("a part of the test images of Tiny-ImageNet-C: its images are in another order than the clean ones, so that only all of them can be compared")
		}
		for _, name := range names {
			if err := corruption.FindPublished(r.options.CorruptedDir, name); err != nil {
				return err
			}
		}
		_, err := corruption.Published(r.options.CorruptedDir, names[0], 1, r.all.Test)
		return err
	}
	one, err := r.data.Test.Subset(1, 0)
	if err != nil {
		return err
	}
	_, err = corruption.Apply(one, names[0], 1, CorruptionSeed)
	return err
}

// CorruptionSeed is that of all corrupted test sets, so that runs are compared
// on the same images.
const CorruptionSeed = 0
