//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/place"
)

// sideBySide returns a command that makes runs side by side.
func sideBySide(t *testing.T, runs, parallel string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(kernelPath(t), slices.Concat([]string{"train", "-runs", runs, "-parallel", parallel}, small, args)...)
	cmd.Env = env
	return cmd
}

// numbers returns what runs came to: trained weights, scores and history, by the
// name of their folder.
func numbers(t *testing.T, runs string) map[string]string {
	t.Helper()
	all := map[string]string{}
	paths, err := place.Glob(runs, "*/result.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		r, err := experiment.ReadResult(path)
		if err != nil {
			t.Fatal(err)
		}
		// Times, and how many cores there were, are not numbers of the run.
		r.Training, r.Evaluation, r.Devices, r.Finished = 0, 0, nil, ""
		rest := filepath.Join(t.TempDir(), "result.json")
		if err := r.Write(rest); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Dir(path)
		for _, file := range []string{rest, filepath.Join(dir, "endpoints.safetensors")} {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.Base(dir)] += string(text)
		}
	}
	return all
}

// same compares the numbers of runs with those of others.
func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d runs, want %d", len(got), len(want))
	}
	for name, numbers := range want {
		if got[name] != numbers {
			t.Errorf("%s is not as when it was made one after the other", name)
		}
	}
}

// Runs that are made side by side, however many, have the numbers of those made one
// after the other, bit for bit: those that others are made of among them. What is printed names each once.
func TestSideBySide(t *testing.T) {
	env := alone(t, t.TempDir())
	args := []string{"-shape", "line", "-independent", "-seeds", "2"}
	if len(backend.Plugins()) > 0 {
		// On XLA a run may use several threads, or one.
		env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SLURM_") })
	}
	after := t.TempDir()
	out, err := sideBySide(t, after, "1", env, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := numbers(t, after)
	if len(want) != 6 {
		t.Fatalf("%d runs, want two lines and the four networks that they are between", len(want))
	}
	for _, parallel := range []string{"0", "3"} {
		side := t.TempDir()
		cmd := sideBySide(t, side, parallel, env, args...)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("-parallel %s: %v: %s", parallel, err, &stderr)
		}
		same(t, numbers(t, side), want)
		for name := range want {
			name = name[:strings.LastIndex(name, "-")] // without the identity
			if n := strings.Count(stdout.String(), name+": "); n == 0 || n > 2 {
				t.Errorf("-parallel %s: %s is named %d times", parallel, name, n)
			}
		}
		progress := regexp.MustCompile(`digits-\S+: \d of 6 runs made, 2 at work, (epoch|point)`)
		if parallel == "3" && !progress.MatchString(stderr.String()) {
			t.Errorf("-parallel 3: there is no progress over all: %s", tail(stderr.String()))
		}
	}
}

// Ctrl-C and a scheduler's signal stop all runs, each with a checkpoint; they go on
// and end as if they had been left alone.
func TestSideBySideInterrupted(t *testing.T) {
	env := alone(t, t.TempDir())
	args := []string{"-shape", "standard,line", "-epochs", "1000"}
	after := t.TempDir()
	if out, err := sideBySide(t, after, "1", env, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := numbers(t, after)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		runs := t.TempDir()
		status, said := stopIn(t, sideBySide(t, runs, "2", slices.Clone(env), args...), signal)
		if status != 130 || strings.Count(said, "kernel: ") != 1 ||
			!strings.Contains(said, "interrupted; run it again to go on from there") {
			t.Errorf("%v: exit status %d, want 130: %s", signal, status, tail(said))
		}
		if saved, _ := place.Glob(runs, "*/checkpoint.safetensors"); len(saved) == 0 {
			t.Errorf("%v: there is no checkpoint", signal)
		}
		if making, err := experiment.Making(runs); err != nil || len(making) > 0 {
			t.Errorf("%v: %v are still being made, %v", signal, making, err)
		}
		if out, err := sideBySide(t, runs, "2", env, args...).CombinedOutput(); err != nil {
			t.Errorf("%v: it does not go on: %v, %s", signal, err, tail(string(out)))
		}
		same(t, numbers(t, runs), want)
	}
}

// When the process of a run is killed, that is said once, the others stop with a
// checkpoint, and all go on afterwards.
func TestSideBySideKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("finds the processes of runs in /proc")
	}
	env := alone(t, t.TempDir())
	args := []string{"-shape", "standard,line", "-epochs", "1000"}
	runs := t.TempDir()
	cmd := sideBySide(t, runs, "2", env, args...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, killed, piece := "", false, make([]byte, 1<<12)
	for {
		n, err := stderr.Read(piece)
		if said += string(piece[:n]); !killed && strings.Contains(said, "2 at work") {
			killed = true
			workers := program.Children(cmd.Process.Pid)
			if len(workers) != 2 {
				t.Errorf("%d processes make runs, want 2", len(workers))
			}
			if len(workers) > 0 {
				syscall.Kill(workers[0], syscall.SIGKILL)
			}
		}
		if err != nil {
			break
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("it ended with %v, want exit status 1", err)
	}
	why := regexp.MustCompile(`kernel: run digits-\S+: its process has ended \(signal: killed\): run it again`)
	if strings.Count(said, "kernel: ") != 1 || !why.MatchString(said) {
		t.Errorf("it says %s", tail(said))
	}
	if making, err := experiment.Making(runs); err != nil || len(making) > 0 {
		t.Errorf("%v are still being made, %v", making, err)
	}
	if out, err := sideBySide(t, runs, "2", env, args...).CombinedOutput(); err != nil {
		t.Errorf("it does not go on: %v, %s", err, tail(string(out)))
	}
	if len(numbers(t, runs)) != 2 {
		t.Errorf("%d runs are made, want 2", len(numbers(t, runs)))
	}
}

// When whoever gave the order is killed, workers stop, with a checkpoint.
func TestSideBySideAlone(t *testing.T) {
	runs := t.TempDir()
	cmd := sideBySide(t, runs, "2", alone(t, t.TempDir()), "-shape", "standard,line", "-epochs", "100000")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, piece := "", make([]byte, 1<<12)
	for !strings.Contains(said, "digits-line") || !strings.Contains(said, "digits-standard") { // both have begun
		n, err := stderr.Read(piece)
		if said += string(piece[:n]); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	cmd.Process.Kill()
	stderr.Close()
	cmd.Wait()
	for {
		making, err := experiment.Making(runs)
		if err != nil {
			t.Fatal(err)
		}
		if len(making) == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if saved, _ := place.Glob(runs, "*/checkpoint.safetensors"); len(saved) != 2 {
		t.Errorf("%d checkpoints, want 2", len(saved))
	}
}

// The error of a run is said once, though others fail as well, or are stopped.
func TestSideBySideFails(t *testing.T) {
	args := []string{"-shape", "standard,line,bezier", "-seeds", "2", "-lr", "1e30"}
	out, err := sideBySide(t, t.TempDir(), "3", alone(t, t.TempDir()), args...).CombinedOutput()
	said := string(out)
	if err == nil || strings.Count(said, "kernel: ") != 1 || strings.Count(said, "diverged") != 1 {
		t.Errorf("%v: %s", err, tail(said))
	}
}
