//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/place"
)

// Whatever a list holds, its lines have their numbers, and no comment is a flag.
func FuzzLinesOf(f *testing.F) {
	f.Add("# a\n-shape line # b\n\n  -seed 2\r\n")
	f.Add("\ufeff-shape line\r\r-seed 2\r\n-seed 3")
	f.Fuzz(func(t *testing.T, text string) {
		rows := regexp.MustCompile("\r\n|\r|\n").Split(text, -1)
		for _, l := range linesOf(text) {
			if len(l.words) == 0 || !strings.Contains(rows[l.number-1], l.words[0]) {
				t.Errorf("line %d of %q is %q", l.number, text, l.words)
			}
			for _, w := range l.words {
				if strings.HasPrefix(w, "#") {
					t.Errorf("line %d of %q has the comment %q", l.number, text, w)
				}
			}
		}
	})
}

// That a run is made which is scored on images behind a JPEG decoder is not seen by its
// settings: they may have gone through that of another version.
func TestListOfAnotherDecoder(t *testing.T) {
	dir := t.TempDir()
	clean := experiment.Quick()
	decoded := clean
	decoded.Corrupt = "jpeg_compression"
	configs := []experiment.Config{clean, decoded}
	for i, c := range configs {
		r := experiment.Result{Config: c, Identity: strings.Repeat(fmt.Sprint(i+1), 64), Calibration: &experiment.Calibration{},
			Points: []experiment.PointScore{{Weights: subspace.Line{}.Midpoint(), Midpoint: true}}}
		folder := filepath.Join(dir, c.Name()+"-"+r.Identity[:8])
		const header = `{"__metadata__":{}}`
		err := errors.Join(os.Mkdir(folder, 0o755), r.Write(filepath.Join(folder, "result.json")),
			os.WriteFile(filepath.Join(folder, "endpoints.safetensors"), append([]byte{byte(len(header)), 7: 0}, header...), 0o644))
		if err != nil {
			t.Fatal(err)
		}
	}
	of := training{list: "a.txt", title: "a", whole: configs, options: experiment.Options{Dir: dir}}
	left, _, err := of.begin(t.Context(), configs, io.Discard)
	if err != nil || !slices.Equal(left, []experiment.Config{decoded}) {
		t.Errorf("left to be made is %v, %v, want the second alone", left, err)
	}
}

// What no line of a list can say is refused, and so it is beside -list.
func TestNotInLists(t *testing.T) {
	for words, want := range map[string]string{
		"-figure 3 -figure 6": "-figure stands twice: want a line for each run",
		"-ship D":             "-ship is not for lists: say it to train without -list",
		"-parallel 2":         "-parallel is for all runs: say it beside -list",
	} {
		var of training
		fs, _ := trainFlags(&of, io.Discard)
		if err := checkLine(fs, strings.Fields(words)); err == nil || err.Error() != want {
			t.Errorf("a line %q: %v, want %s", words, err, want)
		}
	}
	for words, want := range map[string]string{
		"-list a -ship D":     "-ship is not for lists: say it to train without -list",
		"-list a -shape line": "-list has its runs: leave -shape out, or put it on a line of the list",
		"-list a -parallel 2": "",
	} {
		var of training
		fs, changes := trainFlags(&of, io.Discard)
		if err := fs.Parse(strings.Fields(words)); err != nil {
			t.Fatal(err)
		}
		if err := checkBesideList(fs, *changes); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%q: %v, want %s", words, err, want)
		}
	}
}

// What editors of Windows put into a file is no word of a list.
func TestListOfAnyEditor(t *testing.T) {
	lines := linesOf("\ufeff-shape line\r\n\t-seed 2 \r\n")
	if len(lines) != 2 || !slices.Equal(lines[0].words, []string{"-shape", "line"}) || !slices.Equal(lines[1].words, []string{"-seed", "2"}) {
		t.Errorf("%v", lines)
	}
}

