package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"
)

// A run that is being made, or was interrupted, has no page; both are said in a line.
func TestExploreUnfinished(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "line-1")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"data": "digits", "shape": "line", "epochs": 3, "batch": 50, "train_images": 120}`), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "page.html")
	refused := func(want string) {
		t.Helper()
		status, said := call("explore", "-runs", root, "-o", out, "line")
		if status != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, want) {
			t.Errorf("exit status %d, want %q in a line: %s", status, want, said)
		}
		if _, err := os.Stat(out); err == nil {
			t.Error("there is a page")
		}
	}
	refused("run line-1 is interrupted: step 0 of 9: a page wants a finished one, train it to its end")
	lock := flock.New(filepath.Join(dir, "lock"))
	if held, err := lock.TryLock(); err != nil || !held {
		t.Fatal(held, err)
	}
	defer lock.Close()
	refused("run line-1 is being made (step 0 of 9): a page wants a finished one, wait for it")
}

// An interrupted explore leaves nothing behind.
func TestExploreInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	args := []string{"explore", "-o", filepath.Join(dir, "page.html"), "../notebooks/results/endpoints/line.safetensors"}
	if status := Main(ctx, args, &out, &out); status != 130 || !strings.Contains(out.String(), "interrupted: no page has been written") {
		t.Errorf("exit status %d, want 130: %s", status, &out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
