package lesson

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/watch"
)

// Explore shows a trained subspace with a point that moves under the reader's hand: along
// a curve by a slider for α, in the triangle of three endpoints of a simplex by dragging.
// While it moves the figure says accuracy, loss and calibration error of the network there,
// on test images, and what it takes ten images for. Points outside are allowed and
// marked. Batch norm is re-estimated at the point, or interpolated between points that
// have statistics: a switch.
//
// It takes what [Runs] returns, one of them, an [experiment.Run], what [Shipped] returns,
// the shape of one that came with the notebooks, or the path of a .safetensors file that
// train -ship wrote. The cell runs until the reader presses Done or Stop (■), or another
// cell is to run; what stays is a picture of the last state. Without a browser, or in a
// page that is not trusted, that is one of the midpoint, after some seconds.
func Explore(of any) {
	ctx, stop := Context()
	defer stop()
	Check(exploring(ctx, of))
}

func exploring(ctx context.Context, of any) error {
	opened, err := openExplorable(ctx, of)
	if err != nil {
		return err
	}
	defer opened.close()
	f, err := newFigure(ctx, opened.Viewer)
	if err != nil {
		return err
	}
	if opened.notice != "" {
		fmt.Println(opened.notice)
	}
	return f.run(ctx)
}

// explorable is a subspace that is open for exploring.
type explorable struct {
	*explore.Viewer
	notice string // of what cannot be shown here
	closer []func()
}

func (e *explorable) close() {
	e.Viewer.Close()
	for _, c := range e.closer {
		c()
	}
}

func openExplorable(ctx context.Context, of any) (*explorable, error) {
	switch x := of.(type) {
	case experiment.Result:
		if x.Config.Data == "" {
			return nil, errors.New("the result is of no run: want one that lesson.Runs returns")
		}
		if x.Own != nil {
			return nil, errors.New("the result is of a run with a network or a shape of your own, which a result does not hold: open it with run, err := experiment.Train(ctx, result.Config, options), and hand in the run")
		}
		run, err := experiment.Load(ctx, x.Config, experiment.Options{Notice: watch.Notice()}) // which never trains
		if err != nil {
			return nil, err
		}
		v, err := explore.Open(run, explore.Options{})
		if err != nil {
			run.Close()
			return nil, err
		}
		return &explorable{Viewer: v, closer: []func(){run.Close}}, nil
	case *experiment.Run:
		if x == nil {
			return nil, errors.New("the run is nil: want what experiment.Train returns")
		}
		v, err := explore.Open(x, explore.Options{})
		return &explorable{Viewer: v}, err
	case *experiment.Shipped:
		if x == nil {
			return nil, errors.New("the shipped subspace is nil: want what lesson.Shipped returns")
		}
		return openShipped(ctx, x)
	case string:
		s, err := shippedFile(x)
		if err != nil {
			return nil, err
		}
		e, err := openShipped(ctx, s)
		if err != nil {
			s.Close()
			return nil, err
		}
		e.closer = append(e.closer, s.Close)
		return e, nil
	}
	return nil, fmt.Errorf("a %T cannot be explored: want one of lesson.Runs, what lesson.Shipped returns, or the name of a file", of)
}

// shippedFile opens a file by its path, or by the shape of one that came with the
// notebooks.
func shippedFile(name string) (*experiment.Shipped, error) {
	path := name
	if !strings.HasSuffix(name, ".safetensors") {
		path = filepath.Join(resultsDir(), "endpoints", name+".safetensors")
	}
	s, err := experiment.OpenShipped(path, nil)
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("no trained %q is here: want %s, or the path of a file that train -ship wrote", name, strings.Join(shippedShapes(), ", "))
	}
	return s, err
}

// openShipped opens a shipped subspace with the images of its run where they are on this
// machine; nothing is downloaded.
func openShipped(ctx context.Context, s *experiment.Shipped) (*explorable, error) {
	photographs, err := explore.Samples(s)
	if err != nil {
		return nil, err
	}
	o, e := explore.Options{Photographs: photographs}, &explorable{}
	switch run, missing := runOfShipped(ctx, s); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case missing != nil:
		e.notice = "no scores and no re-estimation: " + missing.Error()
		e.Viewer, err = explore.OpenShipped(s, o)
	default:
		e.closer = append(e.closer, run.Close)
		e.Viewer, err = explore.Open(run, o)
	}
	if err != nil {
		for _, c := range e.closer {
			c()
		}
		return nil, err
	}
	if e.Plane == nil { // a run beside it may have scored its landscape
		if rec, err := experiment.ReadRecord(resultsDir()); err == nil {
			e.Plane = rec.PlaneOf(e.Identity)
		}
	}
	return e, nil
}

// runOfShipped returns the run of a shipped subspace, or why its images are not here.
func runOfShipped(ctx context.Context, s *experiment.Shipped) (*experiment.Run, error) {
	if s.Config.Data == "cifar10" && !dataset.HasCIFAR10("") {
		return nil, errors.New("CIFAR-10 is not on this machine; go run ./kernel verify -download downloads it")
	}
	return s.Run(ctx, experiment.Options{})
}
