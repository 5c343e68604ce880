package paper

import (
	"cmp"
	"fmt"

	"gosubspace/subspace/experiment"
)

// standard is the name of standard training in figures that compare with it.
const standard = "standard"

// row returns a method: base with another shape, and what is added to it. What
// base itself says of additions and grids is for the rows that have them.
func row(name string, base experiment.Config, shape string, add ...func(c *experiment.Config, base experiment.Config)) Method {
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

func chosen(base experiment.Config) choices {
	if base.Data == "digits" {
		return choices{0.1, 0.1, 0.1}
	}
	return choices{0.3, 0.1, 0.1}
}

const (
	cycles   = 5  // of weight averaging
	gridSide = 21 // points on a side of a landscape
)

// The additions of methods.

func independent(c *experiment.Config, _ experiment.Config) { c.Independent = true }

func dropout(c *experiment.Config, base experiment.Config) {
	c.Dropout = cmp.Or(base.Dropout, chosen(base).dropout)
}

func smoothed(c *experiment.Config, base experiment.Config) {
	c.Smoothing = cmp.Or(base.Smoothing, chosen(base).smoothing)
}

func sam(c *experiment.Config, base experiment.Config) {
	c.Rho = cmp.Or(base.Rho, chosen(base).rho)
}

func constant(c *experiment.Config, _ experiment.Config) { c.SWA = "constant" }

func cyclic(c *experiment.Config, _ experiment.Config) {
	c.SWA = fmt.Sprintf("cyclic-%d", max(1, min(cycles, c.Epochs/4)))
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
