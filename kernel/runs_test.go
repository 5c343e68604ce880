package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"gosubspace/subspace/place/placetest"
)

// Only a clear yes takes something away.
func TestConfirmed(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "Yes\n": true, " yes \n": true, "yes": true,
		"": false, "\n": false, "n\n": false, "yess\n": false, "no, yes\n": false} {
		if got := confirmed(t.Context(), "sure? ", strings.NewReader(answer), io.Discard); got != want {
			t.Errorf("%q is %t, want %t", answer, got, want)
		}
	}
}

// Ctrl-C is an answer, also where nothing is typed.
func TestConfirmedInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, _ := io.Pipe() // nobody writes
	if confirmed(ctx, "sure? ", in, io.Discard) || confirmed(ctx, "sure? ", strings.NewReader("y\n"), io.Discard) {
		t.Error("an interrupted question was taken for answered")
	}
}

// putUnfinished makes a run's folder, as it is before the first step.
func putUnfinished(t *testing.T, dir string) {
	t.Helper()
	placetest.Write(t, filepath.Join(dir, "config.json"), `{"data": "digits", "shape": "line", "epochs": 3, "batch": 50, "train_images": 120}`)
}

// A run that is being made is listed so, and not taken away; nor is anything else then.
func TestDeleteWhileARunIsMade(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"line-1", "line-2"} {
		putUnfinished(t, filepath.Join(root, name))
	}
	lock := flock.New(filepath.Join(root, "line-1", "lock"))
	if held, err := lock.TryLock(); err != nil || !held {
		t.Fatal(held, err)
	}
	defer lock.Close()
	status, said := call("runs", "-runs", root)
	for _, want := range []string{"running", "interrupted", "step 0 of 9"} {
		if status != 0 || !strings.Contains(said, want) {
			t.Errorf("exit status %d, want %q: %s", status, want, said)
		}
	}
	status, said = call("runs", "delete", "-yes", "-runs", root, "line-2", "line-1")
	if status != 1 || !strings.Contains(said, "run line-1 is being made by another process: stop it first; nothing has been removed") {
		t.Errorf("exit status %d: %s", status, said)
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 2 {
		t.Errorf("%v are left, %v", left, err)
	}
}
