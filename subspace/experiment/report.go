package experiment

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Report is how a run stands; a run hands one to Options.Report after every call
// of training, which is a step unless Options.Together says otherwise, and after
// every point that was scored. While another process makes the run, reports say how it
// stands there.
type Report struct {
	Run         string        // its name
	Elsewhere   string        // the process that makes it, where that is another one: "process 12 on NAME"
	Restored    int           // steps of another sitting, which a checkpoint had
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
	Before      *Epoch        // the last one that has ended, or nil: its numbers do not jump as those of a few batches do
	GPU         bool          // whether a GPU computes

	// For whoever draws the run: its configuration, and the epochs that have ended, which
	// must not be changed. Of a run that another process makes these are the epochs up to
	// its last checkpoint.
	Config  Config  `json:"-"`
	History []Epoch `json:"-"`
}

// Fraction returns how much of this part of the run is done, in [0, 1].
func (r Report) Fraction() float64 {
	return min(max(float64(r.Done)/float64(max(r.Total, 1)), 0), 1)
}

// Parts says how the run stands in words for a line, what matters most first, each as
// wide as it will be later in the run. How much time is left is for whoever sees all runs
// to say.
func (r Report) Parts() (parts []string) {
	if r.Elsewhere != "" {
		parts = append(parts, "made by "+r.Elsewhere)
	}
	switch {
	case r.Scoring:
		return append(parts, fmt.Sprintf("point %*d of %d", width(r.Total), r.Done, r.Total))
	case r.Total == 0:
		return parts
	}
	loss, accuracy := r.Loss, r.Accuracy
	if r.Before != nil {
		loss, accuracy = r.Before.Loss, r.Before.Accuracy
	}
	parts = append(parts, fmt.Sprintf("epoch %*d of %d", width(r.Epochs), r.Epoch, r.Epochs),
		fmt.Sprintf("loss %.3f", loss), fmt.Sprintf("%5.1f %% right", 100*accuracy))
	if r.Rate > 0 {
		parts = append(parts, fmt.Sprintf("%5.0f images/s", Significant(r.Rate, 3)))
	}
	return parts
}

// String is all of it in a line.
func (r Report) String() string {
	return r.Run + ": " + strings.Join(strings.Fields(strings.Join(r.Parts(), ", ")), " ")
}

// Took says how long something took, to a tenth of a second where that is something:
// 0.4s, 12.3s, 3m20s, 1h5m0s.
func Took(d time.Duration) string {
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// Count says how many there are of what a noun names: 1 run, 2 runs.
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// Thousands writes a number with a comma between thousands: 5,000.
func Thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// width returns how many digits a number has.
func width(n int) int { return len(fmt.Sprint(n)) }

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

// recent is how far back the speed is measured, and over how many calls at least: over
// less, what a few steps and a checkpoint take would make it jump.
const (
	recent      = 10 * time.Second
	recentCalls = 64
)

// tick counts units of work that have ended and returns seconds a unit, 0 where not
// known yet.
func (c *clock) tick(units int) float64 { return c.tickAt(time.Now(), units) }

func (c *clock) tickAt(now time.Time, units int) float64 {
	c.units += units
	for len(c.marks) > recentCalls && now.Sub(c.marks[0].at) > recent {
		c.marks = c.marks[1:]
	}
	// Of those in between every other one will do.
	if last := len(c.marks) - 1; last < 2*recentCalls || now.Sub(c.marks[last].at) > recent/time.Duration(2*recentCalls) {
		c.marks = append(c.marks, mark{now, c.units})
	}
	if first := c.marks[0]; c.units > first.units {
		return now.Sub(first.at).Seconds() / float64(c.units-first.units)
	}
	return 0
}
