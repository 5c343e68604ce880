package plots

import (
	"fmt"
	"strings"
	"testing"
)

// Panels of one quantity over one axis have one range, so that heights can be compared;
// those of others keep theirs. Their words tell the axes as they are drawn.
func TestOneQuantityOneRange(t *testing.T) {
	panel := func(label string, y ...float64) Lines {
		return Lines{Title: "t", XLabel: "x", YLabel: label, Series: []Series{{Name: "s", X: alphas(0, 1, len(y)), Y: y}}}
	}
	over := panel("ECE (%)", 7, 8)
	over.XLabel = "another"
	three := aligned([]Lines{panel("ECE (%)", 1, 2), panel("ECE (%)", 40, 30), panel("ECE (%)", 3, 3), panel("accuracy (%)", 90, 91), over})
	for i, want := range []extent{{0, 1, 1, 40}, {0, 1, 1, 40}, {0, 1, 1, 40}, {0, 1, 90, 91}, {0, 1, 7, 8}} {
		if got := three[i].shown(); got != want {
			t.Errorf("panel %d shows %v, want %v", i, got, want)
		}
		if axis := fmt.Sprintf(", %s to %s.", number(want.yLow), number(want.yHigh)); !strings.Contains(three[i].words(), axis) {
			t.Errorf("panel %d shows %v and says %s", i, want, three[i].words())
		}
		looks := assign(three, 300)
		p, q := three[i].plot("", looks, 300, 260), three[0].plot("", looks, 300, 260)
		if i < 3 && (p.Y.Min != q.Y.Min || p.Y.Max != q.Y.Max) {
			t.Errorf("panel %d is drawn from %v to %v, panel 0 from %v to %v", i, p.Y.Min, p.Y.Max, q.Y.Min, q.Y.Max)
		}
	}
}

// While a run trains the axes stay as they are.
func TestAxesOfTraining(t *testing.T) {
	for n := 2; n < 120; n += 20 {
		c := curvesAtWork()
		c.Behind = nil
		train := &c.Runs[0].Train
		train.Loss, train.Accuracy = train.Loss[:n], train.Accuracy[:n]
		panels, err := c.panels()
		if err != nil {
			t.Fatal(err)
		}
		loss, accuracy := panels[0].shown(), panels[1].shown()
		if loss.xHigh != 200 || loss.yLow != 0 || accuracy != (extent{1, 200, 0, 100}) {
			t.Errorf("after %d epochs the axes show %v and %v", n, loss, accuracy)
		}
	}
}

// Runs in black and white: training of each style has dashes of its own, a test markers,
// or dashes where its points are too many for markers.
func TestCurvesWithoutColour(t *testing.T) {
	seen := map[string]int{}
	for style := 1; style <= len(seriesLooks); style++ {
		for name, points := range map[string]int{"few": 20, "many": 200} {
			h := History{Style: style, Test: Course{Loss: make([]float64, points)}}
			train, test := h.looks()
			if len(train.dashes) == 0 {
				t.Errorf("training of style %d is solid", style)
			}
			if name == "few" {
				seen["training "+words(train)]++
			}
			seen["test of "+name+words(test)]++
			if train.width >= test.width {
				t.Errorf("style %d: training is drawn as thick as the test", style)
			}
		}
	}
	for look, n := range seen {
		if n > 1 {
			t.Errorf("%d styles look alike without their colour: %s", n, look)
		}
	}
}

// words tells a look without its colour.
func words(l look) string {
	return strings.Join([]string{"", fmt.Sprint(l.dashes), fmt.Sprintf("%#v", l.marker)}, " ")
}

// A row, and a line of reference, has the colour of its method, whatever stands beside it.
func TestColourOfAMethod(t *testing.T) {
	for style := range seriesLooks {
		want := seriesLooks[style].color
		r := Reference{Name: "r", Y: 1, Style: style + 1}
		l := Lines{Series: []Series{{Name: "s", X: []float64{0, 1}, Y: []float64{0, 1}}}, References: []Reference{{Name: "before", Y: 2}, r}}
		if got := assign([]Lines{l}, 600)["r"]; got.color != want || len(got.dashes) == 0 {
			t.Errorf("a reference of style %d is drawn as %+v", style+1, got)
		}
		m := Method{Name: "m", Group: "g", Style: style + 1}
		for _, p := range []Comparison{{Methods: []Method{m}}, {Methods: []Method{{Name: "o", Group: "h"}, m}}} {
			if got := p.look(m).color; got != want {
				t.Errorf("a row of style %d has the colour %v", style+1, got)
			}
		}
	}
	for _, wrong := range []int{-1, 9} {
		l := sampleLines()
		l.References[0].Style = wrong
		c := sampleComparison()
		c.Methods[0].Style = wrong
		for _, d := range []interface{ Draw() (*Figure, error) }{l, c} {
			if _, err := d.Draw(); err == nil || !strings.Contains(err.Error(), "want 1 to 8") {
				t.Errorf("of a style %d it says %v", wrong, err)
			}
		}
	}
}

// What the schematics say of their formulas is so.
func TestSchematicsSayWhatIs(t *testing.T) {
	if got := stepShare(stepAlpha, stepAlpha); got != 0.625 {
		t.Errorf("the point drawn moves by %v of a step", got)
	}
	if a, b, c := stepShare(stepAlpha, 0), stepShare(stepAlpha, 1), stepShare(0.5, 0.3); a != 0.25 || b != 0.75 || c != 0.5 {
		t.Errorf("the ends move by %v and %v, by a step at the midpoint a point by %v", a, b, c)
	}
	ends, top := barrierLoss(betweenStraight(0)), barrierLoss(betweenStraight(0.5))
	if top < 5*ends {
		t.Errorf("the loss is %v at a network and %v halfway: no barrier", ends, top)
	}
	for _, alpha := range alphas(0, 1, 101) {
		if l := barrierLoss(betweenCurved(alpha)); l > 1.3*ends {
			t.Errorf("at α = %v of the curve the loss is %v, at a network %v", alpha, l, ends)
		}
	}
}

// A run without a Style gets the first that no other has, wherever it stands.
func TestCurvesFreeStyles(t *testing.T) {
	course := Course{Loss: []float64{2, 1}}
	run := func(name string, style int) History { return History{Name: name, Style: style, Train: course} }
	panels, err := Curves{Title: "t", Note: "n", Runs: []History{run("a", 0), run("b", 1), run("c", 0)}}.panels()
	if err != nil {
		t.Fatal(err)
	}
	for i, style := range []int{2, 1, 3} {
		if got, want := panels[0].Series[i].look.color, seriesLooks[style-1].color; got != want {
			t.Errorf("run %d has the colour %v, want that of style %d, %v", i, got, style, want)
		}
	}
}
