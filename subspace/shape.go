package subspace

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Weights are the coefficients of a point, one per endpoint: the point is
// Σᵢ cᵢθᵢ. Inside the subspace they are in [0, 1]; everywhere on the plane
// through the endpoints they sum to 1.
type Weights []float64

// Shape is a region of weight space spanned by endpoints. A shape only chooses
// coefficients; it never sees a weight. Implementations hold no state: Sample
// must draw everything from rng, so that a run can be repeated, and returns
// Endpoints() coefficients that sum to 1.
type Shape interface {
	// Endpoints returns m, the number of endpoints, at least 1.
	Endpoints() int
	// Sample draws the coefficients of a random point of the shape.
	Sample(rng *rand.Rand) Weights
	// Midpoint returns the coefficients of the middle.
	Midpoint() Weights
	// String names the shape; the names of those in this package are read by
	// [ParseSampler].
	String() string
}

// Curve is a shape with one coordinate α: its ends lie at α = 0 and α = 1.
type Curve interface {
	Shape
	// At returns the coefficients at α. Values outside [0, 1] extrapolate.
	At(alpha float64) Weights
}

// PointAt returns a point of a shape: its midpoint where nothing is said of the place, on a
// curve that at one number α, and on any shape that of a coefficient for each endpoint.
func PointAt(shape Shape, place ...float64) (Weights, error) {
	curve, isCurve := shape.(Curve)
	at := Weights(place)
	switch {
	case len(place) == 0:
		at = shape.Midpoint()
	case len(place) == 1 && isCurve:
		at = curve.At(place[0])
	}
	if err := at.Check(shape.Endpoints()); err != nil {
		return nil, fmt.Errorf("a point of %s: %w", shape, err)
	}
	return at, nil
}

// Line is the segment between two endpoints: c = (1−α, α), α ~ U(0, 1)
// (Wortsman et al. 2021, section 3.1).
type Line struct{}

func (Line) Endpoints() int                  { return 2 }
func (Line) At(alpha float64) Weights        { return Weights{1 - alpha, alpha} }
func (l Line) Sample(rng *rand.Rand) Weights { return l.At(rng.Float64()) }
func (l Line) Midpoint() Weights             { return l.At(0.5) }
func (Line) String() string                  { return "line" }

// Bezier is the quadratic Bézier curve from the first endpoint to the second;
// the third is its bend: c = ((1−t)², t², 2t(1−t)), t ~ U(0, 1) (Wortsman et
// al. 2021, section 3.1, after Garipov et al. 2018).
type Bezier struct{}

func (Bezier) Endpoints() int { return 3 }
func (Bezier) At(t float64) Weights {
	return Weights{(1 - t) * (1 - t), t * t, 2 * t * (1 - t)}
}
func (b Bezier) Sample(rng *rand.Rand) Weights { return b.At(rng.Float64()) }
func (b Bezier) Midpoint() Weights             { return b.At(0.5) }
func (Bezier) String() string                  { return "bezier" }

// Simplex is the simplex of m endpoints with the uniform distribution on it
// (Wortsman et al. 2021, section 3.1). Simplex(1) is a single point: standard
// training. Simplex(2) is the line, draw for draw.
type Simplex int

func (m Simplex) Endpoints() int { return int(m) }

// check panics where there is no such simplex.
func (m Simplex) check() {
	if m < 1 {
		panic(fmt.Sprintf("subspace: a simplex of %d endpoints: want at least 1", int(m)))
	}
}

// Sample returns the gaps that m−1 uniform draws leave in [0, 1], which are
// uniform on the simplex (as are normalised exponential draws). The gaps are
// taken from the top, so that m = 2 gives (1−u, u).
func (m Simplex) Sample(rng *rand.Rand) Weights {
	m.check()
	cuts := make([]float64, m-1)
	for i := range cuts {
		cuts[i] = rng.Float64()
	}
	slices.Sort(cuts)
	c := make(Weights, m)
	top := 1.0
	for i := range c {
		bottom := 0.0
		if k := len(cuts) - 1 - i; k >= 0 {
			bottom = cuts[k]
		}
		c[i] = top - bottom
		top = bottom
	}
	return c
}

func (m Simplex) Midpoint() Weights {
	m.check()
	return slices.Repeat(Weights{1 / float64(m)}, int(m))
}

func (m Simplex) String() string {
	if m == 1 {
		return "standard"
	}
	return fmt.Sprintf("simplex-%d", int(m))
}

// Endpoint returns the coefficients of endpoint i of m, counted from 0; it panics where
// there is none.
func Endpoint(i, m int) Weights {
	if i < 0 || i >= m {
		panic(fmt.Sprintf("subspace: endpoint %d of %d, counted from 0: want 0 to %d", i, m, m-1))
	}
	c := make(Weights, m)
	c[i] = 1
	return c
}

