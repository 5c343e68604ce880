package place

import (
	"strings"
	"testing"
)

// A ~ that no shell has replaced makes no folder of that name.
func TestTilde(t *testing.T) {
	for variable, folder := range map[string]func() (string, error){"GOSUBSPACE_HOME": Home, "GOSUBSPACE_DATA": Data, "GOSUBSPACE_RUNS": Runs, ProgramsVariable: Programs} {
		for _, dir := range []string{"~", "~/x"} {
			t.Setenv(variable, dir)
			if path, err := folder(); err == nil || !strings.HasPrefix(err.Error(), variable+"="+dir+": no shell has replaced the ~") {
				t.Errorf("%s=%s is %q, %v", variable, dir, path, err)
			}
		}
		t.Setenv(variable, "")
	}
	t.Setenv("GOSUBSPACE_RUNS", "/data/~x")
	if path, err := Runs(); err != nil || path != "/data/~x" {
		t.Errorf("%q, %v", path, err)
	}
}

// A path that is said in Go, or by a cell, is no shell's either.
func TestNoTilde(t *testing.T) {
	for path, fine := range map[string]bool{"~": false, "~/figs/a.png": false, "./~/a.png": true, "~a": true, "a/~": true, "": true} {
		if err := NoTilde("Dir "+path, path); (err == nil) != fine || err != nil && !strings.HasPrefix(err.Error(), "Dir "+path+": no shell") {
			t.Errorf("%q: %v", path, err)
		}
	}
}
