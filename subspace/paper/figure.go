package paper

import (
	"cmp"
	"fmt"
	"slices"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
)

// Figure is a figure of the paper, by the methods that it compares.
type Figure struct {
	Number  int
	Title   string
	Methods []Method
}

// Method is what one row, line or panel of a figure shows: a configuration, and
// what the figure calls it.
type Method struct {
	Name   string
	Config experiment.Config // with the first seed
}

// definition is all that the package knows of a figure.
type definition struct {
	title   string
	methods func(base experiment.Config) []Method
	draw    []func(Rows) (*plots.Figure, error) // a picture each
	alone   bool                                // its first method makes a picture by itself
	lines   func(t *lines, m Method)            // adds the lines of its table that are of a method; nil: no table
	claims  func(c *claims)                     // adds what the paper says; nil: nothing
}

var figures = [...]definition{landscape, plane, curve, simplex, calibration, corruption, labelNoise}

// definition returns what is known of the figure; nothing where it is none of the paper's.
func (f Figure) definition() definition {
	if f.Number < 1 || f.Number > Figures {
		return definition{}
	}
	return figures[f.Number-1]
}

// Figures is the number of figures.
const Figures = len(figures)

// NewFigure returns figure number 1 to [Figures] after Wortsman et al. 2021, numbered as
// in the notebooks (see Deviations in subspace/README.md), all of its methods with the settings of base: a preset, perhaps changed. Where base
// says nothing of a grid, a validation split or a rate, the figure does.
func NewFigure(number int, base experiment.Config) (Figure, error) {
	if number < 1 || number > Figures {
		return Figure{}, fmt.Errorf("there is no figure %d: want 1 to %d", number, Figures)
	}
	d := figures[number-1]
	f := Figure{number, d.title, d.methods(base)}
	for _, m := range f.Methods {
		if err := m.Config.Check(); err != nil {
			return f, fmt.Errorf("figure %d, %s: %w", number, m.Name, err)
		}
	}
	return f, f.heeds(base)
}

// heeds reports an addition that base asks for and that no method of the figure
// has: it would be left out without a word.
func (f Figure) heeds(base experiment.Config) error {
	for _, addition := range []struct {
		name  string
		asked func(c experiment.Config) bool
	}{
		{"dropout", func(c experiment.Config) bool { return c.Dropout > 0 }},
		{"label smoothing", func(c experiment.Config) bool { return c.Smoothing > 0 }},
		{"SAM", func(c experiment.Config) bool { return c.Rho > 0 }},
		{"weight averaging", func(c experiment.Config) bool { return c.SWA != "" && c.SWA == base.SWA }},
		{"independent networks", func(c experiment.Config) bool { return c.Independent }},
		{"a moving average of the weights", func(c experiment.Config) bool { return c.EMA > 0 }},
		{"endpoints made of other runs' networks", func(c experiment.Config) bool { return c.Made != "" }},
		{"a volume", func(c experiment.Config) bool { return c.Volume > 0 }},
		{"snapshots", func(c experiment.Config) bool { return c.Snapshots }},
		{"a batch in chunks", func(c experiment.Config) bool { return c.Chunks > 1 }},
		{"wrong labels of any class", func(c experiment.Config) bool { return c.AnyClass && c.WrongLabels > 0 }},
		{"a grid over the plane", func(c experiment.Config) bool { return c.Plane > 0 }},
		{"a grid around the midpoint", func(c experiment.Config) bool { return c.Surface > 0 }},
		{"a grid and its images", func(c experiment.Config) bool { return c.GridImages > 0 }},
		{"published corrupted test sets", func(c experiment.Config) bool { return c.Published && c.Corrupt != "" }},
	} {
		if addition.asked(base) && !slices.ContainsFunc(f.Methods, func(m Method) bool { return addition.asked(m.Config) }) {
			return fmt.Errorf("figure %d has no method with %s: leave it out, or train a shape with it", f.Number, addition.name)
		}
	}
	return nil
}

// Runs returns the configurations of all methods under so many seeds, from the
// base's on: seed by seed, so that a figure can be drawn early.
func (f Figure) Runs(seeds int) (runs []experiment.Config) {
	for i := range seeds {
		for _, m := range f.Methods {
			runs = append(runs, m.Config.With(m.Config.Shape, m.Config.Seed+uint64(i)))
		}
	}
	return runs
}

