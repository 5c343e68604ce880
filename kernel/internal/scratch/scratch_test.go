package scratch

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A long TMPDIR has room for a folder, and for no socket: both are elsewhere then.
func TestMake(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("long ", 30))
	if err := os.Mkdir(long, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"/tmp", long} {
		t.Setenv("TMPDIR", where)
		dir, live, err := Make()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		defer live.Close()
		c, err := net.Dial("unix", live.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 || filepath.Dir(live.Addr().String()) != dir {
			t.Errorf("%s is open to others, or not where the socket %s is: %v, %v", dir, live.Addr(), info, err)
		}
	}
	if left, err := os.ReadDir(long); err != nil || len(left) != 0 {
		t.Errorf("%v stays in the long folder, %v", left, err)
	}
	t.Setenv("TMPDIR", filepath.Join(long, "gone"))
	if dir, _, err := Make(); dir != "" || err == nil {
		t.Errorf("in no folder: %q, %v", dir, err)
	}
}

// What a killed kernel leaves is removed; what runs, has only just begun, or is another's stays.
func TestSweep(t *testing.T) {
	tmp, err := os.MkdirTemp("/tmp", "sweep") // short enough for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(tmp) })
	t.Setenv("TMPDIR", tmp)
	kernel := func(killed bool, old time.Duration) string {
		dir, live, err := Make()
		if err != nil {
			t.Fatal(err)
		}
		if killed {
			live.(*net.UnixListener).SetUnlinkOnClose(false)
			live.Close()
		} else {
			t.Cleanup(func() { live.Close() })
		}
		at := time.Now().Add(-old)
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dead, alive, young := kernel(true, time.Hour), kernel(false, time.Hour), kernel(true, 0)
	elsewhere := kernel(true, time.Hour) // for all that can be seen from here
	if err := os.WriteFile(filepath.Join(elsewhere, host), []byte("another machine"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(tmp, "else")
	if err := os.Rename(kernel(true, time.Hour), other); err != nil {
		t.Fatal(err)
	}
	killedSetup, setup := filepath.Join(tmp, "gosubspace-compile-1"), filepath.Join(tmp, "gosubspace-compile-2")
	for dir, age := range map[string]time.Duration{killedSetup: 2 * old, setup: old / 2, filepath.Join(tmp, "gosubspace-mine-1"): 2 * old} {
		if err := os.MkdirAll(filepath.Join(dir, "x"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(tmp, name+"link")
	if err := os.Symlink(other, link); err != nil {
		t.Fatal(err)
	}
	Sweep()
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("what a killed kernel left stays: %v", err)
	}
	if _, err := os.Stat(killedSetup); !os.IsNotExist(err) {
		t.Errorf("what a killed set-up left stays: %v", err)
	}
	for _, dir := range []string{setup, filepath.Join(tmp, "gosubspace-mine-1")} {
		if _, err := os.Stat(dir); err != nil {
			t.Errorf("it went too: %v", err)
		}
	}
	for _, dir := range []string{alive, young, elsewhere, other, link} {
		if _, err := os.Lstat(filepath.Join(dir, socket)); err != nil {
			t.Errorf("it went too: %v", err)
		}
	}
}

// What runs in a kernel has its temporary files in the kernel's folder, where programs can
// be run there and paths are not too long.
func TestTemporary(t *testing.T) {
	const tmp = "/t"
	t.Setenv("TMPDIR", tmp+"/")
	for dir, want := range map[string]string{
		tmp + "/" + name + "1":                          tmp + "/" + name + "1",
		short + "/" + name + "1":                        tmp + "/",
		tmp + "/" + name + strings.Repeat("1", longest): tmp + "/",
	} {
		if got := Temporary(dir); got != want {
			t.Errorf("%s: %s, want %s", dir, got, want)
		}
	}
}
