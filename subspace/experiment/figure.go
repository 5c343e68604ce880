package experiment

import (
	"cmp"
	"fmt"
	"slices"
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
	Config Config // with the first seed
}

// Figures is the number of figures.
const Figures = 7

// NewFigure returns figure number 1 to [Figures] of Wortsman et al. 2021, all of
// its methods with the settings of base: a preset, perhaps changed. Where base
// says nothing of a grid, a validation split or a rate, the figure does.
func NewFigure(number int, base Config) (Figure, error) {
	if number < 1 || number > Figures {
		return Figure{}, fmt.Errorf("there is no figure %d: want 1 to %d", number, Figures)
	}
	f := [Figures]func(Config) Figure{landscapes, plane, shapes, simplexes, calibration, snow, labelNoise}[number-1](base)
	f.Number = number
	for _, m := range f.Methods {
		if err := m.Config.Check(); err != nil {
			return f, fmt.Errorf("figure %d, %s: %w", number, m.Name, err)
		}
	}
	return f, f.heeds(base)
}

// heeds reports an addition that base asks for and that no method of the figure
// has: it would be left out without a word.
func (f Figure) heeds(base Config) error {
	for name, asked := range map[string]func(c Config) bool{
		"dropout":                       func(c Config) bool { return c.Dropout > 0 },
		"label smoothing":               func(c Config) bool { return c.Smoothing > 0 },
		"SAM":                           func(c Config) bool { return c.Rho > 0 },
		"weight averaging":              func(c Config) bool { return c.SWA != "" && c.SWA == base.SWA },
		"independent networks":          func(c Config) bool { return c.Independent },
		"a batch in chunks":             func(c Config) bool { return c.Chunks > 1 },
		"wrong labels of any class":     func(c Config) bool { return c.AnyClass && c.WrongLabels > 0 },
		"published corrupted test sets": func(c Config) bool { return c.Published && c.Corrupt != "" },
	} {
		if asked(base) && !slices.ContainsFunc(f.Methods, func(m Method) bool { return asked(m.Config) }) {
			return fmt.Errorf("figure %d has no method with %s: leave it out, or train a shape with it", f.Number, name)
		}
	}
	return nil
}

// Runs returns the configurations of all methods under so many seeds, from the
// base's on: seed by seed, so that a figure can be drawn early.
func (f Figure) Runs(seeds int) (runs []Config) {
	for i := range seeds {
		for _, m := range f.Methods {
			runs = append(runs, m.Config.With(m.Config.Shape, m.Config.Seed+uint64(i)))
		}
	}
	return runs
}

// row returns a method: base with another shape, and what is added to it. What
// base itself says of additions and grids is for the rows that have them.
func row(name string, base Config, shape string, add ...func(c *Config, base Config)) Method {
	c := base
	c.Shape = shape
	c.Dropout, c.Smoothing, c.Rho, c.SWA, c.Independent = 0, 0, 0, "", false
	c.Plane, c.Surface, c.GridImages = 0, 0, 0
	if shape == "standard" {
		c.Chunks = 0 // one point leaves nothing to draw
	}
	for _, a := range add {
		a(&c, base)
	}
	return Method{name, c}
}

// choices are the settings that figures take where the preset leaves them open. They
// had the best accuracy on a validation split of the preset, among
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
type choices struct{ dropout, smoothing, rho float64 }

func chosen(base Config) choices {
	if base.Data == "digits" {
		return choices{0.1, 0.1, 0.1}
	}
	return choices{0.3, 0.1, 0.1}
}

const (
	wrongShare = 0.2
	cycles     = 5
	gridSide   = 21
)

func independent(c *Config, _ Config) { c.Independent = true }
func dropout(c *Config, base Config)  { c.Dropout = cmp.Or(base.Dropout, chosen(base).dropout) }
func smoothed(c *Config, base Config) { c.Smoothing = cmp.Or(base.Smoothing, chosen(base).smoothing) }
func sam(c *Config, base Config)      { c.Rho = cmp.Or(base.Rho, chosen(base).rho) }
func constant(c *Config, _ Config)    { c.SWA = "constant" }
func cyclic(c *Config, _ Config)      { c.SWA = fmt.Sprintf("cyclic-%d", max(1, min(cycles, c.Epochs/4))) }

