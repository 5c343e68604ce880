package experiment

import (
	"context"
	"math"
	"testing"
	"time"
)

// What takes long once in a while, such as a checkpoint or a test, does not make the speed
// jump: a second in each 10 moves it by a tenth, not tenfold.
func TestSpeedDoesNotJump(t *testing.T) {
	for _, step := range []time.Duration{time.Millisecond, 50 * time.Millisecond, time.Second} {
		var c clock
		now := time.Now()
		var low, high float64
		for i := range 30_000 {
			now = now.Add(step)
			if i%int(10*time.Second/step) == 0 {
				now = now.Add(time.Second)
			}
			seconds := c.tickAt(now, 1)
			if i < int(20*time.Second/step) {
				continue
			}
			if low == 0 {
				low, high = seconds, seconds
			}
			low, high = min(low, seconds), max(high, seconds)
		}
		if high > 1.25*low || math.Abs(low-step.Seconds()) > 0.3*step.Seconds() {
			t.Errorf("a step of %v is said to take %.4f to %.4f s", step, low, high)
		}
		if len(c.marks) > 10*recentCalls {
			t.Errorf("%d marks are kept", len(c.marks))
		}
	}
}

// Whoever draws a run gets with each report what has been drawn so far, also where the
// run goes on after a stop.
func TestReportsHoldTheHistory(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	for _, last := range []int{7, tinySteps} {
		ctx, stop := context.WithCancel(t.Context())
		o.Report = func(r Report) {
			want := r.Epoch - 1
			if r.Ended != nil {
				want = r.Epoch
			}
			if r.Config != light() || !r.Scoring && len(r.History) != want {
				t.Errorf("step %d: a report of %+v holds %d epochs, want %d", r.Done, r.Config, len(r.History), want)
			}
			if r.Done == last && !r.Scoring {
				stop()
			}
		}
		if r, err := Train(ctx, light(), o); err == nil {
			r.Close()
		}
		stop()
	}
}
