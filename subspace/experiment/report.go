package experiment

import (
	"fmt"
	"time"
)

// Report is how a run stands; a run hands one to Options.Report after every call
// of training, which is a step unless Options.Together says otherwise, and after
// every point that was scored.
type Report struct {
	Run         string        // its name
	Scoring     bool          // false while training, true while scoring points
	Done, Total int           // steps of the run, or points
	Epoch       int           // counted from 1
	Epochs      int           //
	Loss        float64       // mean over the epoch so far; the last epoch's while scoring
	Accuracy    float64       // of the training images, in [0, 1]
	Rate        float64       // images a second
	Steps       float64       // steps a second
	Left        time.Duration // of this part of the run; 0 where it is not known yet
	Ended       *Epoch        // the epoch that this step ended, or nil
	GPU         bool          // whether a GPU computes
}

// Fraction returns how much of this part of the run is done, in [0, 1].
func (r Report) Fraction() float64 { return float64(r.Done) / float64(max(r.Total, 1)) }

// String is one line for a progress bar.
func (r Report) String() string {
	if r.Scoring {
		return fmt.Sprintf("%s: point %d of %d%s", r.Run, r.Done, r.Total, r.left())
	}
	return fmt.Sprintf("%s: epoch %d of %d, loss %.3f, accuracy %.1f %%, %.0f images/s, %.3g steps/s%s",
		r.Run, r.Epoch, r.Epochs, r.Loss, 100*r.Accuracy, r.Rate, r.Steps, r.left())
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
	marks []mark // the latest, the oldest first
	units int    // units so far
}

// mark says how much was done by when.
type mark struct {
	at    time.Time
	units int
}

// tick counts units of work that have ended and returns seconds a unit, 0 where not
// known yet.
func (c *clock) tick(units int) float64 {
	c.units += units
	now := mark{time.Now(), c.units}
	c.marks = append(c.marks[max(0, len(c.marks)-64):], now)
	if len(c.marks) == 1 {
		return 0
	}
	return now.at.Sub(c.marks[0].at).Seconds() / float64(now.units-c.marks[0].units)
}