// The example lists what it says, in that order, each seed whole.
func TestPaperExample(t *testing.T) {
	var want, got []string
	for seed := uint64(1); seed <= 3; seed++ {
		for _, method := range []string{"standard", "standard snow", "line", "line snow", "layerwise-line", "layerwise-line snow", "bezier", "bezier snow", "wrong standard", "wrong layerwise-line", "wrong line",
			"simplex-3 plane", "standard+swa-cyclic-5", "standard+label-smoothing-0.1", "line+label-smoothing-0.1"} {
			want = append(want, fmt.Sprint(method, " ", seed))
		}
	}
	tr, err := parseTraining(t.Context(), []string{"-list", "examples/paper.txt", "-shard", "all", "-runs", t.TempDir()}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range tr.configs {
		name := c.Method()
		if c.WrongLabels == 0.2 {
			name = "wrong " + name
		}
		if c.Plane > 0 {
			name += " plane"
		}
		if c.Corrupt != "" {
			name += " " + c.Corrupt
		}
		got = append(got, fmt.Sprint(name, " ", c.Seed))
		c.WrongLabels, c.Plane, c.GridImages, c.Smoothing, c.SWA, c.Corrupt = 0, 0, 0, 0, "", ""
		if c != experiment.Full().With(c.Shape, c.Seed) {
			t.Errorf("%s is not of the paper's setting: %v", name, c)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("it lists\n%q\nwant\n%q", got, want)
	}
	if tr.title != "paper.txt" {
		t.Errorf("it is made as %q", tr.title)
	}
}

// A list that is stopped says how far it is, goes on where it was, on another machine
// too, and ends as one that was left alone.
func TestListGoesOn(t *testing.T) {
	home := t.TempDir()
	list := filepath.Join(home, "two.txt")
	words := strings.Join(slices.Concat(small, []string{"-epochs", "1000"}), " ")
	text := fmt.Sprintf("-shape standard %s -epochs 4\n-shape line %s # stopped\n-shape bezier %[1]s -epochs 4\n", words, words)
	if err := os.WriteFile(list, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command(kernelPath(t), args...)
		cmd.Env = alone(t, home)
		return cmd
	}
	whole := t.TempDir()
	if out, err := command("train", "-list", list, "-runs", whole, "-parallel", "1").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, tail(string(out)))
	}
	want := numbers(t, whole)
	if len(want) != 3 {
		t.Fatalf("%d runs, want 3", len(want))
	}
	for _, way := range []struct {
		signal   syscall.Signal
		parallel string
		stands   string
		made     string // before, when it goes on
	}{
		{syscall.SIGINT, "1", `(?m)^two.txt: 1 of 3 runs finished; digits-line-\S+ interrupted, step \d+ of 2000; about .* left$`, "1 of 3 runs made already"},
		{syscall.SIGTERM, "2", `(?m)^two.txt: [012] of 3 runs finished; digits-\S+ interrupted, `, ""},
	} {
		runs := filepath.Join(t.TempDir(), "runs")
		cmd := command("train", "-list", list, "-runs", runs, "-parallel", way.parallel)
		status, said := stopAt(t, cmd, way.signal, regexp.MustCompile(`epoch +\d+ of 1000`))
		if status != 130 || !strings.Contains(said, "run it again to go on from there") {
			t.Errorf("%v: exit status %d, want 130: %s", way.signal, status, tail(said))
		}
		out, err := command("runs", "-runs", runs).CombinedOutput()
		if err != nil || !regexp.MustCompile(way.stands).Match(out) {
			t.Errorf("%v: runs says %s, %v", way.signal, out, err)
		}
		other := filepath.Join(t.TempDir(), "copied")
		if err := os.CopyFS(other, os.DirFS(runs)); err != nil {
			t.Fatal(err)
		}
		out, err = command("train", "-list", list, "-runs", other, "-parallel", way.parallel).CombinedOutput()
		if err != nil || !strings.Contains(string(out), way.made) || strings.Contains(string(out), "epoch 1 of 1000") {
			t.Errorf("%v: it does not go on: %v, %s", way.signal, err, tail(string(out)))
		}
		same(t, numbers(t, other), want)
		if open, err := experiment.Campaigns(other); err != nil || len(open) > 0 {
			t.Errorf("%v: still open are %v, %v", way.signal, open, err)
		}
	}
}

// A list that is stopped while it is read starts nothing.
func TestListInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := parseTraining(ctx, []string{"-list", "examples/paper.txt"}, io.Discard); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}

// A run that fails stops no other of a list: at the end it is said which has, and why,
// and the command fails. What is recorded of runs that were made before says which images
// they have right.
func TestListGoesOnAfterFailure(t *testing.T) {
	home := t.TempDir()
	list := filepath.Join(home, "three.txt")
	words := strings.Join(small, " ")
	text := fmt.Sprintf("-shape standard %s -lr 1e30\n-shape bezier -independent %[1]s\n-shape line %[1]s\n", words)
	if err := os.WriteFile(list, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, parallel := range []string{"1", "2"} {
		runs, record := filepath.Join(home, "runs"+parallel), filepath.Join(home, "record"+parallel)
		command := func() (status int, said string) {
			cmd := exec.Command(kernelPath(t), "train", "-list", list, "-runs", runs, "-record", record, "-parallel", parallel)
			cmd.Env = alone(t, home)
			out, _ := cmd.CombinedOutput()
			return cmd.ProcessState.ExitCode(), string(out)
		}
		status, said := command()
		if status != 1 || !regexp.MustCompile(`kernel: 1 run of three.txt failed; .*\n  digits-standard-mlpx2-seed1: diverged at step `).MatchString(said) {
			t.Errorf("-parallel %s: exit status %d, %s", parallel, status, tail(said))
		}
		made := numbers(t, runs)
		if len(made) != 4 { // with the two networks of the curve between them
			t.Errorf("-parallel %s: %d runs are made, want 4: %s", parallel, len(made), tail(said))
		}
		recorded, err := place.Glob(record, "*.json")
		if err != nil || len(recorded) != 2 {
			t.Fatalf("-parallel %s: recorded are %v, %v", parallel, recorded, err)
		}
		// As a build wrote them that knew nothing of images.
		var forgotten []string
		for _, path := range recorded {
			result := filepath.Join(runs, strings.TrimSuffix(filepath.Base(path), ".json"), "result.json")
			r, err := experiment.ReadResult(result)
			if err != nil || !r.Marked() {
				t.Fatalf("%s: %v", result, err)
			}
			r.Right = nil
			if err := errors.Join(r.Write(result), os.Remove(path)); err != nil {
				t.Fatal(err)
			}
			forgotten = append(forgotten, path)
			if strings.Contains(path, "independent") { // what it is made of stays, and is not recorded
				if err := os.RemoveAll(filepath.Dir(result)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if status, said = command(); status != 1 || !strings.Contains(said, "finding out which test images it has right") {
			t.Errorf("-parallel %s: again: exit status %d, %s", parallel, status, tail(said))
		}
		for _, path := range forgotten {
			if r, err := experiment.ReadResult(path); err != nil || !r.Marked() {
				t.Errorf("-parallel %s: %s does not say which images are right: %v", parallel, path, err)
			}
		}
		same(t, numbers(t, runs), made)
		if again, err := place.Glob(record, "*.json"); err != nil || !slices.Equal(again, recorded) {
			t.Errorf("-parallel %s: recorded again are %v, %v, want %v", parallel, again, err, recorded)
		}
	}
}