// Rows sorts results, which are in the order of [Figure.Runs], by method.
func (f Figure) Rows(results []experiment.Result) Rows {
	if len(f.Methods) == 0 {
		return nil
	}
	all := make(Rows, len(f.Methods))
	for i, r := range results {
		k := i % len(f.Methods)
		all[k].Name = f.Methods[k].Name
		all[k].Results = append(all[k].Results, r)
	}
	return all
}

// Draw draws the figure from its rows: one picture or several.
func (f Figure) Draw(all Rows) (pictures []*plots.Figure, err error) {
	if err := all.Check(); err != nil {
		return nil, fmt.Errorf("figure %d: %w", f.Number, err)
	}
	if f.definition().draw == nil {
		return nil, fmt.Errorf("there is no figure %d: want one of paper.NewFigure", f.Number)
	}
	for _, draw := range f.definition().draw {
		picture, err := draw(all)
		if err != nil {
			return nil, fmt.Errorf("figure %d: %w", f.Number, err)
		}
		pictures = append(pictures, picture)
	}
	return pictures, nil
}

// row returns a method: base with another shape, and what is added to it. What
// base itself says of additions and grids is for the rows that have them.
func row(name string, base experiment.Config, shape string, add ...func(c *experiment.Config, base experiment.Config)) Method {
	c := base
	c.Shape = shape
	c.Dropout, c.Smoothing, c.Rho, c.SWA, c.Independent = 0, 0, 0, "", false
	c.EMA, c.Made, c.Volume, c.Snapshots = 0, "", 0, false
	c.Plane, c.Surface, c.GridImages = 0, 0, 0
	if shape == "standard" {
		c.Chunks, c.FullStep = 0, false // one point leaves nothing to draw
	}
	for _, a := range add {
		a(&c, base)
	}
	return Method{name, c}
}

// What is added to methods. Where the preset leaves a rate open it is the one that had
// the best accuracy on a validation split of the preset, among
//
//	train -shape standard -held-out 200 -seeds 5 -choose dropout=0.1,0.2,0.3,0.5
//	train -shape standard -held-out 200 -seeds 5 -choose label-smoothing=0.02,0.05,0.1,0.2
//	train -shape standard -held-out 200 -seeds 5 -choose sam=0.02,0.05,0.1,0.2
//
// on the digits, and on other data
//
//	train -preset cifar10-small -shape standard -choose dropout=0.1,0.3
//	train -preset cifar10-small -shape standard -choose label-smoothing=0.05,0.1
//	train -preset cifar10-small -shape standard -choose sam=0.05,0.1

func dropout(c *experiment.Config, base experiment.Config) {
	rate := 0.3
	if base.Data == "digits" {
		rate = 0.1
	}
	c.Dropout = cmp.Or(base.Dropout, rate)
}
func smoothed(c *experiment.Config, base experiment.Config) {
	c.Smoothing = cmp.Or(base.Smoothing, 0.1)
}
func sam(c *experiment.Config, base experiment.Config) { c.Rho = cmp.Or(base.Rho, 0.1) }

const gridSide = 21 // points on a side of a landscape

func independent(c *experiment.Config, _ experiment.Config) {
	c.Independent, c.FullStep = true, false
	if c.Shape != "bezier" { // whose bend is trained
		c.Chunks = 0
	}
}
func constant(c *experiment.Config, _ experiment.Config) { c.SWA = "constant" }
func cyclic(c *experiment.Config, _ experiment.Config) {
	c.SWA = fmt.Sprintf("cyclic-%d", max(1, min(5, c.Epochs/4)))
}
func onPlane(c *experiment.Config, base experiment.Config) {
	c.Plane, c.GridImages = cmp.Or(base.Plane, gridSide), gridImages(base)
}
func onSurface(c *experiment.Config, base experiment.Config) {
	c.Surface, c.GridImages = cmp.Or(base.Surface, gridSide), gridImages(base)
}

// gridImages returns on how many test images a grid is scored: a part of them
// where they are photos.
func gridImages(base experiment.Config) int {
	if base.Data == "digits" {
		return base.GridImages
	}
	return cmp.Or(base.GridImages, base.TestImages, 1000)
}
