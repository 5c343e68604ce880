package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// A scoring is what the scores are made again with.
type scoring struct {
	options  experiment.Options
	download bool
	seed     uint64 // of the choice of points
}

// scores checks the shipped subspaces: that each is of a recorded run, and, where
// the data are here, that it has the scores that were recorded.
func (v *verifier) scores(ctx context.Context, s scoring) error {
	paths, err := place.Files(filepath.Join(v.dir, "endpoints"), ".safetensors")
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		fmt.Fprintf(v.stdout, "scores were not made again: %s holds no trained subspace; train -ship writes them there\n", filepath.Join(v.dir, "endpoints"))
	}
	skipped := map[string]bool{} // reasons that have been told
	rng := rand.New(rand.NewPCG(s.seed, 0))
	for _, path := range paths {
		reason, err := v.shipped(ctx, path, s, rng)
		if err != nil {
			return err
		}
		if reason != "" && !skipped[reason] {
			skipped[reason] = true
			fmt.Fprintln(v.stdout, "scores were not made again:", reason)
		}
	}
	return nil
}

// shipped checks one of them; reason is why its scores could not be made again.
func (v *verifier) shipped(ctx context.Context, path string, o scoring, rng *rand.Rand) (reason string, err error) {
	s, err := experiment.OpenShipped(path, nil)
	if err != nil {
		v.fail("%v", err)
		return "", nil
	}
	defer s.Close()
	recorded, there := v.rec.WithIdentity(s.Identity)
	if !there {
		v.fail("%s is of the run %s (%.8s), which is not recorded in %s", path, s.Config.Name(), s.Identity, v.dir)
		return "", nil
	}
	for _, p := range recorded.Points {
		i := s.At(p.Weights)
		if i < 0 {
			v.fail("%s has no statistics of the recorded point %s", path, placeOf(p))
			return "", nil
		}
		if d := scoresDiffer(s.Points[i].Scores, p.Scores, 0, 1e-6); d != "" {
			v.fail("%s: %s: recorded in the file and in the run's result: %s", path, placeOf(p), d)
		}
	}
	return v.rescore(ctx, path, s, recorded.Points, o, rng)
}

// rescore scores a subspace again, in the middle and at one more of the points that
// have been recorded.
func (v *verifier) rescore(ctx context.Context, path string, s *experiment.Shipped,
	recorded []experiment.PointScore, o scoring, rng *rand.Rand) (reason string, err error) {
	if s.Config.Data == "cifar10" && !o.download && !dataset.HasCIFAR10(o.options.DataDir) {
		return "CIFAR-10 is not on this machine; -download downloads it (170 MB), -data names a folder that has it", nil
	}
	run, err := s.Run(ctx, o.options)
	if errors.Is(err, experiment.ErrOtherData) {
		return "the data set here has other images than the recorded runs, so that other scores would be right; -data names its folder", nil
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, experiment.ErrNoFolder) {
		return fmt.Sprintf("its data are not on this machine: %v", err), nil
	}
	if err != nil {
		return "", err
	}
	defer run.Close()
	middle := slices.IndexFunc(recorded, func(p experiment.PointScore) bool { return s.At(p.Weights) == s.Middle() })
	if middle < 0 {
		v.fail("%s: its midpoint has no recorded score", path)
		return "", nil
	}
	points := []int{middle}
	if n := len(recorded); n > 1 {
		points = append(points, (middle+1+rng.IntN(n-1))%n)
	}
	for _, k := range points {
		p := recorded[k]
		i := s.At(p.Weights)
		again, err := run.Score(ctx, s.Points[i].Weights)
		if err != nil {
			return "", err
		}
		by, err := s.Score(ctx, i, run.TestSet())
		if err != nil {
			return "", err
		}
		ways := []struct {
			how    string
			scores metric.Scores
		}{{"batch norm re-estimated", again}, {"by the statistics in the file", by}}
		for _, way := range ways {
			if d := scoresDiffer(way.scores, p.Scores, 1+p.N/1000, 0.01); d != "" {
				v.fail("%s: %s, %s: %s", path, placeOf(p), way.how, d)
			}
		}
		fmt.Fprintf(v.stdout, "%s: %s: %.2f %% of %d test images right, recorded %.2f %%\n",
			filepath.Base(path), placeOf(p), 100*again.Accuracy, again.N, 100*p.Accuracy)
	}
	return "", nil
}

func placeOf(p experiment.PointScore) string {
	switch {
	case p.Alpha != nil:
		return fmt.Sprintf("α = %.2f", *p.Alpha)
	case p.Midpoint:
		return "midpoint"
	}
	return fmt.Sprintf("weights %.3v", p.Weights)
}

// scoresDiffer says how scores differ from those that were recorded; "" where the
// number of right images is the same but for so many, and the loss but for a share.
func scoresDiffer(got, want metric.Scores, images int, share float64) string {
	right, should := math.Round(got.Accuracy*float64(got.N)), math.Round(want.Accuracy*float64(want.N))
	switch {
	case got.N != want.N:
		return fmt.Sprintf("%d images, recorded %d", got.N, want.N)
	case math.Abs(right-should) > float64(images):
		return fmt.Sprintf("%.0f of %d images right, recorded %.0f: more than %d apart", right, got.N, should, images)
	case !(math.Abs(got.NLL-want.NLL) <= share*want.NLL+1e-9):
		return fmt.Sprintf("a loss of %.6g, recorded %.6g", got.NLL, want.NLL)
	}
	return ""
}
