package jupyter_test

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"gosubspace/kernel/internal/jupyter"
)

// TestTraining runs a cell that trains as a reader's notebook does: what is saved is a
// line, a picture with its words, and what the cell prints. Run again, what is loaded
// leaves what it prints alone.
func TestTraining(t *testing.T) {
	s := ready(t, io.Discard)
	t.Setenv("GOSUBSPACE_RUNS", t.TempDir())
	const cell = "import (\n\t\"gosubspace/notebooks/lesson\"\n\t\"gosubspace/subspace/experiment\"\n)\n%%\n" +
		"c := experiment.Quick()\nc.Epochs, c.Points = 20, 3\nlesson.Train(c, \"line\", 2)"
	path := write(t, cell, strings.TrimPrefix(cell, cell[:strings.Index(cell, "%%")]))
	if o := s.Jupyter().Execute(t.Context(), path, path, 0, io.Discard); o.Problem != "" || o.Figures != 1 {
		t.Fatalf("%+v, want a figure", o)
	}
	nb, err := jupyter.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"text/plain; image/png text/plain; text/html; stdout", "stdout"} {
		var got []string
		for _, o := range nb.Cells[i].Outputs {
			kinds := slices.Sorted(maps.Keys(o.Data))
			if o.Type == "stream" {
				kinds = []string{o.Name}
			}
			got = append(got, strings.Join(kinds, " "))
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("cell %d is saved with %s, want %s", i+1, strings.Join(got, "; "), want)
		}
	}
	var line, words jupyter.Text
	first := nb.Cells[0].Outputs
	if json.Unmarshal(first[0].Data["text/plain"], &line) != nil || json.Unmarshal(first[1].Data["text/plain"], &words) != nil ||
		!strings.HasPrefix(string(line), "line: 2 runs in ") || !strings.Contains(string(words), "line, seed 2, training: 20 points") {
		t.Errorf("it is saved with %q and %q", line, words)
	}
}
