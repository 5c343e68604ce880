package checkout

import (
	"os"
	"path/filepath"
	"testing"

	"gosubspace/subspace/place"
)

// A checkout that a link leads to is the same one: else the kernel of cells would change
// hands between the two, with a word each time.
func TestFindByLink(t *testing.T) {
	dir := place.Real(t.TempDir())
	putText(t, dir, "go.mod", "module gosubspace\n\ngo 1.26.5\n")
	putText(t, dir, "environment.yml", "dependencies:\n  - python>=3.10\n  - pip\n  - pip:\n    - a==1.0\n")
	putText(t, dir, "notebooks/n.ipynb", "{}")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{dir, link, filepath.Join(link, "notebooks")} {
		if p, err := Find(from); err != nil || p.Dir != dir {
			t.Errorf("from %s it is %q, %v, want %s", from, p.Dir, err, dir)
		}
	}
}
