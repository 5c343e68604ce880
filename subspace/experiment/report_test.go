package experiment

import (
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
