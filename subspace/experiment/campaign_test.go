package experiment

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// A campaign is remembered until all of its runs are made, and a file that is none is no
// obstacle.
func TestCampaign(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs [2026]")
	list := Campaign{Name: "two.txt", Runs: []Config{light().With("standard", 1), light()}}
	if err := list.Begin(root); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "cut"+campaignSuffix), []byte(`{"name": "cut", "ru`), 0o644); err != nil {
		t.Fatal(err)
	}
	for made, c := range list.Runs {
		open, err := Campaigns(root)
		if err != nil || !reflect.DeepEqual(open, []Campaign{list}) {
			t.Errorf("with %d made: %+v, %v", made, open, err)
		}
		all, err := FindRuns(root)
		if err != nil || len(all) != made {
			t.Errorf("%d runs, %v; want %d", len(all), err, made)
		}
		s := list.Stand(t.Context(), all)
		if s.Finished != made || s.At.Name != "" || (s.Left > 0) != (made > 0) {
			t.Errorf("with %d made it stands at %+v", made, s)
		}
		train(t, c, Options{Dir: root}).Close()
		if err := list.End(root); err != nil {
			t.Error(err)
		}
	}
	if open, err := Campaigns(root); err != nil || len(open) > 0 {
		t.Errorf("with all made: %v, %v", open, err)
	}
	if err := list.End(root); err != nil {
		t.Errorf("ended twice: %v", err)
	}
	if open, err := Campaigns(filepath.Join(root, "nowhere")); err != nil || len(open) > 0 {
		t.Errorf("of no folder: %v, %v", open, err)
	}
}
