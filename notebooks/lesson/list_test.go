package lesson

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The table of a cell is that of the command, of the folder that runs are made in.
func TestListRuns(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	t.Setenv("GOSUBSPACE_RUNS", root)
	if said := printed(t, ListRuns); !strings.HasSuffix(said, "0 runs, 0 KB\n") {
		t.Errorf("of no runs it says %q", said)
	}
	if err := os.MkdirAll(filepath.Join(root, "half"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "half", "config.json"), []byte(`{"data": "digits", "shape": "line", "seed": 7}`), 0o644); err != nil {
		t.Fatal(err)
	}
	said := printed(t, ListRuns)
	for _, want := range []string{"run  ", "half", "interrupted", "1 run, "} {
		if !strings.Contains(said, want) {
			t.Errorf("it says\n%s\nwant %q in it", said, want)
		}
	}
}
