package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/subspace/place/placetest"
)

// Notebooks and what verify looks for are found whatever the checkout is called.
func TestFoldersOfAnyName(t *testing.T) {
	for _, name := range []string{"course [2026]", "my [ML] #1 %d", "*"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := aProject(dir); err != nil {
			t.Fatal(err)
		}
		p, err := checkout.Find(dir)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := jupyter.Find(p.Notebooks(), nil); err != nil || len(found) != 1 {
			t.Errorf("%q: notebooks %v, %v; want one", name, found, err)
		}
		if books, err := jupyter.ReadAll(p.Notebooks()); err != nil || len(books) != 1 {
			t.Errorf("%q: %d notebooks read, %v; want one", name, len(books), err)
		}

		var picture, stdout bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "figure-3.png"), picture.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		v := &verifier{dir: dir, stdout: &stdout}
		if err := v.stale(v.dir, nil, nil); err != nil || v.wrong != 1 || !strings.Contains(stdout.String(), "figure-3.png is there") {
			t.Errorf("%q: a stale figure: %d wrong, %v, %s", name, v.wrong, err, &stdout)
		}
		placetest.Write(t, filepath.Join(dir, "endpoints", "line.safetensors"), "none")
		if err := v.scores(t.Context(), scoring{}); err != nil || v.wrong != 2 {
			t.Errorf("%q: a broken subspace: %d wrong, %v, %s", name, v.wrong, err, &stdout)
		}
	}
}
