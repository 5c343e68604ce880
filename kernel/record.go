package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	"gosubspace/subspace/place"
)

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
	text, err := os.ReadFile(filepath.Join(home, "setup.json"))
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
	return place.WriteFile(filepath.Join(home, "setup.json"), append(text, '\n'))
}
