package experiment

import (
	"fmt"
	"time"
)

// Report is how a run stands; a run hands one to Options.Report after every
// step of training and every point that was scored.
type Report struct {
	Run         string        // its name
	Scoring     bool          // false while training, true while scoring points
	Done, Total int           // steps of the run, or points
	Epoch       int           // counted from 1
	Epochs      int           //
	Loss        float64       // mean over the epoch so far; the last epoch's while scoring
	Accuracy    float64       // of the training images, in [0, 1]
	Rate        float64       // images a second
	Left        time.Duration // of this part of the run; 0 where it is not known yet
	Ended       *Epoch        // the epoch that this step ended, or nil
}

// Fraction returns how much of this part of the run is done, in [0, 1].
func (r Report) Fraction() float64 { return float64(r.Done) / float64(max(r.Total, 1)) }

// String is one line for a progress bar.
func (r Report) String() string {
	if r.Scoring {
		return fmt.Sprintf("%s: point %d of %d%s", r.Run, r.Done, r.Total, r.left())
	}
	return fmt.Sprintf("%s: epoch %d of %d, loss %.3f, accuracy %.1f %%, %.0f images/s%s",
		r.Run, r.Epoch, r.Epochs, r.Loss, 100*r.Accuracy, r.Rate, r.left())
}

func (r Report) left() string {
	if r.Left <= 0 {
		return ""
	}
	return ", " + r.Left.Round(time.Second).String() + " left"
}

// clock measures the speed of the latest units of work, so that what happened
// once (compilation, a pause) soon counts no more.
type clock struct {
	ends [64]time.Time // of the latest units, a ring
	n    int           // units so far
}

// tick counts a unit of work and returns seconds a unit, 0 where not known yet.
func (c *clock) tick() float64 {
	now := time.Now()
	oldest, units := c.ends[c.n%len(c.ends)], len(c.ends)
	if c.n < len(c.ends) {
		oldest, units = c.ends[0], c.n
	}
	c.ends[c.n%len(c.ends)] = now
	c.n++
	if units == 0 {
		return 0
	}
	return now.Sub(oldest).Seconds() / float64(units)
}
