package paper

import (
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
)

// landscape is figure 1, the idea, computed: two networks trained apart, what
// lies between them, and a line trained as one.
var landscape = definition{
	title: "The loss landscape",
	methods: func(base experiment.Config) []Method {
		return []Method{
			row(Standard, base, "standard", onSurface),
			row("line, trained as one", base, "line", onSurface),
			row("straight between two networks", base, "line", independent),
			row("curve between two networks", base, "bezier", independent, onPlane),
		}
	},
	draw: []func(Rows) (*plots.Figure, error){Between, CurvePlane, Surfaces},
}

// Between draws accuracy and loss on the ways between two networks that were
// trained apart, and along a line that was trained as one.
func Between(all Rows) (*plots.Figure, error) {
	return alongRows("Between two networks", all, LossAxis)
}

// CurvePlane draws accuracy and loss on the plane of the Bézier curve between
// two networks that were trained apart, of the first seed, with the curve and the
// straight way between them.
func CurvePlane(all Rows) (*plots.Figure, error) {
	const name = "curve between two networks"
	if err := all.Check(); err != nil {
		return nil, err
	}
	runs, there := all.find(name)
	if !there {
		return nil, fmt.Errorf("no row is called %q: want the rows of figure 1", name)
	}
	if err := CheckRuns(runs, OnPlane); err != nil {
		return nil, fmt.Errorf("row %q: %w", name, err)
	}
	r := runs[0]
	g := r.Plane
	curve, straight := plots.Path{Name: "curve"}, plots.Path{Name: "straight"}
	for i := range 41 {
		alpha := float64(i) / 40
		x, y := g.Place(subspace.Bezier{}.At(alpha))
		curve.X, curve.Y = append(curve.X, x), append(curve.Y, y)
		x, y = g.Place(append(subspace.Line{}.At(alpha), 0))
		straight.X, straight.Y = append(straight.X, x), append(straight.Y, y)
	}
	figure := plots.Contours{Title: Titled("The plane of a curve between two networks", all), Note: MapNote([]experiment.Result{r})}
	for _, a := range []Axis{AccuracyAxis, LossAxis} {
		f := Field(g, a)
		f.Title, f.Marks = a.Title, f.Marks[:3]
		for i, name := range []string{"network 1", "network 2", "bend"} {
			f.Marks[i].Name = name
		}
		f.Paths = []plots.Path{curve, straight}
		figure.Fields = append(figure.Fields, f)
	}
	levelled(figure.Fields[1:])
	return figure.Draw()
}

// Surfaces draws the loss around the midpoints of the rows that were scored on a
// surface, of the first seed: filter-normalised directions, the same random
// numbers in both.
func Surfaces(all Rows) (*plots.Figure, error) {
	if err := all.Check(); err != nil {
		return nil, err
	}
	figure := plots.Surface{Title: Titled("The loss around a network", all)}
	var shown [][]experiment.Result
	for _, row := range all {
		if r := row.Results[0]; OnSurface.met(r) {
			f := Field(r.Surface, LossAxis)
			for i := range f.Marks {
				if r.Config.Shape == Standard && f.Marks[i].Name == "midpoint" { // of one network
					f.Marks[i].Name = "network"
				}
			}
			shown = append(shown, row.Results[:1])
			f.Title, f.XLabel, f.YLabel, f.High = row.Name, "direction 1", "direction 2", 5
			figure.Fields = append(figure.Fields, f)
		}
	}
	if len(figure.Fields) == 0 {
		return nil, fmt.Errorf("no row has a surface: the first, %s, %s", all[0].Results[0].Config.Name(), OnSurface.lacks)
	}
	figure.Note = MapNote(shown...)
	return figure.Draw()
}

// Barriers returns of each run the loss barrier between the ends of its curve, in
// nats: how far the test loss, at its worst place, rises above the straight line from
// the loss of the one end to that of the other (Frankle et al., "Linear Mode
// Connectivity and the Lottery Ticket Hypothesis", 2020, take the mean of the ends;
// this is the same where they are equal). Two networks with no barrier between them
// lie in one valley.
func Barriers(runs []experiment.Result) []float64 {
	return each(runs, func(r experiment.Result) (float64, bool) {
		alpha, loss := r.Along(NLL)
		if len(loss) < 2 {
			return 0, false
		}
		first, last, barrier := loss[0], loss[len(loss)-1], 0.0
		for i, a := range alpha {
			barrier = max(barrier, loss[i]-((1-a)*first+a*last))
		}
		return barrier, true
	})
}
