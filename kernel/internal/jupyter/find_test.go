package jupyter

import (
	"os"
	"path/filepath"
	"testing"
)

// A notebook that is named twice, by itself or by its folder, is one.
func TestFindOnce(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.ipynb", "b.ipynb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	paths, err := Find(dir, []string{"b", "a", filepath.Join(dir, "b.ipynb"), dir})
	if err != nil || len(paths) != 2 || filepath.Base(paths[0]) != "b.ipynb" {
		t.Errorf("found are %v, %v", paths, err)
	}
}
