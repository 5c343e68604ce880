package plots

import (
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// run trains for 2 epochs of 100 steps, 10 ms each by the given clock.
func run(p *Progress) {
	var clock time.Time
	clock = clock.Add(time.Hour)
	p.now = func() time.Time { return clock }
	for step := 1; step <= 200; step++ {
		clock = clock.Add(10 * time.Millisecond)
		p.Update(fmt.Sprintf("step %d", step), float64(step)/200)
		if step%100 == 0 {
			p.Line(fmt.Sprintf("epoch %d: loss 0.5", step/100))
		}
	}
	p.Done("2 epochs, accuracy 67.1 %")
	p.Done("again")
	p.Update("late", 1)
	p.Line("late")
}

func TestProgressInALog(t *testing.T) {
	var log strings.Builder
	run(newProgress(logOutput{&log}, 0))
	if got, want := log.String(), "epoch 1: loss 0.5\nepoch 2: loss 0.5\n2 epochs, accuracy 67.1 %\n"; got != want {
		t.Errorf("the log is %q, want %q", got, want)
	}
}

func TestProgressOnATerminal(t *testing.T) {
	var screen strings.Builder
	run(newProgress(terminalOutput{&screen}, time.Second/10))
	got := screen.String()
	if n := strings.Count(got, startOfLine); n < 20 || n > 24 {
		t.Errorf("%d updates in 2 s at 10 a second", n)
	}
	if n := strings.Count(got, "\n"); n != 1 || !strings.HasSuffix(got, startOfLine+"2 epochs, accuracy 67.1 %\n") {
		t.Errorf("%d line breaks, and the end is %q", n, got[max(0, len(got)-60):])
	}
	if !strings.Contains(got, "██████████░░░░░░░░░░  50 %  epoch 1: loss 0.5") {
		t.Error("the end of an epoch is not shown at once")
	}
	if strings.Count(got, noWrap) != strings.Count(got, wrapAgain) {
		t.Error("the terminal is left without line wrapping")
	}
}

// Words that come while a bar stands take its line, and the bar goes on in the next.
func TestAside(t *testing.T) {
	var screen strings.Builder
	p := newProgress(terminalOutput{&screen}, 0)
	out := Aside(&screen)
	fmt.Fprint(out, "before\n")
	p.Update("one", 0.1)
	fmt.Fprint(out, "midpoint 90 %\n")
	fmt.Fprint(out, "ends 88 %\n")
	p.Update("two", 0.2)
	p.Done("over")
	fmt.Fprint(out, "after\n")
	bar := func(bar, text string) string { return startOfLine + noWrap + bar + "  " + text + wrapAgain }
	want := "before\n" + bar("██░░░░░░░░░░░░░░░░░░  10 %", "one") + startOfLine + "midpoint 90 %\nends 88 %\n" +
		bar("████░░░░░░░░░░░░░░░░  20 %", "two") + startOfLine + "over\nafter\n"
	if got := screen.String(); got != want {
		t.Errorf("the terminal got\n%q, want\n%q", got, want)
	}
}

func TestProgressInANotebook(t *testing.T) {
	var sent []*protocol.DisplayData
	synced := 0
	out := &notebookOutput{id: "id", send: func(d *protocol.DisplayData) { sent = append(sent, d) }, sync: func() { synced++ }}
	run(newProgress(out, time.Second/2))
	if len(sent) < 5 || len(sent) > 8 {
		t.Errorf("%d updates in 2 s at 2 a second", len(sent))
	}
	for _, d := range sent {
		if d.DisplayID != "id" || len(d.Data) != 1 {
			t.Errorf("update is %+v, want plain text alone for the same output", d)
		}
	}
	if last := sent[len(sent)-1].Data[protocol.MIMETextPlain]; last != "2 epochs, accuracy 67.1 %" {
		t.Errorf("the notebook keeps %q", last)
	}
	if synced != 1 {
		t.Errorf("synchronised %d times, want once", synced)
	}
}

func TestProgressBar(t *testing.T) {
	for _, test := range []struct {
		fraction float64
		want     string
	}{{0, "  0 %"}, {0.999, " 99 %"}, {1, "100 %"}, {-3, "  0 %"}, {7, "100 %"}, {math.NaN(), "  0 %"}} {
		var screen strings.Builder
		newProgress(terminalOutput{&screen}, 0).Update("two\nlines", test.fraction)
		if got := screen.String(); !strings.Contains(got, " "+test.want) && !strings.Contains(got, test.want+"  two lines") {
			t.Errorf("fraction %v shows %q, want %q", test.fraction, got, test.want)
		}
		if n := strings.Count(screen.String(), "█") + strings.Count(screen.String(), "░"); n != 20 {
			t.Errorf("fraction %v: a bar of %d characters, want 20", test.fraction, n)
		}
	}
}

func TestProgressFromManyGoroutines(t *testing.T) {
	const workers, each = 8, 100
	var log strings.Builder
	p := newProgress(logOutput{&log}, 0)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := range each {
				p.Update("x", float64(i)/each)
				p.Line("x")
			}
			p.Done("done")
		})
	}
	all.Wait()
	lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
	if n := len(lines); n < each+1 || n > workers*each+1 || lines[n-1] != "done" {
		t.Errorf("%d lines, the last %q", n, lines[n-1])
	}
	for i, line := range lines[:len(lines)-1] {
		if line != "x" {
			t.Fatalf("line %d is %q", i+1, line)
		}
	}
}

// TestNewProgressOnAFile: a file is a log, whatever it is called with.
func TestNewProgressOnAFile(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p := NewProgress(file)
	p.Update("half", 0.5)
	p.Line("epoch 1")
	p.Done("end")
	if got, err := os.ReadFile(file.Name()); err != nil || string(got) != "epoch 1\nend\n" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}
