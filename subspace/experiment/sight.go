package experiment

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"

	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
)

// Sight is what it takes to look at the networks of a trained subspace at any point:
// its space, and the images as the networks take them. Package explore looks.
type Sight struct {
	Config   Config
	Identity string
	Space    *subspace.Space // with the trained endpoints; its buffers are for whoever looks to set
	Shape    subspace.Shape
	Device   string
	Test     *dataset.Set // the test images that the run is scored on; nil where no images are here
	Classes  []string
	Points   []PointScore // those that the run was scored at
	Plane    *Grid        // its landscape through three endpoints; nil where none was asked for

	run *Run
}

// Sight returns the run's.
func (r *Run) Sight() (*Sight, error) {
	space, err := r.Space()
	if err != nil {
		return nil, err
	}
	return &Sight{r.Config, r.identity, space, r.sampler.Shape, r.device, r.data.Test, r.data.Train.Classes, r.Result.Points, r.Result.Plane, r}, nil
}

// Sight returns that of a shipped subspace, without test and training images.
func (s *Shipped) Sight() (*Sight, error) {
	sight, err := s.run.Sight()
	if err != nil {
		return nil, err
	}
	sight.Test, sight.Points = nil, s.scored()
	return sight, nil
}

// scored returns the points that have recorded scores.
func (s *Shipped) scored() []PointScore {
	return slices.DeleteFunc(slices.Clone(s.Points), func(p PointScore) bool { return p.N == 0 })
}

// Bins returns the number of bins of the run's calibration errors.
func (s *Sight) Bins() int { return s.run.bins() }

// Trained returns how many images are here that the run was trained on.
func (s *Sight) Trained() int { return s.run.data.Train.Len() }

// Batches returns the images of a set, normalised, in their order, in batches of at
// most so many. Those of a set that is not the run's are good until it is asked for another:
// the device holds one.
func (s *Sight) Batches(set *dataset.Set, most int) ([]subspace.Batch, error) {
	if err := s.run.takes(set); err != nil {
		return nil, err
	}
	return gathered(s.run.inBatches(set, most))
}

// Recalibration returns the batches that re-estimate batch norm, of the first images
// of those that the run uses: 0 is as many as it uses.
func (s *Sight) Recalibration(images int) ([]subspace.Batch, error) {
	n := s.run.data.Train.Len()
	if n == 0 {
		return nil, errors.New("no training image is here to re-estimate batch norm with: use the statistics of the file")
	}
	if images < 0 || images > n {
		return nil, fmt.Errorf("%d images to re-estimate batch norm with: want 0 to %d, as many as were trained on", images, n)
	}
	return gathered(s.run.recalibrationOf(images))
}

// Statistics returns points of the subspace and the batch-norm statistics at each:
// those of the shipped file, or re-estimated at the points that [Run.Ship] ships.
func (s *Sight) Statistics(ctx context.Context) ([]PointScore, [][]subspace.Array, error) {
	r := s.run
	if r.statistics == nil {
		var err error
		if r.statisticsAt, r.statistics, err = r.statisticsOf(ctx); err != nil {
			return nil, nil, err
		}
	}
	return r.statisticsAt, r.statistics, nil
}

// statisticsOf re-estimates batch norm at the points that statistics are shipped of,
// and leaves the space as it was.
func (r *Run) statisticsOf(ctx context.Context) (points []PointScore, statistics [][]subspace.Array, err error) {
	before, err := r.space.Buffers()
	if err != nil {
		return nil, nil, err
	}
	points = r.shippedPoints()
	for _, p := range points {
		if err := r.space.Recalibrate(ctx, subspace.Uniform(p.Weights, len(r.space.Layout.Layers)), r.recalibration()); err != nil {
			return nil, nil, err
		}
		buffers, err := r.space.Buffers()
		if err != nil {
			return nil, nil, err
		}
		for _, b := range buffers {
			if path.Base(b.Name) == model.RNGStateVariableName {
				clear(b.Bytes) // it is no statistic, and another one after training than after loading
			}
		}
		statistics = append(statistics, buffers)
	}
	return points, statistics, r.space.SetBuffers(before)
}

// takes reports images that the run's network does not take.
func (r *Run) takes(set *dataset.Set) error {
	if err := set.Check(); err != nil {
		return err
	}
	if t := r.data.Train; set.Shape() != t.Shape() {
		return fmt.Errorf("images of %d × %d × %d for a network of %d × %d × %d: want the same",
			set.Height, set.Width, set.Channels, t.Height, t.Width, t.Channels)
	}
	return nil
}

func gathered(batches iter.Seq2[subspace.Batch, error]) (all []subspace.Batch, err error) {
	for b, err := range batches {
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return slices.Clip(all), nil
}
