package checkout

import (
	"fmt"
	"os"
	"strings"
)

// A Slot is the place of a page, between two comments, that a subcommand writes.
type Slot struct {
	name    string
	command string // with its flags
	holds   string // what is written there
}

// Claims are what the recorded runs say of the paper's claims, Speed is how fast the
// project is.
var (
	Claims = Slot{"claims", "verify -write", "claims"}
	Speed  = Slot{"speed", "speed", "table"}
)

func (s Slot) begin() string {
	return "<!-- " + s.name + ": written by go run ./kernel " + s.command + " -->"
}
func (s Slot) end() string { return "<!-- " + s.name + ": end -->" }

// On reads a page and returns it with another table in the slot. A page that is not
// there, or that the slot does not begin on, has none: whether that is an error
// ([Slot.Lost]), who calls it knows.
func (s Slot) On(path, table string) (page string, there bool, err error) {
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), s.begin()) {
		return "", false, nil
	}
	page, err = s.fill(string(text), table)
	if err != nil {
		return "", true, fmt.Errorf("%s: %w", path, err)
	}
	return page, true, nil
}

// Lost is the error of a page that ought to have the slot and has lost its comments.
func (s Slot) Lost() error {
	return fmt.Errorf("there is no place for the %s: want the lines %s and %s, the table goes between them", s.holds, s.begin(), s.end())
}

// fill returns a page with what stands between the two comments replaced.
func (s Slot) fill(page, table string) (string, error) {
	before, rest, there := strings.Cut(page, s.begin())
	_, after, ended := strings.Cut(rest, s.end())
	if !there || !ended {
		return "", s.Lost()
	}
	return before + s.begin() + "\n\n" + strings.TrimSpace(table) + "\n\n" + s.end() + after, nil
}
