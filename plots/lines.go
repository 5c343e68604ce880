package plots

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is one curve: a value and optionally a band for every X.
type Series struct {
	// Name stands in the legend.
	Name string
	// X are the places, ascending; Y the values there, as many. A single point is drawn
	// larger than those of a line, and named in the legend without one.
	X, Y []float64
	// Low and High are the edges of the band, e.g. mean ∓ deviation over
	// seeds: as many as points, or none for no band.
	Low, High []float64
	// Style fixes colour, dashes and marker, 1 to 8, whatever else the figure shows, so
	// that a method looks the same in all figures. 0: the first that is free, by order of
	// appearance.
	Style int

	look *look // nil: by Style
}

// Reference is a value that does not depend on X, such as standard training's
// accuracy beside a line of networks: a horizontal line over the whole width.
type Reference struct {
	// Name stands in the legend.
	Name string
	// Y is the value. Low and High are the edges of its band; both 0 means
	// no band.
	Y, Low, High float64
	// Style fixes the colour to that of a [Series] of this Style, 1 to 8. 0: by order of
	// appearance.
	Style int
}

func (r Reference) band() bool { return r.Low != 0 || r.High != 0 }

// Lines is a figure, or one panel of [Panels], of quantities over one axis.
//
// An axis whose label contains α is a position on a line or a curve of networks,
// trained for α in [0, 1]. Points outside are welcome: the axis then says that
// they are extrapolation, and the space outside is shaded.
type Lines struct {
	// Title says what is to be seen. Required.
	Title string
	// XLabel and YLabel name the quantities with their units, e.g. "α" and
	// "test accuracy (%)". Required.
	XLabel, YLabel string
	// Series are the curves: one to eight.
	Series []Series
	// References are drawn behind them: none to six.
	References []Reference
	// Note is printed small below the figure and names what the numbers hang
	// on: backend and device first, then data, network, seeds. Required, as a
	// figure without it cannot be judged; in Panels, see there.
	Note string
	// Alt is the text alternative; empty means one made from the numbers.
	Alt string
	// Name is the file name without extension; empty means one made from Title.
	Name string

	behind []Series // drawn first, all under one name
	cover  *extent  // what the axes show at least; nil: no more than the numbers
}

// Draw draws the figure. It fails, naming series and index, when a number is NaN
// or infinite, when lengths differ, X does not ascend or Low exceeds High.
func (l Lines) Draw() (*Figure, error) {
	if err := cmp.Or(l.check(), checkLegend(l), checkNote(l.Note)); err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", l.Title, err)
	}
	var marks marking
	shown := l.marked(&marks)
	looks := assign([]Lines{shown}, pageWidth-2*margin)
	const height = 300
	p := shown.plot("", looks, pageWidth-2*margin, height)
	return page{
		title:  shown.Title,
		words:  l.Title,
		marks:  marks,
		legend: legend([]Lines{shown}, looks),
		height: height,
		draw:   func(c draw.Canvas) { p.Draw(c) },
		note:   shown.Note,
		zoom:   1,

		numbers: lineNumbers(l),
	}.figure(fileName(l.Name, l.Title), cmp.Or(l.Alt, "Line plot. "+l.words()+"\nNote: "+l.Note)+marks.legend())
}

// marked returns l as it is shown where the typeface lacks letters.
func (l Lines) marked(marks *marking) Lines {
	l.Title, l.Note = marks.of(l.Title), marks.of(l.Note)
	l.Series, l.References = slices.Clone(l.Series), slices.Clone(l.References)
	for i := range l.Series {
		l.Series[i].Name = marks.of(l.Series[i].Name)
	}
	for i := range l.References {
		l.References[i].Name = marks.of(l.References[i].Name)
	}
	return l
}

// assign gives every name of the panels, each so many units wide, its look, the same in
// all of them.
func assign(panels []Lines, width float64) map[string]look {
	looks := map[string]look{}
	taken := map[int]bool{}
	for _, l := range panels {
		for _, s := range l.Series {
			if _, ok := looks[s.Name]; !ok && s.look == nil && s.Style > 0 {
				looks[s.Name] = seriesLooks[s.Style-1]
				taken[s.Style] = true
			}
		}
	}
	next, references := 1, 0
	for _, l := range panels {
		for _, s := range l.Series {
			if _, ok := looks[s.Name]; ok {
				continue
			}
			if s.look != nil {
				looks[s.Name] = *s.look
				continue
			}
			for taken[next] && next < len(seriesLooks) {
				next++
			}
			looks[s.Name] = seriesLooks[(next-1)%len(seriesLooks)]
			next++
		}
		for _, r := range l.References {
			if _, ok := looks[r.Name]; !ok && r.Style > 0 {
				looks[r.Name] = referenceOf(r.Style)
			} else if !ok {
				looks[r.Name] = referenceLooks[references%len(referenceLooks)]
				references++
			}
		}
	}
	points := map[string]int{} // of a name, in the panel where it has most
	for _, l := range panels {
		for _, s := range l.Series {
			if s.look == nil {
				points[s.Name] = max(points[s.Name], len(s.X))
			}
		}
	}
	for name, n := range points {
		if n == 1 {
			alone := looks[name]
			alone.marker, alone.width = lone{alone.marker}, 0
			looks[name] = alone
		}
	}
	for _, l := range panels {
		for _, s := range l.behind {
			looks[s.Name] = *s.look
		}
		e := l.shown()
		for _, s := range l.Series {
			if n := len(s.X); crowded(n, (width-60)*(s.X[n-1]-s.X[0])/(e.xHigh-e.xLow)) {
				plain := looks[s.Name]
				plain.marker = nil
				looks[s.Name] = plain
			}
		}
	}
	return looks
}

