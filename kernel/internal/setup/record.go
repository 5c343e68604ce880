package setup

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"gosubspace/subspace/place"
)

// recordName is the file of the record, in the home.
const recordName = "setup.json"

// A record remembers what set-up did, so that it is not done twice.
type record struct {
	Environment  string                       `json:"environment"`  // the Python environment in use
	Steps        map[string]string            `json:"steps"`        // a shared step's key when it was done
	Environments map[string]map[string]string `json:"environments"` // the other steps' keys, by environment
}

// in returns the steps of one environment. Each keeps its own, so that changing
// to another and back does nothing twice.
func (r record) in(e environment) map[string]string {
	if r.Environments[e.dir] == nil {
		r.Environments[e.dir] = map[string]string{}
	}
	return r.Environments[e.dir]
}

// readRecord reads the record; without a readable one everything is done anew.
func readRecord(home string) record {
	var r record
	text, err := os.ReadFile(filepath.Join(home, recordName))
	if err != nil || json.Unmarshal(text, &r) != nil {
		r = record{}
	}
	if r.Steps == nil {
		r.Steps = map[string]string{}
	}
	if r.Environments == nil {
		r.Environments = map[string]map[string]string{}
	}
	return r
}

func (r record) write(home string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return place.WriteFile(filepath.Join(home, recordName), append(text, '\n'))
}

// Forget removes the record, and what a write of it left that was cut off.
func Forget(home string) error {
	drafts, err := place.Glob(home, "."+recordName+".*")
	if err != nil {
		return err
	}
	for _, path := range append(drafts, filepath.Join(home, recordName)) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// KernelFolders returns the folders of our kernel in the environments that set-up
// has used, but in our own.
func KernelFolders(home, own string) []string {
	r := readRecord(home)
	used := map[string]bool{r.Environment: true}
	for dir := range r.Environments {
		used[dir] = true
	}
	delete(used, "")
	delete(used, own)
	var folders []string
	for _, dir := range slices.Sorted(maps.Keys(used)) {
		folders = append(folders, environment{dir: dir}.kernel())
	}
	return folders
}
