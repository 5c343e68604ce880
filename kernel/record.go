package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// hashFolders is a hash of what the project's Go programs are built from in these
// folders: go.mod, go.sum and Go files, without tests and what lies deeper.
func (p project) hashFolders(folders ...string) (string, error) {
	var all []byte
	for _, folder := range folders {
		entries, err := os.ReadDir(filepath.Join(p.dir, filepath.FromSlash(folder)))
		if err != nil {
			return "", err
		}
		for _, e := range entries {
			name := e.Name()
			if name != "go.mod" && name != "go.sum" && (!strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go")) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(folder), name))
			if err != nil {
				return "", err
			}
			all = fmt.Appendf(all, "%s/%s %s\n", folder, name, hash(text))
		}
	}
	return hash(all), nil
}
