package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The rooms behind the subcommands lean on each other in one direction.
func TestRooms(t *testing.T) {
	const rooms = "gosubspace/kernel/internal/"
	allowed := map[string]string{
		"program":  "",
		"folder":   "program",
		"jupyter":  "folder program",
		"checkout": "jupyter program",
		"setup":    "checkout folder jupyter program",
		"grid":     "program",
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, rooms+"...").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	packages := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(packages) != len(allowed) {
		t.Errorf("go list knows %d rooms of %d: %s", len(packages), len(allowed), out)
	}
	for _, line := range packages {
		paths := strings.Fields(line)
		from := strings.TrimPrefix(paths[0], rooms)
		to := strings.Fields(allowed[from])
		for _, path := range paths[1:] {
			if room, ours := strings.CutPrefix(path, rooms); ours && !slices.Contains(to, room) {
				t.Errorf("%s imports %s, which the architecture does not allow", from, room)
			}
		}
	}
}
