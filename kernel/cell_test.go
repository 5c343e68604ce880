package main

import "testing"

// A cell of the notebooks that draws a recorded run can be built and measured.
func TestMeasureCell(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	g, err := measureCell(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if x := g.Measurements[0]; x.N != 1 || !(x.Median > 0) {
		t.Errorf("measured %+v", x)
	}
}
