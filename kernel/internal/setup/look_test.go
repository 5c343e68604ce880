package setup

import (
	"os"
	"path/filepath"
	"testing"

	"gosubspace/subspace/place"
)

// A folder is judged by what it is for, and the variable that chose it is named.
func TestLookFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOSUBSPACE_RUNS", file)
	if got := lookFolder(file, nil, "GOSUBSPACE_RUNS"); got.Todo != "is a file: name a folder with GOSUBSPACE_RUNS" {
		t.Errorf("a file: %+v", got)
	}
	t.Setenv("GOSUBSPACE_RUNS", "")
	if got := lookFolder(file, nil, "GOSUBSPACE_RUNS"); got.Todo != "is a file: name a folder with GOSUBSPACE_HOME" {
		t.Errorf("a file below the home: %+v", got)
	}
	if got := lookFolder(dir, nil, "GOSUBSPACE_RUNS"); got.Todo != "" || got.Version != "1 inside" {
		t.Errorf("a folder: %+v", got)
	}
}

// An environment that cannot be written to is found out before anything is put there.
func TestCanWrite(t *testing.T) {
	dir := t.TempDir()
	if err := place.CanWrite(filepath.Join(dir, "share", "jupyter", "kernels")); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
	file := filepath.Join(dir, "share")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		t.Log("to root nothing is closed")
		return
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o755)
	if err := place.CanWrite(filepath.Join(dir, "kernels")); err == nil {
		t.Error("a folder that is closed can be written to")
	}
}

// A plugin's version is found whatever the environment is called.
func TestWheelVersion(t *testing.T) {
	for _, name := range []string{"course [2026]", "my [ML] #1 %d", "*"} {
		dir := filepath.Join(t.TempDir(), name)
		wheel := filepath.Join(dir, "env/lib/python3.12/site-packages/xla_cpu_pjrt-0.0.1.dist-info")
		if err := os.MkdirAll(wheel, 0o755); err != nil {
			t.Fatal(err)
		}
		if got := wheelVersion(filepath.Join(filepath.Dir(wheel), "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so")); got != "0.0.1" {
			t.Errorf("%q: the plugin's version is %q", name, got)
		}
	}
}
