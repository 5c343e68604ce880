package lesson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gosubspace/notebooks/lesson/live"
	"gosubspace/subspace"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/paper"
)

// figure is the live figure of [Explore]: it answers moves.
type figure struct {
	viewer   *explore.Viewer
	triangle *explore.Triangle // nil on a curve
	start    answer
	last     answer // the last with something to see
}

// spot is where the point is: at α of a curve, or at (x, y) of the plane through three
// corners.
type spot struct {
	Alpha   *float64 `json:"alpha,omitempty"`
	X       *float64 `json:"x,omitempty"`
	Y       *float64 `json:"y,omitempty"`
	Corners []int    `json:"corners,omitempty"`
}

// move is what a page says when the reader has moved the point.
type move struct {
	By    string             `json:"by"` // the page
	N     int                `json:"n"`  // counted by it
	Place spot               `json:"place"`
	How   explore.Statistics `json:"how"`
}

// answer is what all pages are told.
type answer struct {
	move
	Inside bool           `json:"inside"`
	Words  string         `json:"words"`            // the place in words
	Scores *[3]float64    `json:"scores,omitempty"` // accuracy, loss, ECE
	Top    [][][2]float64 `json:"top,omitempty"`    // of each image the likeliest classes with their probabilities
	Error  string         `json:"error,omitempty"`  // why there is nothing to see
	Took   float64        `json:"ms"`
	at     subspace.Weights
}

// mostOutside is how far outside of a curve α may be; a page's slider reaches less far.
const mostOutside = 10.0

// newFigure looks at the midpoint, which also compiles.
func newFigure(ctx context.Context, v *explore.Viewer) (*figure, error) {
	f := &figure{viewer: v}
	m := move{How: explore.Interpolated}
	if v.Reestimate > 0 {
		m.How = explore.Reestimated
	}
	if _, curve := v.Shape.(subspace.Curve); curve {
		m.Place.Alpha = new(0.5)
	} else {
		t, err := explore.NewTriangle(v.Shape)
		if err != nil {
			return nil, fmt.Errorf("nothing to move along in a %s: want a curve, or a simplex of 3 endpoints or more", paper.MethodName(v.Config))
		}
		if v.Plane != nil && len(v.Plane.Marks) >= 3 {
			t.Plane = paper.Triangle(*v.Plane)
		}
		f.triangle = &t
		x, y := t.Plane.Place(subspace.Simplex(3).Midpoint())
		m.Place = spot{X: &x, Y: &y, Corners: t.Corners[:]}
	}
	f.start = f.answer(ctx, m)
	f.last = f.start
	if f.start.Error != "" {
		return nil, errors.New(f.start.Error)
	}
	return f, nil
}

// answer looks at the network where the reader has moved the point. What is wrong with
// the place is part of the answer: the next one may be right.
func (f *figure) answer(ctx context.Context, m move) answer {
	began := time.Now()
	a := answer{move: m}
	if err := f.look(ctx, &a); err != nil {
		a.Error = err.Error()
	} else {
		f.last = a
	}
	a.Took = float64(time.Since(began).Microseconds()) / 1000
	return a
}

