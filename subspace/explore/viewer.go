package explore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Statistics says where batch norm's statistics at a point come from.
type Statistics string

const (
	Reestimated  Statistics = "re-estimated" // on training images, at the point
	Interpolated Statistics = "interpolated" // between points that have some
)

// Options are what a viewer shows. The zero value serves.
type Options struct {
	Tests      int // how many test images it scores on; 500 where 0, and all of fewer
	Reestimate int // how many training images batch norm is re-estimated on; 256 where 0, and all of fewer
	// Photographs are the images to show one by one; where nil the first test image of
	// each class, of at most ten.
	Photographs *dataset.Set
}

// The defaults of [Options], and how many photographs are shown at most.
const (
	tests, reestimate = 500, 256
	MostPhotographs   = 10
)

// Viewer is a trained subspace opened for looking at its networks. Everything that
// every point needs is made once. It belongs to one goroutine at a time, and a run to one
// viewer at a time: the images of another take the place of its own on the device.
type Viewer struct {
	Config      experiment.Config
	Identity    string // the run's
	Shape       subspace.Shape
	Classes     []string
	Photographs *dataset.Set
	Tests       int  // test images that points are scored on; 0 where none are here
	BatchNorm   bool // whether the network has any
	Reestimate  int  // training images to re-estimate it with; 0 where none are here
	Device      string
	Points      []experiment.PointScore // that the run was scored at, on all its test images
	Plane       *experiment.Grid        // the run's accuracy map; nil where it has none

	sight         *experiment.Sight
	images        []subspace.Batch // the photographs, then the test images
	labels        []int32          // of the test images
	recalibration []subspace.Batch
	before        []subspace.Array
}

// View is what there is to see at a point.
type View struct {
	At     subspace.Weights
	Inside bool           // whether no coefficient is below 0
	Scores *metric.Scores // on the test images; nil where none are here
	// Photographs are the probabilities of all classes, [image][class].
	Photographs [][]float64
}

// Open opens a trained run. Close the viewer before the run.
func Open(run *experiment.Run, o Options) (*Viewer, error) {
	sight, err := run.Sight()
	if err != nil {
		return nil, err
	}
	return newViewer(sight, o)
}

// OpenShipped opens a shipped subspace, by the statistics in its file: without a
// training image there is no re-estimation, and without test images no score. Where the
// images of its run are on this machine, [Open] what [experiment.Shipped.Run] returns: it
// has the file's statistics too. Photographs are by default those beside the file.
func OpenShipped(s *experiment.Shipped, o Options) (*Viewer, error) {
	sight, err := s.Sight()
	if err != nil {
		return nil, err
	}
	if o.Photographs == nil {
		if o.Photographs, err = Samples(s); err != nil {
			return nil, err
		}
	}
	return newViewer(sight, o)
}

// Samples returns the images beside a shipped subspace, of at most as many classes as are
// shown.
func Samples(s *experiment.Shipped) (*dataset.Set, error) {
	all, err := s.Samples()
	if err != nil {
		return nil, err
	}
	return firsts(all)
}

