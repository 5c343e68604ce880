package speed

import (
	"context"
	"fmt"
	"os"

	"gosubspace/subspace/experiment"
)

// openRun starts a run of package experiment that takes a step whenever a sample
// is asked for: order, augmentation, normalisation, transfer and progress are
// those of a real run, and so is that batches are prepared while steps run.
func openRun(ctx context.Context, j Job) (w work, err error) {
	dir, err := os.MkdirTemp("", "gosubspace-speed-")
	if err != nil {
		return w, err
	}
	c := experiment.Full().With(j.Shape, 1)
	c.Data, c.Width, c.Batch, c.Epochs = "noise", j.Width, j.Batch, 1<<20
	ctx, stop := context.WithCancel(ctx)
	resume, stepped, ended := make(chan bool), make(chan bool), make(chan error, 1)
	go func() {
		_, err := experiment.Train(ctx, c, experiment.Options{
			Data: noiseData(runImages, j), Dir: dir, Checkpoint: 1 << 62,
			Together: -1, // a report is of one step, which the host prepares, on a GPU too
			Report: func(experiment.Report) {
				stepped <- true
				select {
				case <-resume:
				case <-ctx.Done():
				}
			},
		})
		ended <- err
	}()
	first := true
	w.sample = func(Amount) error {
		if !first {
			resume <- true
		}
		first = false
		select {
		case <-stepped:
			return nil
		case err := <-ended:
			ended <- err
			return fmt.Errorf("the run ended: %w", err)
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