// referenceOf is how the reference to what is drawn with a Style elsewhere is drawn: in
// its colour, as thin as the others.
func referenceOf(style int) look {
	of := seriesLooks[style-1]
	for _, l := range referenceLooks {
		if l.color == of.color {
			return l
		}
	}
	return look{color: of.color, dashes: []vg.Length{4, 1.5}, width: 1.6}
}

// legend lists the names of the panels, series first.
func legend(panels []Lines, looks map[string]look) []entry {
	var entries []entry
	add := func(name string, band bool) {
		for i := range entries {
			if entries[i].name == name {
				entries[i].band = entries[i].band || band
				return
			}
		}
		entries = append(entries, entry{name: name, look: looks[name], band: band})
	}
	for _, l := range panels {
		for _, s := range l.Series {
			add(s.Name, len(s.Low) > 0)
		}
	}
	for _, l := range panels {
		for _, r := range l.References {
			add(r.Name, r.band())
		}
		for _, s := range l.behind {
			add(s.Name, false)
		}
	}
	return entries
}

// plot builds the axes with everything on them, to be drawn on about width ×
// height units: that decides how many marks there are and where labels break.
func (l Lines) plot(title string, looks map[string]look, width, height float64) *plot.Plot {
	width, height = width-60, height-50 // without tick and axis labels
	broken := func(label string, style text.Style, room float64) string {
		return strings.Join(wrap(label, style, vg.Length(room)*unit), "\n")
	}
	label := face(labelSize, ink)
	p := axes(broken(title, bold(panelSize, ink), width), broken(l.xLabel(), label, width), broken(l.YLabel, label, height))
	e := l.shown()
	p.X.Min, p.X.Max = widen(e.xLow, e.xHigh, 0.025)
	p.Y.Min, p.Y.Max = widen(e.yLow, e.yHigh, 0.06)
	most := width / 60
	if span := e.xHigh - e.xLow; l.wholeX() && span <= 10 && span <= width/20 {
		most = max(most, span+1) // a few whole numbers are all marked
	}
	p.X.Tick.Marker = ticks{most: most, whole: l.wholeX(), halves: l.overAlpha()}
	p.Y.Tick.Marker = ticks{most: height / 35}
	if l.extrapolates() {
		p.Add(outside{0, 1})
	}
	grid := plotter.NewGrid()
	grid.Horizontal = draw.LineStyle{Color: gridInk, Width: unit}
	grid.Vertical = grid.Horizontal
	p.Add(grid)
	several := len(slices.DeleteFunc(slices.Clone(l.References), func(r Reference) bool { return !r.band() })) > 1
	for _, r := range l.References {
		if r.band() {
			p.Add(band{[]float64{p.X.Min, p.X.Max}, []float64{r.Low, r.Low}, []float64{r.High, r.High}, looks[r.Name], several})
		}
	}
	for _, s := range l.behind {
		p.Add(curve{s.X, s.Y, *s.look})
	}
	for _, s := range l.Series {
		if len(s.Low) > 0 {
			p.Add(band{s.X, s.Low, s.High, looks[s.Name], false})
		}
	}
	p.Add(frame{})
	for _, r := range l.References {
		p.Add(curve{[]float64{p.X.Min, p.X.Max}, []float64{r.Y, r.Y}, looks[r.Name]})
	}
	for _, s := range l.Series {
		p.Add(curve{s.X, s.Y, looks[s.Name]})
	}
	return p
}

func (l Lines) overAlpha() bool { return strings.Contains(l.XLabel, "α") }

// extrapolates says whether a point lies outside of what was trained.
func (l Lines) extrapolates() bool {
	e := l.extent()
	return l.overAlpha() && (e.xLow < 0 || e.xHigh > 1)
}

func (l Lines) xLabel() string {
	if l.extrapolates() {
		return l.XLabel + " (outside [0, 1]: extrapolation)"
	}
	return l.XLabel
}
