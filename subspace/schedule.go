package subspace

import (
	"errors"
	"fmt"
	"math"
)

// Schedule says what an epoch, counted from 0, is trained with. The learning
// rate changes once an epoch.
//
// A schedule of fewer epochs than its warm-up, or of none, has a rate of zero where it has
// no sense, and never one that is no number.
type Schedule interface {
	// Rate returns the learning rate of the epoch.
	Rate(epoch int) float64
	// Collects reports whether the weights at the end of the epoch enter the
	// average of stochastic weight averaging, see [Average].
	Collects(epoch int) bool
}

// Cosine is a linear warm-up to Peak over Warmup epochs, then half a cosine
// down to zero at Epochs. It averages nothing.
type Cosine struct {
	Peak           float64
	Warmup, Epochs int
}

func (c Cosine) Rate(epoch int) float64 {
	if epoch < c.Warmup {
		return c.Peak * float64(epoch+1) / float64(c.Warmup)
	}
	if c.Epochs <= c.Warmup || epoch >= c.Epochs {
		return 0
	}
	done := float64(epoch-c.Warmup) / float64(c.Epochs-c.Warmup)
	return c.Peak / 2 * (1 + math.Cos(math.Pi*done))
}

func (Cosine) Collects(int) bool { return false }

// Constant is the schedule of stochastic weight averaging at a constant rate
// (Izmailov et al., "Averaging Weights Leads to Wider Optima and Better
// Generalization", 2018): after the warm-up Peak for half of the epochs, a
// straight line to Peak/2 at nine tenths, then flat. Every epoch of the last
// quarter enters the average.
type Constant struct {
	Peak           float64
	Warmup, Epochs int
}

func (c Constant) Rate(epoch int) float64 {
	if epoch < c.Warmup {
		return c.Peak * float64(epoch+1) / float64(c.Warmup)
	}
	if c.Epochs < 1 {
		return 0
	}
	done := float64(epoch) / float64(c.Epochs)
	return c.Peak * (1 - min(max((done-0.5)/0.4, 0), 1)/2)
}

func (c Constant) Collects(epoch int) bool { return epoch >= lastQuarter(c.Epochs) }

// Cyclic is the schedule of stochastic weight averaging with a cyclic rate (Izmailov et
// al. 2018; half cosines in place of their straight lines by Wortsman et al.): [Cosine] to zero at three quarters of the epochs, then
// Cycles times half a cosine from Peak/2 to zero. The weights at the end of each
// cycle enter the average.
type Cyclic struct {
	Peak                   float64
	Warmup, Epochs, Cycles int
}

func (c Cyclic) Rate(epoch int) float64 {
	start := lastQuarter(c.Epochs)
	if epoch < start {
		return Cosine{c.Peak, c.Warmup, start}.Rate(epoch)
	}
	first, last := cycle(epoch, start, c.Epochs, c.Cycles)
	return Cosine{Peak: c.Peak / 2, Epochs: last + 1 - first}.Rate(epoch - first)
}

func (c Cyclic) Collects(epoch int) bool {
	if epoch < lastQuarter(c.Epochs) {
		return false
	}
	_, last := cycle(epoch, lastQuarter(c.Epochs), c.Epochs, c.Cycles)
	return epoch == last
}

// cycle returns the first and the last epoch of the cycle that epoch is in, of n from
// epoch start on to the end. The cycles are as equal as can be.
func cycle(epoch, start, end, n int) (first, last int) {
	length := end - start
	for i := range n {
		first, last = start+i*length/n, start+(i+1)*length/n-1
		if epoch <= last {
			break
		}
	}
	return first, last
}

// Snapshots is the schedule of snapshot ensembles (Huang et al., "Snapshot Ensembles:
// Train 1, get M for free", 2017, equation 2): Cycles times half a cosine from Peak to
// zero, over all epochs. The weights at the end of each cycle are collected.
type Snapshots struct {
	Peak           float64
	Epochs, Cycles int
}

func (s Snapshots) Rate(epoch int) float64 {
	first, last := cycle(epoch, 0, s.Epochs, s.Cycles)
	return Cosine{Peak: s.Peak, Epochs: last + 1 - first}.Rate(epoch - first)
}

func (s Snapshots) Collects(epoch int) bool {
	_, last := cycle(epoch, 0, s.Epochs, s.Cycles)
	return epoch == last
}

// lastQuarter returns the first epoch of the last quarter.
func lastQuarter(epochs int) int { return (3*epochs + 3) / 4 }

// Average is the equal average of weights that stochastic weight averaging
// keeps, over as many endpoints as there are. The average of one model is that
// model. Its running statistics are of no use: batch norm is re-estimated.
type Average struct {
	Models    int         // how many it is of
	Endpoints [][]float32 // [m][P]; nil where Models is 0
}

// Add takes a model into the average with the weight of each of those before. It keeps
// nothing of endpoints.
func (a *Average) Add(endpoints [][]float32) error {
	return a.Move(endpoints, float64(a.Models+1))
}

// Move moves the average towards a model, by one of so many parts of the way; the first
// model becomes the average. With as many parts for all of them it is the exponential
// moving average of the models, whose decay is 1 − 1/parts.
func (a *Average) Move(endpoints [][]float32, parts float64) error {
	if len(endpoints) == 0 {
		return errors.New("a model of no endpoints for an average: want at least one")
	}
	if a.Models > 0 && len(a.Endpoints) != len(endpoints) {
		return fmt.Errorf("a model of %d endpoints for an average of %d", len(endpoints), len(a.Endpoints))
	}
	mean := make([][]float32, len(endpoints))
	for i, row := range endpoints {
		if a.Models > 0 && len(row) != len(a.Endpoints[i]) {
			return fmt.Errorf("a model of %d weights for an average of %d", len(row), len(a.Endpoints[i]))
		}
		mean[i] = make([]float32, len(row))
		for j, w := range row {
			before := float64(w)
			if a.Models > 0 {
				before = float64(a.Endpoints[i][j])
			}
			mean[i][j] = float32(before + (float64(w)-before)/parts)
		}
	}
	a.Models, a.Endpoints = a.Models+1, mean
	return nil
}
