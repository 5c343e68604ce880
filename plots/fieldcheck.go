package plots

import (
	"errors"
	"fmt"
	"math"
)

// maxMarks and maxPaths are how many a field holds without hiding its values.
const maxMarks, maxPaths = 8, 4

// checkFields reports the first thing that keeps the fields from being drawn.
func checkFields(fields []Field, most int) error {
	if n := len(fields); n < 1 || n > most {
		return fmt.Errorf("it has %d Fields, want 1 to %d; use several figures", n, most)
	}
	paths := map[string]bool{}
	for i, f := range fields {
		if err := f.check(len(fields) > 1); err != nil {
			return fmt.Errorf("field %d (%q): %w", i, f.Title, err)
		}
		for _, p := range f.Paths {
			paths[p.Name] = true
		}
	}
	if len(paths) > maxPaths {
		return fmt.Errorf("%d names of paths, at most %d can be told apart; use several figures", len(paths), maxPaths)
	}
	return nil
}

func (f Field) check(titled bool) error {
	if titled {
		if err := checkTitle(f.Title); err != nil {
			return err
		}
	}
	if f.XLabel == "" || f.YLabel == "" || f.ZLabel == "" {
		return fmt.Errorf("its XLabel is %q, its YLabel %q and its ZLabel %q; all three need a label with its unit", f.XLabel, f.YLabel, f.ZLabel)
	}
	for _, check := range []func() error{f.checkGrid, f.checkValues, f.checkLevels, f.checkMarks, f.checkPaths} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (f Field) checkGrid() error {
	for _, axis := range []struct {
		name   string
		values []float64
	}{{"X", f.X}, {"Y", f.Y}} {
		if len(axis.values) < 2 {
			return fmt.Errorf("it has %d values of %s, want at least 2; a field needs two grid lines each way", len(axis.values), axis.name)
		}
		for i, v := range axis.values {
			if !finite(v) {
				return fmt.Errorf("its %s[%d] is %v, want a finite number; find out where the value comes from", axis.name, i, v)
			}
			if i > 0 && v <= axis.values[i-1] {
				return fmt.Errorf("its %s[%d] = %v does not exceed %s[%d] = %v; sort the grid lines, with Z", axis.name, i, v, axis.name, i-1, axis.values[i-1])
			}
		}
	}
	wide, tall := f.X[len(f.X)-1]-f.X[0], f.Y[len(f.Y)-1]-f.Y[0]
	if wide > 4*tall || tall > 4*wide {
		return fmt.Errorf("it measures %s × %s, at most 4 times as long as wide can be drawn to one measure; choose a squarer part of the plane", number(wide), number(tall))
	}
	return nil
}

func (f Field) checkValues() error {
	if len(f.Z) != len(f.Y) {
		return fmt.Errorf("%d rows of Z for %d values of Y; give one row for each, Z[i][j] at Y[i] and X[j]", len(f.Z), len(f.Y))
	}
	for i, row := range f.Z {
		if len(row) != len(f.X) {
			return fmt.Errorf("its Z[%d] has %d values for %d of X; give one for each, Z[i][j] at Y[i] and X[j]", i, len(row), len(f.X))
		}
		for j, z := range row {
			if math.IsInf(z, 0) {
				return fmt.Errorf("its Z[%d][%d] is %v, want a finite number; put NaN for a point that could not be evaluated", i, j, z)
			}
		}
	}
	if f.missing() == len(f.X)*len(f.Y) {
		return errors.New("all of its Z are NaN; there is nothing to show")
	}
	return nil
}

func (f Field) checkLevels() error {
	switch {
	case !finite(f.Low) || !finite(f.High) || f.Low > f.High || f.Low == f.High && f.Low != 0:
		return fmt.Errorf("its colours run from Low = %v to High = %v; let Low be the lesser, or leave both 0 for the range of Z", f.Low, f.High)
	case len(f.Levels) == 0:
		return nil
	case len(f.Levels) < 2 || len(f.Levels) > 20:
		return fmt.Errorf("it has %d Levels, want 2 to 20; leave them out for round numbers", len(f.Levels))
	case f.Low != f.High:
		return errors.New("it has both Levels and Low or High; leave one out, the Levels' first and last cut off too")
	}
	for i, level := range f.Levels {
		if !finite(level) || i > 0 && level <= f.Levels[i-1] {
			return fmt.Errorf("its Levels[%d] is %v; give finite numbers that ascend", i, level)
		}
	}
	return nil
}

func (f Field) checkMarks() error {
	if len(f.Marks) > maxMarks {
		return fmt.Errorf("%d Marks, at most %d find room; leave some out", len(f.Marks), maxMarks)
	}
	for i, m := range f.Marks {
		if m.Name == "" {
			return fmt.Errorf("mark %d has no Name; say what is there", i)
		}
		if err := f.checkInside(m.X, m.Y); err != nil {
			return fmt.Errorf("mark %d (%q): %w", i, m.Name, err)
		}
	}
	return nil
}

func (f Field) checkPaths() error {
	names := map[string]bool{}
	for i, p := range f.Paths {
		if p.Name == "" || names[p.Name] {
			return fmt.Errorf("path %d is named %q; the legend needs a Name, and different ones", i, p.Name)
		}
		names[p.Name] = true
		if len(p.X) != len(p.Y) || len(p.X) < 2 {
			return fmt.Errorf("path %d (%q) has %d values of X and %d of Y; give as many of either, at least 2", i, p.Name, len(p.X), len(p.Y))
		}
		for k := range p.X {
			if err := f.checkInside(p.X[k], p.Y[k]); err != nil {
				return fmt.Errorf("path %d (%q), point %d: %w", i, p.Name, k, err)
			}
		}
	}
	return nil
}

// checkInside reports a place that the field does not cover.
func (f Field) checkInside(x, y float64) error {
	xLow, xHigh, yLow, yHigh := f.X[0], f.X[len(f.X)-1], f.Y[0], f.Y[len(f.Y)-1]
	// A rounding error beyond the edge is no reason to draw nothing.
	slack := 1e-9 * max(xHigh-xLow, yHigh-yLow)
	if x >= xLow-slack && x <= xHigh+slack && y >= yLow-slack && y <= yHigh+slack {
		return nil
	}
	return fmt.Errorf("(%v, %v) lies outside of the field, %v to %v by %v to %v; widen the grid or leave it out", x, y, xLow, xHigh, yLow, yHigh)
}
