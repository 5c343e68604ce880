package main

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"gosubspace/kernel/internal/scratch"
)

// A kernel that was killed leaves its folder among the system's temporary files.
func TestUninstallAfterAKilledKernel(t *testing.T) {
	aHome(t)
	tmp, err := os.MkdirTemp("/tmp", "uninstall") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(tmp) })
	t.Setenv("TMPDIR", tmp)
	dir, live, err := scratch.Make()
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "kernel-1.json")
	live.(*net.UnixListener).SetUnlinkOnClose(false)
	live.Close()
	before := time.Now().Add(-time.Hour)
	if err := os.Chtimes(dir, before, before); err != nil {
		t.Fatal(err)
	}
	if err := uninstall(t.Context(), nil, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("%v stays, %v", left, err)
	}
}