// EndpointNames are what figures call the endpoints of a shape: "endpoint 1" and so on,
// and "bend" where it is no point of the curve, which only leans towards it (of more than
// three with its number, "bend 3").
func EndpointNames(s Shape) []string {
	names := make([]string, s.Endpoints())
	curve, _ := s.(Curve)
	for i := range names {
		names[i] = fmt.Sprintf("endpoint %d", i+1)
		if curve != nil && !Reaches(curve, i) {
			names[i] = "bend"
			if len(names) > 3 {
				names[i] = fmt.Sprintf("bend %d", i+1)
			}
		}
	}
	return names
}

// Reaches reports whether a curve passes through endpoint i, counted from 0, at one of
// 60·(m−1) steps: an inner endpoint of a chain of m is at one of these, and halves, thirds,
// quarters, fifths and sixths are among them.
func Reaches(c Curve, i int) bool {
	steps := 60 * max(c.Endpoints()-1, 1)
	for k := range steps + 1 {
		if at := c.At(float64(k) / float64(steps)); i < len(at) && math.Abs(at[i]-1) < 1e-9 {
			return true
		}
	}
	return false
}

// Sampler draws the points of a training step: a shape, whether every layer
// gets a draw of its own (a layer-wise subspace, Wortsman et al. 2021, section
// 3.1), and how many points a batch is spread over. Layer-wise is a way to
// sample, not another shape.
type Sampler struct {
	Shape     Shape
	Layerwise bool
	Chunks    int // the batch in so many parts, a point for each; 0, like 1, is one point for all of it
}

// Draw returns a random point for a network of the given number of layers.
func (s Sampler) Draw(rng *rand.Rand, layers int) Point {
	if !s.Layerwise {
		return Uniform(s.Shape.Sample(rng), layers)
	}
	p := make(Point, layers)
	for l := range p {
		p[l] = s.Shape.Sample(rng)
	}
	return p
}

func (s Sampler) String() string {
	if s.Layerwise {
		return "layerwise-" + s.Shape.String()
	}
	return s.Shape.String()
}

// ParseSampler reads the names that String prints: standard, line, bezier,
// simplex-3, complex-2-1 and so on, each but standard also with layerwise- before it.
func ParseSampler(name string) (Sampler, error) {
	base, layerwise := strings.CutPrefix(name, "layerwise-")
	var shape Shape
	switch base {
	case "standard":
		shape = Simplex(1)
	case "line":
		shape = Line{}
	case "bezier":
		shape = Bezier{}
	default:
		if simplexes, err := parseComplex(base); err == nil {
			shape = simplexes
			break
		}
		digits, ok := strings.CutPrefix(base, "simplex-")
		m, err := strconv.Atoi(digits)
		if !ok || err != nil {
			return Sampler{}, fmt.Errorf("unknown shape %q: want standard, line, bezier, simplex-M (M endpoints) or complex-F-B, "+
				"with layerwise- before line, bezier and simplex-M for a draw per layer", name)
		}
		if m < 1 {
			return Sampler{}, fmt.Errorf("shape %q has %d endpoints: a subspace needs at least 1", name, m)
		}
		shape = Simplex(m)
	}
	if layerwise && shape.Endpoints() == 1 {
		return Sampler{}, fmt.Errorf("shape %q: one endpoint leaves nothing to draw per layer", name)
	}
	return Sampler{Shape: shape, Layerwise: layerwise}, nil
}

// Point is a point of weight space in the coordinates of a subspace: a row of
// coefficients for every layer, [layer][endpoint]. The rows are equal unless
// the point was drawn layer by layer.
type Point []Weights

// Uniform returns the point with the same coefficients in every layer.
func Uniform(c Weights, layers int) Point { return slices.Repeat(Point{c}, layers) }

// check reports whether p fits a space of the given layers and endpoints.
// Coefficients outside [0, 1] are a point outside the subspace, and allowed.
func (p Point) check(layers, endpoints int) error {
	if len(p) != layers {
		return fmt.Errorf("point has %d layers, the network has %d", len(p), layers)
	}
	for l, c := range p {
		if len(c) != endpoints {
			return fmt.Errorf("point has %d coefficients in layer %d, the subspace has %d endpoints", len(c), l, endpoints)
		}
		for i, v := range c {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("coefficient %d of layer %d is %v: want a finite number", i, l, v)
			}
		}
	}
	return nil
}

// flat returns p as [layers × endpoints] float32, row by row.
func (p Point) flat() []float32 {
	var out []float32
	for _, c := range p {
		for _, v := range c {
			out = append(out, float32(v))
		}
	}
	return out
}
