package folder

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gosubspace/subspace/place"
)

// A writer that interrupts as soon as something is said.
type interrupter struct {
	bytes.Buffer
	cancel func()
}

func (i *interrupter) Write(p []byte) (int, error) {
	i.cancel()
	return i.Buffer.Write(p)
}

func TestLockWaitsAloud(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	var quiet bytes.Buffer
	unlock, err := Lock(t.Context(), home, &quiet)
	if err != nil || quiet.Len() > 0 {
		t.Fatalf("error %v, said %q", err, &quiet)
	}
	ctx, cancel := context.WithCancel(t.Context())
	said := &interrupter{cancel: cancel}
	if _, err := Lock(ctx, home, said); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the interrupt", err)
	}
	if got := said.String(); !strings.Contains(got, "another set-up is running") || strings.Count(got, "\n") != 1 {
		t.Errorf("said %q, want one line", got)
	}
	unlock()
	unlock, err = Lock(t.Context(), home, &quiet)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

// A link to a folder of ours is its owner's: what is in the folder goes, link and folder
// stay.
func TestRemoveLinked(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := errors.Join(Mark(real), os.WriteFile(filepath.Join(real, "x"), nil, 0o644), os.Symlink(real, link)); err != nil {
		t.Fatal(err)
	}
	if err := Remove(link); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(link); err != nil || len(left) != 0 {
		t.Errorf("behind the link there are %v, %v", left, err)
	}
	if err := Remove(link); err != nil {
		t.Errorf("removed again: %v", err)
	}
	if err := Mark(link); err != nil || !IsMarked(real) {
		t.Errorf("it cannot be used again: %v", err)
	}
	if err := Remove(real); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(real); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder itself is there: %v", err)
	}
}

// TestLockOfRemovedFolder sees that one who waited while the folder was removed
// locks the new one.
func TestLockOfRemovedFolder(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	unlock, err := Lock(t.Context(), home, new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	said := &interrupter{cancel: func() {
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
		unlock()
	}}
	second, err := Lock(t.Context(), home, said)
	if err != nil {
		t.Fatal(err)
	}
	defer second()
	if !place.IsFile(filepath.Join(home, "lock")) {
		t.Error("the lock that is held is not in the folder")
	}
}
