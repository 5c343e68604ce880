package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gosubspace/subspace/speed"
)

// The figure of the recorded speed says of what was measured once that it was, and has an
// axis for each cost of its own: a step by endpoints would be flat on that of a step by
// width.
func TestSpeedFigure(t *testing.T) {
	r, there, err := speed.ReadRecord(filepath.Join("..", "notebooks", "results", "speed.json"))
	if err != nil || !there {
		t.Fatal(there, err)
	}
	f, err := speedFigure(r)
	if err != nil {
		t.Fatal(err)
	}
	panels, ranges := strings.Split(f.Alt, "\nPanel "), map[string]bool{}
	for _, p := range panels[1:] {
		ranges[regexp.MustCompile(`Vertical axis: [^.]+`).FindString(p)] = true
		memory := strings.Contains(p, "Memory by")
		if strings.Contains(p, "measured, once each: ") != memory || strings.Contains(p, "measured (median, quartiles): ") == memory {
			t.Errorf("it says %s", p)
		}
	}
	if len(panels) != 6 || len(ranges) != 5 {
		t.Errorf("%d panels have the ranges %v", len(panels)-1, ranges)
	}
}
