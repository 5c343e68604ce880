package speed

import (
	"context"
	"fmt"
	"os"

	"gosubspace/subspace/experiment"
)

// openRun starts a run of package experiment that makes a call whenever a sample is asked
// for: order, augmentation, normalisation and progress are those of a real run, and so is
// how many steps there are in a call.
func openRun(ctx context.Context, j Job) (w work, err error) {
	dir, err := os.MkdirTemp("", "gosubspace-speed-")
	if err != nil {
		return w, err
	}
	c := experiment.Full().With(j.Shape, 1)
	c.Data, c.Width, c.Batch, c.Epochs = "noise", j.Width, j.Batch, 1<<20
	ctx, stop := context.WithCancel(ctx)
	resume, stepped, ended := make(chan bool), make(chan int), make(chan error, 1)
	go func() {
		_, err := experiment.Train(ctx, c, experiment.Options{
			Data: noiseData(runImages, j), Dir: dir, Checkpoint: 1 << 62,
			Report: func(r experiment.Report) {
				stepped <- r.Done
				select {
				case <-resume:
				case <-ctx.Done():
				}
			},
		})
		ended <- err
	}()
	before := 0 // steps
	w.sample = func(Amount) (int, error) {
		if before > 0 {
			resume <- true
		}
		select {
		case done := <-stepped:
			n := done - before
			before = done
			return n, nil
		case err := <-ended:
			ended <- err
			return 0, fmt.Errorf("the run ended: %w", err)
		}
	}
	w.close = func() {
		stop()
		select {
		case <-ended:
		case <-stepped: // it was in a step
			<-ended
		}
		os.RemoveAll(dir)
	}
	return w, nil
}

// runImages is the number of training images of a run.
const runImages = 10_000
