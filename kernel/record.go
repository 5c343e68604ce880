package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
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

// marker is the file that makes a folder ours.
const marker = ".gosubspace"

// mark makes a folder and puts the marker into it.
func mark(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, marker),
		[]byte("This folder belongs to gosubspace; `go run ./kernel uninstall` removes it.\n"), 0o644)
}

func isMarked(dir string) bool { return place.IsFile(filepath.Join(dir, marker)) }

// removeMarked removes a folder if it is ours. A folder that is not there is
// no error.
func removeMarked(dir string) error {
	if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if !isMarked(dir) {
		return fmt.Errorf("%s was not made by this command (it has no file %s): move it away, or set GOSUBSPACE_HOME to another folder", dir, marker)
	}
	// The marker goes last, and after it but the lock, which is known for ours too:
	// what is left of an interrupted removal still is.
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != marker && e.Name() != "lock" {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	for _, name := range []string{marker, "lock"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	err = os.Remove(dir)
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		return errors.Join(mark(dir), fmt.Errorf("%s is written to while it is being removed (%s): end what writes there, and do it again", dir, left[0].Name()))
	}
	return err
}
