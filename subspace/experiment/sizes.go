package experiment

import (
	"fmt"

	"gosubspace/subspace"
)

// checkBatches reports a batch, or a part of one, that is too small for the network,
// such as a single image for a batch norm after a dense layer: at once, and not at the
// end of the first epoch, or of the training.
func (r *Run) checkBatches() error {
	c, n := r.Config, r.data.Train.Len()
	takes := func(c Config, images int) error {
		with := Run{Config: c, options: r.options}
		net, err := with.net(len(r.data.Train.Classes))
		if err != nil {
			return err
		}
		t := r.data.Train
		return subspace.TakesBatch(net, t.Shape(), images)
	}
	if r.trains() {
		for _, batch := range []struct {
			images int
			what   string
		}{{c.Batch, "a batch"}, {n % c.Batch, "the last batch of an epoch"}} {
			if batch.images == 0 {
				continue
			}
			parts := min(max(c.Chunks, 1), batch.images)
			if err := takes(c, batch.images/parts); err != nil {
				in, or := "", ""
				if parts > 1 {
					in, or = fmt.Sprintf(" in %d chunks", parts), ", or fewer chunks"
				}
				return fmt.Errorf("%s has %d of the %d images%s: %w; choose another batch size than %d%s", batch.what, batch.images, n, in, err, c.Batch, or)
			}
		}
	}
	shown := min(r.recalibrated(n), c.Batch)
	c.GhostBatches = 0 // which are for training alone
	if err := takes(c, shown); err != nil {
		return fmt.Errorf("batch norm is re-estimated on %d images: %w; choose more (Config.Recalibration), or a larger batch", shown, err)
	}
	return nil
}
