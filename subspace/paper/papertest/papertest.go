// Package papertest invents runs for tests of figures.
package papertest

import (
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Scored is a run of a line with an accuracy at every place, evenly spaced, and of
// the ensembles of α and 1−α.
func Scored(accuracy, ensembles []float64) experiment.Result {
	r := experiment.Result{Config: experiment.Quick()}
	for i, a := range accuracy {
		alpha := float64(i) / float64(len(accuracy)-1)
		r.Points = append(r.Points, experiment.PointScore{Alpha: &alpha, Weights: subspace.Line{}.At(alpha),
			Midpoint: 2*i == len(accuracy)-1, Scores: metric.Scores{Accuracy: a}})
		if i < len(ensembles) {
			r.Ensembles = append(r.Ensembles, experiment.Ensemble{Alpha: &alpha, Scores: metric.Scores{Accuracy: ensembles[i]}})
		}
	}
	return r
}