func (f *figure) look(ctx context.Context, a *answer) (err error) {
	p := a.Place
	if f.triangle == nil {
		if p.Alpha == nil || math.Abs(*p.Alpha) > mostOutside {
			return fmt.Errorf("no place on the curve: want α, at most %g", mostOutside)
		}
		if a.at, a.Inside, err = explore.Along(f.viewer.Shape, *p.Alpha); err != nil {
			return err
		}
		a.Words = fmt.Sprintf("α = %s", number(*p.Alpha))
	} else {
		t, err := explore.NewTriangle(f.viewer.Shape, p.Corners...)
		if err != nil {
			return err
		}
		t.Plane = f.triangle.Plane
		if p.X == nil || p.Y == nil || math.Abs(*p.X) > mostOutside*t.Plane.BX || math.Abs(*p.Y) > mostOutside*t.Plane.BX {
			return errors.New("no place in the triangle: want x and y")
		}
		a.at, a.Inside = t.At(*p.X, *p.Y)
		var shares []string
		for _, c := range t.Corners {
			shares = append(shares, fmt.Sprintf("%s × endpoint %d", number(a.at[c]), c+1))
		}
		a.Words = strings.Join(shares, ", ")
	}
	view, err := f.viewer.At(ctx, a.at, a.How)
	if err != nil {
		return err
	}
	if s := view.Scores; s != nil {
		a.Scores = &[3]float64{s.Accuracy, s.NLL, s.ECE}
	}
	if !numbers(view) {
		a.Scores = nil
		return fmt.Errorf("the network at %s has diverged: what it puts out is no number", a.Words)
	}
	for _, p := range view.Photographs {
		var top [][2]float64
		for _, g := range explore.Likeliest(p, 3) {
			top = append(top, [2]float64{float64(g.Class), g.Probability})
		}
		a.Top = append(a.Top, top)
	}
	return nil
}

// numbers reports whether all that is seen is a number: a network that has diverged, or
// is far outside, may put out others, which no page can be told.
func numbers(v explore.View) bool {
	if s := v.Scores; s != nil && !(finite(s.NLL) && finite(s.ECE)) {
		return false
	}
	for _, p := range v.Photographs {
		if slices.ContainsFunc(p, func(x float64) bool { return !finite(x) }) {
			return false
		}
	}
	return true
}

// number writes a coefficient with a minus sign, not a hyphen.
func number(c float64) string {
	if math.Abs(c) < 0.005 {
		c = 0
	}
	return strings.Replace(fmt.Sprintf("%.2f", c), "-", "−", 1)
}

// patience is how long a page has to answer until the cell ends by itself.
const patience = 5 * time.Second

// ends says how an exploration ended that the reader did not end.
var ends = map[error]string{
	live.ErrNowhere:  "No page can reach this cell, so this is a still picture. In JupyterLab, run it to move the point.",
	live.ErrNoWay:    "The kernel's way to the page is gone, so this is a still picture. Restart the kernel and run this cell to move the point.",
	live.ErrNoPage:   "No page answered, so this is a still picture. In JupyterLab, run this cell to move the point.",
	live.ErrWaiting:  "Another cell was to run, so this is a still picture. Run this cell alone to move the point.",
	live.ErrNoKernel: "The kernel let go of this cell, so this is a still picture. Run it again to move the point.",
}

// run shows the figure, answers moves until something ends it, and leaves a picture of
// the last state and of where that lies.
func (f *figure) run(ctx context.Context) error {
	still, err := f.still(f.start)
	if err != nil {
		return err
	}
	cell, end := live.Open()
	if end == nil {
		defer cell.Close()
		var page string
		if page, err = f.page(cell, still); err != nil {
			return err
		}
		if err = still.ShowUnder(cell.ID, page); err != nil {
			return err
		}
		end = f.talk(ctx, cell)
		if still, err = f.still(f.last); err != nil {
			return err
		}
		err = still.ShowUnder(cell.ID, "")
	} else {
		err = still.Show()
	}
	if err != nil {
		return err
	}
	if place, err := f.onMap(f.last); err != nil {
		return err
	} else if place != nil {
		if err := place.Show(); err != nil {
			return err
		}
	}
	switch words := ends[end]; {
	case words != "":
		fmt.Println(words)
	case end != live.ErrDone && ctx.Err() == nil:
		return end
	}
	return nil
}

// talk answers moves, the latest first, and says how it ended.
func (f *figure) talk(ctx context.Context, cell *live.Cell) error {
	if err := cell.Say(f.start); err != nil {
		return err
	}
	for {
		said, err := cell.Next(ctx, patience)
		if err != nil {
			return err
		}
		var m move
		if err := json.Unmarshal(said, &m); err != nil {
			continue // no page of ours
		}
		m.Place.Corners = slices.Clone(m.Place.Corners)
		if err := cell.Say(f.answer(ctx, m)); err != nil {
			return live.ErrNoKernel
		}
	}
}
