package experiment

import (
	"fmt"
	"math/rand/v2"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
)

// Grid is a landscape: scores on a grid over a plane of weight space.
type Grid struct {
	X      []float64         `json:"x"` // of a plane distances in weight space, of a surface multiples of its directions
	Y      []float64         `json:"y"`
	Scores [][]metric.Scores `json:"scores"` // [y][x], on N test images, batch norm re-estimated at every point
	Marks  []Mark            `json:"marks"`  // of a plane its three endpoints, in their order; and the midpoint where it lies in it
}

// Mark is a named place on a grid.
type Mark struct {
	Name string  `json:"name"`
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
}

// Values returns a score on the grid, [y][x].
func (g Grid) Values(score func(metric.Scores) float64) [][]float64 {
	values := make([][]float64, len(g.Y))
	for i, row := range g.Scores {
		for _, s := range row {
			values[i] = append(values[i], score(s))
		}
	}
	return values
}

// Place returns where a point with the given coefficients of the plane's three
// endpoints lies: the place is linear in them.
func (g Grid) Place(w subspace.Weights) (x, y float64) {
	for i, c := range w {
		x, y = x+c*g.Marks[i].X, y+c*g.Marks[i].Y
	}
	return x, y
}

// margin is how far a plane reaches beyond its endpoints, as a share of their
// extent; reach is how far a surface reaches, in directions.
const margin, reach = 0.2, 1.0

// grids returns the tasks of the landscapes that the configuration asks for.
func (r *Run) grids() ([]task, error) {
	r.Result.Plane, r.Result.Surface = nil, nil
	c := r.Config
	if c.Plane == 0 && c.Surface == 0 {
		return nil, nil
	}
	part, err := r.data.Test.Subset(c.GridImages, 0)
	if err != nil {
		return nil, err
	}
	set := func() (*dataset.Set, error) { return part, nil }
	endpoints, err := r.space.Endpoints()
	if err != nil {
		return nil, err
	}
	var tasks []task
	if c.Plane > 0 {
		plane, err := subspace.NewPlane(endpoints[0], endpoints[1], endpoints[2])
		if err != nil {
			return nil, fmt.Errorf("no plane through the endpoints: %w", err)
		}
		g := &Grid{}
		g.X, g.Y = plane.Grid(c.Plane, margin)
		g.X, g.Y = widened(g.X, extent(g.Y)/3), widened(g.Y, extent(g.X)/3)
		r.Result.Plane = g
		m := r.sampler.Shape.Endpoints()
		names := subspace.EndpointNames(r.sampler.Shape)
		for i := range 3 {
			x, y := plane.Place(subspace.Endpoint(i, 3))
			g.Marks = append(g.Marks, Mark{names[i], x, y})
		}
		if m == 3 {
			x, y := plane.Place(r.sampler.Shape.Midpoint())
			g.Marks = append(g.Marks, Mark{"midpoint", x, y})
		}
		tasks = append(tasks, g.tasks(r.space, set, func(x, y float64) subspace.Weights {
			return append(plane.At(x, y), make(subspace.Weights, m-3)...)
		})...)
	}
	if c.Surface > 0 {
		if err := r.openSurface(endpoints); err != nil {
			return nil, err
		}
		g := &Grid{Marks: []Mark{{Name: "midpoint"}}}
		for i := range c.Surface {
			g.X = append(g.X, reach*(2*float64(i)/float64(c.Surface-1)-1))
		}
		g.Y = g.X
		r.Result.Surface = g
		tasks = append(tasks, g.tasks(r.scored.surface, set, func(x, y float64) subspace.Weights {
			return subspace.Weights{1, x, y}
		})...)
	}
	return tasks, nil
}

func extent(axis []float64) float64 { return axis[len(axis)-1] - axis[0] }

// widened returns an axis of as many values about the same middle that covers at
// least so much: points that lie nearly on a line are shown with what is beside
// them.
func widened(axis []float64, least float64) []float64 {
	have := extent(axis)
	if have >= least {
		return axis
	}
	middle := (axis[0] + axis[len(axis)-1]) / 2
	out := make([]float64, len(axis))
	for i, v := range axis {
		out[i] = middle + (v-middle)*least/have
	}
	return out
}

// tasks returns a task for every point of the grid.
func (g *Grid) tasks(s *subspace.Space, set func() (*dataset.Set, error), at func(x, y float64) subspace.Weights) (tasks []task) {
	g.Scores = make([][]metric.Scores, len(g.Y))
	for i, y := range g.Y {
		g.Scores[i] = make([]metric.Scores, len(g.X))
		for j, x := range g.X {
			tasks = append(tasks, task{s, []subspace.Weights{at(x, y)}, set, func(s metric.Scores) { g.Scores[i][j] = s }, ""})
		}
	}
	return tasks
}

// openSurface makes a space of the midpoint and two random directions, whose
// point (1, x, y) is the midpoint moved along them. The random numbers are the
// same for every run, so that surfaces can be compared.
func (r *Run) openSurface(endpoints [][]float32) error {
	middle := make([]float32, r.space.Layout.Size)
	for i, c := range r.sampler.Shape.Midpoint() {
		for j, w := range endpoints[i] {
			middle[j] += float32(c) * w
		}
	}
	rows := [][]float32{middle}
	for i := range uint64(2) {
		direction, err := subspace.FilterNormalised(r.space.Layout, middle, rand.New(rand.NewPCG(0, surfaceStream+i)))
		if err != nil {
			return err
		}
		rows = append(rows, direction)
	}
	s, err := r.newSpace(len(rows), toBeSet)
	if err != nil {
		return err
	}
	r.scored.surface = s
	return s.SetEndpoints(rows)
}
