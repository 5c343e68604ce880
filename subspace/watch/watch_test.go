package watch

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "gosubspace/subspace/backend/backendtest" // the same programs are compiled once
	"gosubspace/subspace/experiment"
)

// All runs are made, those that others build on before them, and each is handed over
// once; the results are those asked for, in their order. The second time they are loaded.
func TestMake(t *testing.T) {
	c := experiment.Quick()
	c.TrainImages, c.TestImages, c.Batch, c.Epochs, c.Warmup, c.Width, c.Points, c.TestEvery = 100, 50, 50, 2, 1, 2, 3, 0
	apart := c.With("line", 1)
	apart.Independent = true
	configs := []experiment.Config{apart, c.With("standard", 1)}
	o := experiment.Options{Dir: t.TempDir()}
	var finished []string
	for _, want := range [][]string{
		{"digits-standard-cnnx2-seed1", "digits-standard-cnnx2-seed1001", "digits-independent-line-cnnx2-seed1"},
		{"digits-independent-line-cnnx2-seed1", "digits-standard-cnnx2-seed1"},
	} {
		var names []string
		results, err := Make(t.Context(), "two runs", configs, o, func(r *experiment.Run) {
			names = append(names, r.Result.Config.Name())
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(names, want) {
			t.Errorf("handed over %v, want %v", names, want)
		}
		for i, r := range results {
			if r.Config != configs[i] {
				t.Errorf("result %d is of %s, want %s", i, r.Config.Name(), configs[i].Name())
			}
			finished = append(finished, r.Identity+r.Finished)
		}
	}
	if !slices.Equal(finished[:2], finished[2:]) {
		t.Error("runs that were made are made again")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Make(ctx, "stopped", []experiment.Config{c.With("line", 2)}, o, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped before the first step: %v", err)
	}
}

// printed returns what do prints on a file such as os.Stdout.
func printed(t *testing.T, file **os.File, do func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := *file
	*file = w
	do()
	*file = before
	w.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every notice is printed, and each once.
func TestNotice(t *testing.T) {
	text := printed(t, &os.Stdout, func() {
		say := Notice()
		for _, line := range []string{"a", "b", "a", "b", "c"} {
			say(line)
		}
	})
	if text != "a\nb\nc\n" {
		t.Errorf("printed %q", text)
	}
}

// Reading images is shown where it takes time, each time, and not where it is quick.
func TestDecode(t *testing.T) {
	clock := time.Unix(0, 0)
	text := printed(t, &os.Stderr, func() {
		show := decode(2*time.Second, func() time.Time { return clock })
		for i := range 5 { // quick
			show(int64(i+1), 5)
		}
		for range 2 {
			for i := range 3 {
				clock = clock.Add(time.Duration(i) * time.Second)
				show(int64(i+1), 3)
			}
		}
	})
	if strings.Count(text, "read 3 images") != 2 || strings.Contains(text, "5") {
		t.Errorf("printed %q", text)
	}
}

// What runs had from another sitting, the first and those after it, is not this one's work.
func TestRestoredIsNoWork(t *testing.T) {
	c := experiment.Quick()
	plan, err := experiment.Plan(t.Context(), []experiment.Config{c.With("line", 1), c.With("line", 2)}, experiment.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	w := &whole{plan: plan, called: time.Now(), work: plan[0].Work() + plan[1].Work()}
	trained := plan[0].Work() - float64(plan[0].Scored)
	printed(t, &os.Stderr, func() {
		w.report(experiment.Report{Done: 1, Total: 100})
		w.report(experiment.Report{Done: 100, Total: 100})
		w.current, w.done = 1, plan[0].Work()
		w.report(experiment.Report{Done: 91, Total: 100, Restored: 90})
		w.report(experiment.Report{Done: 92, Total: 100, Restored: 90})
	})
	want := (0.01*trained + 0.91*trained) / w.work
	if math.Abs(w.restored-want) > 1e-9 {
		t.Errorf("%.4f of the work is said to be of another sitting, want %.4f", w.restored, want)
	}

	// So it is where all of a run's training is, and it is only scored here.
	w = &whole{plan: plan, called: time.Now(), work: plan[0].Work() + plan[1].Work()}
	printed(t, &os.Stderr, func() {
		w.report(experiment.Report{Done: 1, Total: 100})
		w.current, w.done = 1, plan[0].Work()
		w.report(experiment.Report{Scoring: true, Done: 1, Total: 10})
		w.report(experiment.Report{Scoring: true, Done: 2, Total: 10})
	})
	want = (0.01*trained + trained + 0.1*float64(plan[1].Scored)) / w.work
	if math.Abs(w.restored-want) > 1e-9 {
		t.Errorf("with a run that is scored %.4f of the work is said to be of another sitting, want %.4f", w.restored, want)
	}
}

// Speed is measured from the end of the first epoch, before which programs were compiled,
// and the line that tells of that has no time left; and anew after a run that failed.
func TestSpeedIsMeasuredAnew(t *testing.T) {
	c := experiment.Quick().With("line", 1)
	plan, err := experiment.Plan(t.Context(), []experiment.Config{c, c.With("line", 2)}, experiment.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	w := &whole{plan: plan, called: time.Now(), work: plan[0].Work() + plan[1].Work()}
	ended := experiment.Epoch{Loss: 2}
	said := printed(t, &os.Stderr, func() {
		w.report(experiment.Report{Config: c, Done: 1, Total: 100})
		w.began = w.began.Add(-time.Hour) // of compiling
		w.report(experiment.Report{Config: c, Done: 2, Total: 100, Ended: &ended})
		w.began = w.began.Add(-time.Minute)
		w.report(experiment.Report{Config: c, Done: 4, Total: 100, Ended: &ended})
	})
	if lines := strings.Split(strings.TrimSpace(said), "\n"); len(lines) != 2 || strings.Contains(lines[0], "left") || !strings.Contains(lines[1], "h") || !strings.Contains(lines[1], "left") {
		t.Errorf("it says %q", lines)
	}
	w.work -= plan[0].Work() // it failed
	w.restart(w.done)
	if left := w.left(w.restored, time.Hour); left >= 0 {
		t.Errorf("after a run that failed %v are left at no speed", left)
	}
}

// What is said to have taken training is a part of what is said of the whole: one clock.
func TestOneClock(t *testing.T) {
	said, err := os.Create(filepath.Join(t.TempDir(), "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	stderr := os.Stderr
	os.Stderr = said
	defer func() { os.Stderr = stderr }()
	c := experiment.Quick()
	c.TrainImages, c.TestImages, c.Batch, c.Epochs, c.Warmup, c.Width, c.Points, c.TestEvery = 100, 50, 50, 2, 1, 2, 3, 0
	o := experiment.Options{Dir: t.TempDir()}
	for seed := range uint64(2) {
		results, err := Make(t.Context(), "a run", []experiment.Config{c.With("line", seed)}, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(said.Name())
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		_, took, found := strings.Cut(lines[len(lines)-1], "a run: 1 run in ")
		whole, err := time.ParseDuration(took)
		if part := results[0].Training + results[0].Evaluation; !found || err != nil || part > whole.Seconds()+0.1 {
			t.Errorf("the last line is %q, %v; training and scoring took %.3f s", lines[len(lines)-1], err, part)
		}
	}
}
