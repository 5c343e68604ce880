package lesson

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// What a notebook was saved with under [RecordedFigure] is what the recorded runs, and
// package paper, say now: figures in words, budget, table and findings.
func TestSavedFigures(t *testing.T) {
	notebooks, err := filepath.Glob("../[^.]*.ipynb")
	if err != nil || len(notebooks) < 10 {
		t.Fatalf("%d notebooks, %v", len(notebooks), err)
	}
	call := regexp.MustCompile(`lesson\.RecordedFigure\((\d), "([\w-]+)"\)`)
	found := 0
	for _, path := range notebooks {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var notebook struct {
			Cells []struct {
				Type    string   `json:"cell_type"`
				Source  []string `json:"source"`
				Outputs []struct {
					Text []string `json:"text"`
					Data map[string]json.RawMessage
				}
			}
		}
		if err := json.Unmarshal(text, &notebook); err != nil {
			t.Fatal(err)
		}
		for _, cell := range notebook.Cells {
			asked := call.FindStringSubmatch(strings.Join(cell.Source, ""))
			if cell.Type != "code" || asked == nil {
				continue
			}
			found++
			var saved strings.Builder
			for _, o := range cell.Outputs {
				saved.WriteString(strings.Join(o.Text, ""))
				var lines []string
				if json.Unmarshal(o.Data["text/plain"], &lines) == nil {
					saved.WriteString(strings.Join(lines, "") + "\n")
				}
			}
			number, _ := strconv.Atoi(asked[1])
			for _, part := range recordedParts(t, number, asked[2]) {
				if !strings.Contains(saved.String(), strings.TrimSpace(part)) {
					t.Errorf("%s, figure %d: run it again, it was saved without\n%s", filepath.Base(path), number, part)
				}
			}
		}
	}
	if found < 7 {
		t.Errorf("%d recorded figures in the notebooks, want 7 or more", found)
	}
}

// recordedParts is what RecordedFigure shows.
func recordedParts(t *testing.T, number int, preset string) (parts []string) {
	base, err := experiment.Preset(preset)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := experiment.ReadRecord("../results")
	if err != nil {
		t.Fatal(err)
	}
	f, err := paper.ReadFigure(rec, number, base, "-preset "+preset)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Missing) > 0 && !f.Drawable() {
		return []string{f.Lacks()}
	}
	figures, err := f.Draw()
	if err != nil {
		t.Fatal(err)
	}
	for _, figure := range figures {
		if figure != nil {
			parts = append(parts, figure.Alt)
		}
	}
	parts = append(parts, f.Lacks(), f.Budget(), f.Table(paper.Plain))
	for _, x := range f.Findings() {
		parts = append(parts, x.String())
	}
	return parts
}
