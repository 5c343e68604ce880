package plots

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// check reports the first thing that keeps l from being drawn.
func (l Lines) check() error {
	if err := checkTitle(l.Title); err != nil {
		return err
	}
	if l.XLabel == "" || l.YLabel == "" {
		return fmt.Errorf("its XLabel is %q and its YLabel is %q; both axes need a label with its unit", l.XLabel, l.YLabel)
	}
	if len(l.Series) == 0 {
		return errors.New("there is no Series; give at least one")
	}
	names := map[string]bool{}
	for i, s := range l.Series {
		if err := s.check(); err != nil {
			return fmt.Errorf("series %d (%q): %w", i, s.Name, err)
		}
		names[s.Name] = true
	}
	for i, r := range l.References {
		if err := r.check(); err != nil {
			return fmt.Errorf("reference %d (%q): %w", i, r.Name, err)
		}
		names[r.Name] = true
	}
	for i, s := range l.behind {
		if err := s.check(); err != nil {
			return fmt.Errorf("line %d behind the others (%q): %w", i, s.Name, err)
		}
	}
	if len(names) < len(l.Series)+len(l.References) {
		return errors.New("two series or references have the same Name; the legend needs different ones")
	}
	return nil
}

// checkLegend reports when the panels have more names than looks.
func checkLegend(panels ...Lines) error {
	series, references := map[string]bool{}, map[string]bool{}
	for _, l := range panels {
		for _, s := range l.Series {
			series[s.Name] = true
		}
		for _, r := range l.References {
			references[r.Name] = true
		}
	}
	if len(series) > len(seriesLooks) || len(references) > len(referenceLooks) {
		return fmt.Errorf("%d series and %d references, at most %d and %d can be told apart; use several figures",
			len(series), len(references), len(seriesLooks), len(referenceLooks))
	}
	return nil
}

func checkTitle(title string) error {
	if strings.TrimSpace(title) == "" {
		return errors.New("the Title is empty; say what is to be seen, the text alternative begins with it")
	}
	return nil
}

func checkNote(note string) error {
	if strings.TrimSpace(note) == "" {
		return errors.New("the Note is empty; name backend and device, data and number of seeds")
	}
	return nil
}

func (s Series) check() error {
	if s.Name == "" {
		return errors.New("its Name is empty; the legend needs one")
	}
	if s.Style < 0 || s.Style > len(seriesLooks) {
		return fmt.Errorf("its Style is %d, want 1 to %d, or 0 for the first that is free", s.Style, len(seriesLooks))
	}
	n := len(s.X)
	if n == 0 {
		return errors.New("it has no points; leave it out or give at least one")
	}
	if len(s.Y) != n {
		return fmt.Errorf("%d values of X, but %d of Y; give one Y for every X", n, len(s.Y))
	}
	if len(s.Low) != len(s.High) || len(s.Low) != 0 && len(s.Low) != n {
		return fmt.Errorf("%d values of Low and %d of High for %d points; give one of each for every point, or neither for no band", len(s.Low), len(s.High), n)
	}
	for _, f := range []struct {
		name   string
		values []float64
	}{{"X", s.X}, {"Y", s.Y}, {"Low", s.Low}, {"High", s.High}} {
		for i, v := range f.values {
			if !finite(v) {
				return fmt.Errorf("its %s[%d] is %v, want a finite number; leave the point out, or find out where the value comes from", f.name, i, v)
			}
		}
	}
	for i := range n {
		if i > 0 && s.X[i] <= s.X[i-1] {
			return fmt.Errorf("its X[%d] = %v does not exceed X[%d] = %v; sort the points by X, one point for every X", i, s.X[i], i-1, s.X[i-1])
		}
		if len(s.Low) > 0 && s.Low[i] > s.High[i] {
			return fmt.Errorf("its Low[%d] = %v exceeds High[%d] = %v; exchange them", i, s.Low[i], i, s.High[i])
		}
	}
	return nil
}

func (r Reference) check() error {
	if r.Name == "" {
		return errors.New("its Name is empty; the legend needs one")
	}
	if !finite(r.Y) || !finite(r.Low) || !finite(r.High) {
		return fmt.Errorf("its Y, Low, High are %v, %v, %v, want finite numbers; leave the reference out, or find out where the value comes from", r.Y, r.Low, r.High)
	}
	if r.Low > r.High {
		return fmt.Errorf("its Low = %v exceeds High = %v; exchange them", r.Low, r.High)
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