func newViewer(s *experiment.Sight, o Options) (v *Viewer, err error) {
	v = &Viewer{Config: s.Config, Identity: s.Identity, Shape: s.Shape, Classes: s.Classes, Device: s.Device, Points: s.Points, Plane: s.Plane, sight: s}
	if o.Tests < 0 || o.Reestimate < 0 {
		return nil, fmt.Errorf("%d test images and %d to re-estimate batch norm with: want 0, which is the default, or more", o.Tests, o.Reestimate)
	}
	if v.Photographs = o.Photographs; v.Photographs == nil {
		if v.Photographs, err = firsts(s.Test); err != nil {
			return nil, err
		}
	}
	if n := v.Photographs.Len(); n < 1 || n > MostPhotographs {
		return nil, fmt.Errorf("%d photographs: want 1 to %d", n, MostPhotographs)
	}
	if !slices.Equal(v.Photographs.Classes, v.Classes) {
		return nil, fmt.Errorf("photographs of other classes than the network was trained on: want %v", v.Classes)
	}
	if v.Photographs, err = v.Photographs.Load(); err != nil {
		return nil, err
	}
	all := v.Photographs.Empty("photographs and test images")
	all.Labels, all.Pixels = slices.Clone(v.Photographs.Labels), slices.Clone(v.Photographs.Pixels)
	if s.Test != nil {
		part, err := s.Test.Subset(min(cmp.Or(o.Tests, tests), s.Test.Len()), 0)
		if err != nil {
			return nil, err
		}
		if part, err = part.Load(); err != nil {
			return nil, err
		}
		v.Tests, v.labels = part.Len(), part.Labels
		all.Labels, all.Pixels = append(all.Labels, part.Labels...), append(all.Pixels, part.Pixels...)
		if v.recalibration, err = s.Recalibration(min(cmp.Or(o.Reestimate, reestimate), s.Trained())); err != nil {
			return nil, err
		}
		for _, b := range v.recalibration {
			v.Reestimate += b.Len() // whole batches, of the images that the run itself takes
		}
	}
	if v.images, err = s.Batches(all, oneBatch); err != nil {
		return nil, err
	}
	if v.before, err = s.Space.Buffers(); err != nil {
		return nil, err
	}
	v.BatchNorm = slices.ContainsFunc(v.before, func(a subspace.Array) bool { return a.DType == dtypes.Float32 })
	return v, nil
}

// oneBatch is how many images a call of the device takes at most: of so many one
// program is compiled and called.
const oneBatch = 1024

// firsts returns the first image of each class, of at most as many as are shown.
func firsts(set *dataset.Set) (*dataset.Set, error) {
	if set == nil {
		return nil, errors.New("no photographs and no test images: want Options.Photographs")
	}
	first := slices.DeleteFunc(set.Firsts(), func(i int) bool { return i < 0 })
	return set.Images("photographs", first[:min(len(first), MostPhotographs)])
}

// At looks at the point with the given coefficients, one an endpoint. They must sum to
// 1; some below 0 are a point outside.
func (v *Viewer) At(ctx context.Context, w subspace.Weights, how Statistics) (View, error) {
	view := View{At: w}
	if err := w.Check(v.Shape.Endpoints()); err != nil {
		return view, err
	}
	view.Inside = within(w)
	point := subspace.Uniform(w, len(v.sight.Space.Layout.Layers))
	if err := v.statistics(ctx, point, w, how); err != nil {
		return view, err
	}
	logits, _, err := v.sight.Space.Logits(ctx, point, each(v.images))
	if err != nil {
		return view, err
	}
	classes, photographs := len(v.Classes), v.Photographs.Len()
	view.Photographs = slices.Collect(slices.Chunk(metric.Softmax(logits[:photographs*classes], classes), classes))
	if v.Tests > 0 {
		scores, err := metric.ScoreBins(logits[photographs*classes:], v.labels, classes, v.sight.Bins())
		if err != nil {
			return view, err
		}
		view.Scores = &scores
	}
	return view, nil
}

// statistics sets those of batch norm at a point.
func (v *Viewer) statistics(ctx context.Context, point subspace.Point, w subspace.Weights, how Statistics) error {
	switch how {
	case Reestimated:
		if v.recalibration == nil {
			return errors.New("no training image is here to re-estimate batch norm with: want the statistics interpolated")
		}
		return v.sight.Space.Recalibrate(ctx, point, each(v.recalibration))
	case Interpolated:
		points, statistics, err := v.sight.Statistics(ctx)
		if err != nil {
			return err
		}
		var at []subspace.Weights
		var there [][]subspace.Array
		middle := -1
		_, curve := v.Shape.(subspace.Curve)
		placed := curve && slices.ContainsFunc(points, func(p experiment.PointScore) bool { return p.Alpha != nil })
		for i, p := range points {
			if placed && p.Alpha == nil {
				continue // beside the curve
			}
			at, there = append(at, p.Weights), append(there, statistics[i])
			if p.Midpoint {
				middle = len(at) - 1
			}
		}
		return v.sight.Space.SetBuffers(blend(there, shares(curve, at, middle, w)))
	}
	return fmt.Errorf("statistics %q: want %q or %q", how, Reestimated, Interpolated)
}

// Close leaves the subspace as it was. The run or shipped subspace is its owner's to
// close.
func (v *Viewer) Close() error { return v.sight.Space.SetBuffers(v.before) }
