package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/experiment"
)

// What is no file is not waited for, as a pipe that nobody writes to would be.
func TestPageIsAFile(t *testing.T) {
	for _, path := range []string{os.DevNull, t.TempDir()} {
		if err := willBePage(path); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := willBePage(filepath.Join(t.TempDir(), "a [b]", "page.html")); err != nil {
		t.Error(err)
	}
}

// A run that is being made, or was interrupted, has no page; both are said in a line.
func TestExploreUnfinished(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "line-1")
	putUnfinished(t, dir)
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

// A file whose images are not on this machine has a page of the photographs beside it, in
// all a few seconds; without those there is none, and one line says why.
func TestExplorePhotographsAlone(t *testing.T) {
	t.Setenv("GOSUBSPACE_DATA", t.TempDir())
	t.Setenv("GOSUBSPACE_CIFAR10", "")
	dir := t.TempDir()
	file, err := os.ReadFile("../notebooks/results/endpoints/line.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "line.safetensors")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "page.html")
	status, said := call("explore", "-o", out, path)
	if status != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "CIFAR-10 is not on this machine; -data names a folder that has it") || !strings.Contains(said, "images.png") {
		t.Errorf("without photographs: exit status %d: %s", status, said)
	}
	for _, own := range []string{"mine", "tinyimagenet", "folder"} {
		if why := noImages(experiment.Config{Data: own}, ""); why == "" {
			t.Errorf("the images of %s are taken for known", own)
		}
	}
	backendtest.XLA(t) // elsewhere a page of this network takes a minute
	sheet, err := os.ReadFile("../notebooks/results/endpoints/images.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "images.png"), sheet, 0o644); err != nil {
		t.Fatal(err)
	}
	status, said = call("explore", "-o", out, path)
	page, err := os.ReadFile(out)
	if status != 0 || err != nil || !strings.Contains(said, "the page has the photographs beside the file alone: CIFAR-10 is not on this machine") {
		t.Fatalf("exit status %d, %v: %s", status, err, said)
	}
	if !strings.Contains(string(page), "No test images of this data set were there") || !strings.Contains(string(page), "alt=\"photograph 4, of class cat\"") {
		t.Error("the page does not say that it has the photographs alone")
	}
}

// An interrupted explore leaves nothing behind.
func TestExploreInterrupted(t *testing.T) {
	t.Setenv("GOSUBSPACE_DATA", t.TempDir())
	t.Setenv("GOSUBSPACE_CIFAR10", "")
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
