package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What follows from recorded runs is not written over by what follows from none.
func TestVerifyKeepsWhatFollows(t *testing.T) {
	dir := t.TempDir()
	records, err := filepath.Glob("../notebooks/results/*.json")
	if err != nil || len(records) < 10 {
		t.Fatal(records, err)
	}
	for _, path := range append(records, "../notebooks/results/figures.md", "../notebooks/results/figure-3.png") {
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(path)), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	before := tree(t, dir)
	for _, c := range [][]string{
		{"other settings than those of the preset", "-epochs", "50"},
		{"no runs of preset quick are recorded", "-preset", "quick"},
	} {
		status, said := call(append([]string{"verify", "-results", dir, "-write", "-scores=false"}, c[1:]...)...)
		if status == 0 || !strings.Contains(said, c[0]) {
			t.Errorf("%v: exit status %d, want %q: %s", c[1:], status, c[0], said)
		}
		if after := tree(t, dir); !slices.Equal(after, before) {
			t.Errorf("%v: the folder had %v and has %v", c[1:], before, after)
		}
	}
}
