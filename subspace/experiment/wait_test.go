package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// beginning starts a run here and stops within it at its nth report, the folder still
// locked; end lets it go on to its end, or gives it up as if its process had died.
func beginning(t *testing.T, c Config, o Options, n int) (end func(made bool)) {
	t.Helper()
	there, on, ended := make(chan bool), make(chan bool), make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	o.Checkpoint, o.Together = 1, -1 // at each step
	o.Report = func(Report) {
		if n--; n == 0 {
			there <- true
			if !<-on {
				cancel()
			}
		}
	}
	go func() {
		r, err := Train(ctx, c, o)
		if err == nil {
			r.Close()
		}
		ended <- err
	}()
	select {
	case <-there:
	case err := <-ended:
		t.Fatalf("it did not begin: %v", err)
	}
	return func(made bool) {
		on <- made
		if err := <-ended; (err == nil) != made {
			t.Errorf("the first ended with %v", err)
		}
	}
}

// A run that is being made is waited for, its progress shown, and loaded.
func TestWaitForARun(t *testing.T) {
	for _, made := range []bool{true, false} {
		o := Options{Dir: t.TempDir()}
		end := beginning(t, light(), o, 4)
		var notices []string
		var elsewhere, here []Report
		o.Notice = func(line string) { notices = append(notices, line) }
		o.Report = func(r Report) {
			if r.Elsewhere == "" {
				here = append(here, r)
				return
			}
			if elsewhere = append(elsewhere, r); len(elsewhere) == 1 {
				end(made)
			}
		}
		r := train(t, light(), o)
		if len(r.Result.Points) != 3 || r.Result.Finished == "" {
			t.Errorf("the first made it %v: %+v", made, r.Result)
		}
		first := elsewhere[0]
		if first.Done < 1 || first.Total != tinySteps || first.Elsewhere != thisProcess() || !strings.Contains(first.String(), "digits-line-mlpx8-seed1: made by process ") ||
			!strings.Contains(first.String(), " of 5, loss ") {
			t.Errorf("it says %q, %+v", first, first)
		}
		if first.Config != light() || len(first.History) != 1 {
			t.Errorf("of a run of %+v, after an epoch, it hands on %d epochs", first.Config, len(first.History))
		}
		if made && len(here) > 0 {
			t.Errorf("it makes again what was made elsewhere: %s", here[0])
		}
		if !made && (len(here) == 0 || here[0].Done != 5) {
			t.Errorf("it does not go on where the other was: %v", here)
		}
		waits := 0
		for _, line := range notices {
			if strings.Contains(line, "is being made by process") && strings.Contains(line, o.Dir) {
				waits++
			}
		}
		if waits != 1 {
			t.Errorf("notices %q", notices)
		}
		if _, err := os.Stat(filepath.Join(r.Dir, standingFile)); err == nil {
			t.Errorf("%s is left over", standingFile)
		}
	}
}

// Whoever waits can be stopped, and the run goes on.
func TestStopWaiting(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	end := beginning(t, light(), o, 1)
	ctx, cancel := context.WithCancel(context.Background())
	o.Report = func(Report) { cancel() }
	_, err := Train(ctx, light(), o)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped waiting for process") || strings.Contains(err.Error(), "\n") {
		t.Errorf("stopped while waiting: %v", err)
	}
	end(true)
	train(t, light(), Options{Dir: o.Dir, Report: func(r Report) { t.Errorf("made again: %s", r) }})
}

// Two processes that make one run come to one end, also where one of them is killed: it
// holds the run until the other waits for it, which then goes on where it was.
func TestTwoProcesses(t *testing.T) {
	c, o := killed("")
	want := endpoints(t, train(t, c, o))
	for n := 1; n < 4; n++ {
		c, o := killed(t.TempDir())
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "EXPERIMENT_TEST_DIR="+o.Dir, fmt.Sprintf("EXPERIMENT_TEST_KILL=%d 0", n))
		alive, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for being := 0; being == 0; {
			select {
			case err := <-ended:
				t.Fatalf("the other process ended before it made anything: %v: %s", err, &said)
			case <-time.After(10 * time.Millisecond):
			}
			dirs, err := Making(o.Dir)
			if err != nil {
				t.Fatal(err)
			}
			being = len(dirs)
		}
		waited, first := false, Report{}
		o.Report = func(r Report) {
			switch {
			case r.Elsewhere != "" && !waited:
				waited = true
				alive.Close()
			case r.Elsewhere == "" && first.Total == 0:
				first = r
			}
		}
		got := endpoints(t, train(t, c, o))
		<-ended
		if how := cmd.ProcessState.String(); how != "signal: killed" {
			t.Errorf("the other process ended with %q, not killed: %s", how, &said)
		}
		// The other process saved a checkpoint at each step before its nth report.
		if !waited || !first.Scoring && first.Done < n {
			t.Errorf("waited: %t; it went on with step %d, the other process was killed at its report %d or later", waited, first.Done, n)
		}
		if got != want {
			t.Errorf("the endpoints differ where another process was killed at its report %d", n)
		}
	}
}

// What a process that was killed left behind is not taken for what the next one does, and
// is gone where the result is there.
func TestLeftBehind(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	r := train(t, light(), o)
	for _, name := range []string{checkpointFile, scoresFile, standingFile} {
		if err := os.WriteFile(filepath.Join(r.Dir, name), []byte(`{"Process":"process 1 on old"}`), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	again := train(t, light(), o)
	for _, name := range []string{checkpointFile, scoresFile, standingFile} {
		if _, err := os.Stat(filepath.Join(again.Dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	other := &Run{Config: light(), Dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(other.Dir, standingFile), []byte(`{"Process":"process 1 on old"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := other.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer other.unlock()
	if now := other.stands(); now.Elsewhere != "another process" {
		t.Errorf("it is made by %s", now.Elsewhere)
	}
}

// A file that says nonsense of how a run stands is no reason to fail.
func TestStandingDamaged(t *testing.T) {
	r := &Run{Config: light(), Dir: t.TempDir()}
	for _, text := range []string{"", "{", `{"Process":""}`, `{"Report":{"Done":"x"}}`, "[1]"} {
		if err := os.WriteFile(filepath.Join(r.Dir, standingFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := r.stands(); got.Elsewhere != "another process" || got.String() != "digits-line-mlpx8-seed1: made by another process" {
			t.Errorf("%q reads as %q", text, got)
		}
	}
}