func onPlane(c *Config, base Config) {
	c.Plane, c.GridImages = cmp.Or(base.Plane, gridSide), gridImages(base)
}

func onSurface(c *Config, base Config) {
	c.Surface, c.GridImages = cmp.Or(base.Surface, gridSide), gridImages(base)
}

// gridImages returns on how many test images a grid is scored: a part of them
// where they are photos.
func gridImages(base Config) int {
	if base.Data == "digits" {
		return base.GridImages
	}
	return cmp.Or(base.GridImages, base.TestImages, 1000)
}

// landscapes is figure 1, the idea, computed: two networks trained apart, what
// lies between them, and a line trained as one.
func landscapes(base Config) Figure {
	return Figure{Title: "The loss landscape", Methods: []Method{
		row("standard", base, "standard", onSurface),
		row("line, trained as one", base, "line", onSurface),
		row("straight between two networks", base, "line", independent),
		row("curve between two networks", base, "bezier", independent, onPlane),
	}}
}

// plane is figure 2: accuracy on the plane through a trained triangle.
func plane(base Config) Figure {
	return Figure{Title: "The plane of a triangle", Methods: []Method{
		row("triangle, trained as one", base, "simplex-3", onPlane),
		row("three networks trained apart", base, "simplex-3", independent, onPlane),
	}}
}

// shapes is figure 3: accuracy along one-dimensional subspaces.
func shapes(base Config) Figure {
	return Figure{Title: "Along one-dimensional subspaces", Methods: []Method{
		row("standard", base, "standard"),
		row("line", base, "line"),
		row("layer-wise line", base, "layerwise-line"),
		row("Bézier curve", base, "bezier"),
	}}
}

// simplexes is figure 4: the centre of a simplex against m.
func simplexes(base Config) Figure {
	f := Figure{Title: "The centre of the simplex", Methods: []Method{
		row("standard", base, "standard"),
		row("line", base, "line"), // the simplex of two endpoints
	}}
	for m := 3; m <= 6; m++ {
		name := fmt.Sprintf("simplex-%d", m)
		f.Methods = append(f.Methods, row(name, base, name))
	}
	f.Methods = append(f.Methods,
		row("SWA, constant rate", base, "standard", constant),
		row("SWA, cyclic rate", base, "standard", cyclic),
		row("ensemble of 2 networks", base, "line", independent),
		row("ensemble of 3 networks", base, "simplex-3", independent))
	return f
}

// calibration is figure 5: the expected calibration error of the methods.
func calibration(base Config) Figure {
	base.HeldOut = cmp.Or(base.HeldOut, base.TrainImages, 5000)
	return Figure{Title: "Calibration", Methods: []Method{
		row("standard", base, "standard"),
		row("dropout", base, "standard", dropout),
		row("label smoothing", base, "standard", smoothed),
		row("line", base, "line"),
		row("layer-wise line", base, "layerwise-line"),
		row("line + label smoothing", base, "line", smoothed),
	}}
}

// snow is figure 6: accuracy under a corruption, by severity.
func snow(base Config) Figure {
	base.Corrupt = cmp.Or(base.Corrupt, "snow")
	f := shapes(base)
	f.Title = "Under corruption"
	return f
}

// labelNoise is figure 7: accuracy where a part of the training labels is wrong.
func labelNoise(base Config) Figure {
	base.WrongLabels = cmp.Or(base.WrongLabels, wrongShare)
	return Figure{Title: "Wrong labels", Methods: []Method{
		row("standard", base, "standard"),
		row("dropout", base, "standard", dropout),
		row("label smoothing", base, "standard", smoothed),
		row("SAM", base, "standard", sam),
		row("SWA", base, "standard", cyclic),
		row("line", base, "line"),
		row("layer-wise line", base, "layerwise-line"),
		row("Bézier curve", base, "bezier"),
	}}
}
