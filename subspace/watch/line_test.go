package watch

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gosubspace/subspace/experiment"
)

// Whatever the runs are called and however far they are, a line fits, with its bar, and
// says what is at work, how far it is, and one time.
func TestLinesFit(t *testing.T) {
	configs := []experiment.Config{experiment.Quick(), experiment.Full().With("layerwise-simplex-12", 1234)}
	long := experiment.Small()
	long.Smoothing, long.Rho, long.SWA, long.Dropout, long.Chunks, long.WrongLabels, long.Data = 0.15, 0.05, "cyclic-5", 0.25, 4, 0.2, "a-folder-with-a-long-name-of-my-own"
	configs = append(configs, long)
	for _, c := range configs {
		for _, runs := range []int{1, 36} {
			w := &whole{plan: make([]experiment.Planned, runs), current: min(6, runs-1)}
			r := experiment.Report{Run: c.Name(), Total: 62560, Epochs: 160, Loss: 12.345, Accuracy: 1, Rate: 123456}
			widths := map[int]bool{}
			for _, done := range []int{1, 10, 100, 62560} {
				r.Done, r.Epoch = done, 1+done/391
				for _, left := range []time.Duration{-1, time.Second, time.Hour} {
					line := Line(Names(c), w.parts(r, Left(left)))
					if n := utf8.RuneCountInString(line); n > columns-barColumns {
						t.Errorf("%d characters beside the bar: %q", n, line)
					}
					if !strings.Contains(line, "epoch") || strings.Count(line, " left") != 1 {
						t.Errorf("the line says %q", line)
					}
					widths[utf8.RuneCountInString(line)] = true
				}
			}
			if len(widths) != 1 {
				t.Errorf("the lines of one run are %v characters wide", widths)
			}
			r.Elsewhere = "process 1234567 on a-machine-with-a-lon"
			if line := Line(Names(c), w.parts(r, Left(-1))); utf8.RuneCountInString(line) > columns-barColumns || !strings.Contains(line, "made by process") {
				t.Errorf("elsewhere: %q", line)
			}
		}
	}
	log := LogLine(Names(experiment.Quick()), (&whole{plan: make([]experiment.Planned, 1)}).parts(
		experiment.Report{Total: 800, Done: 8, Epoch: 2, Epochs: 200, Loss: 1.5, Accuracy: 0.5, Rate: 3141}, Left(75*time.Second)))
	if want := "digits-line-cnnx8-seed1: epoch 2 of 200, 1m15s left, loss 1.500, 50.0 % right, 3140 images/s"; log != want {
		t.Errorf("a log has %q, want %q", log, want)
	}
	if got := Line([]string{strings.Repeat("x", 90)}, []string{strings.Repeat("y", 90)}); utf8.RuneCountInString(got) > columns-barColumns {
		t.Errorf("%q does not fit", got)
	}
}

func TestLeft(t *testing.T) {
	for d, want := range map[time.Duration]string{-1: "     … left", 0: "    0s left", 59 * time.Second: "   59s left",
		61 * time.Second: " 1m05s left", 599 * time.Second: "10m00s left", 2 * time.Hour: " 2h00m left", 1000 * time.Hour: " 1000h left"} {
		if got := Left(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// The numbers of a line are those of the epoch before, not of a few batches of this one,
// and what is told at the end is told by one clock: training is a part of the whole.
func TestNumbersDoNotJump(t *testing.T) {
	r := experiment.Report{Total: 8, Done: 5, Epoch: 2, Epochs: 2, Loss: 9, Accuracy: 0, Before: &experiment.Epoch{Loss: 1.25, Accuracy: 0.5}}
	if got := fmt.Sprint(r.Parts()); !strings.Contains(got, "loss 1.250  50.0 % right") {
		t.Errorf("it says %s", got)
	}
}
