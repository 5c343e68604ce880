package subspace

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// tolerance is how far from 1 coefficients may sum: those that somebody types, or has
// computed in float32. Shapes are held to more, by package shapetest.
const tolerance = 1e-6

// Check reports coefficients that are no point of the plane through m endpoints: as
// many as endpoints, finite, and with the sum 1.
func (c Weights) Check(m int) error {
	if len(c) != m {
		return fmt.Errorf("%d coefficients for %d endpoints: want one for each", len(c), m)
	}
	sum := 0.0
	for i, v := range c {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the coefficients %v, of which number %d is %v: want finite numbers", c, i+1, v)
		}
		sum += v
	}
	if math.Abs(sum-1) > tolerance {
		return fmt.Errorf("the coefficients %v, which sum to %.6g: want 1", c, sum)
	}
	return nil
}

// CheckShape reports in one line where a shape breaks the contract of [Shape] or
// [Curve]: at its midpoint, along it and a little beyond, or in one of a hundred
// draws, which must be the same from equal generators. A shape that panics is reported
// too. Package shapetest asks for more, in a test.
func CheckShape(s Shape) (err error) {
	if s == nil {
		return fmt.Errorf("there is no shape: it is nil")
	}
	doing := "Endpoints"
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s of the shape panics: %v", doing, p)
		}
	}()
	m := s.Endpoints()
	if m < 1 {
		return fmt.Errorf("the shape has %d endpoints: want at least 1", m)
	}
	doing = "String"
	name := s.String()
	sees := func(what string, c Weights) error {
		if err := c.Check(m); err != nil {
			return fmt.Errorf("%s of the shape %q returns %w", what, name, err)
		}
		return nil
	}
	doing = "Midpoint"
	if err := sees("Midpoint", s.Midpoint()); err != nil {
		return err
	}
	if curve, ok := s.(Curve); ok {
		doing = "At"
		for i := range 23 {
			alpha := float64(i) / 20
			if i == 22 {
				alpha = -0.05
			}
			if err := sees(fmt.Sprintf("At(%v)", alpha), curve.At(alpha)); err != nil {
				return err
			}
		}
	}
	doing = "Sample"
	a, b := rand.New(rand.NewPCG(7, 1)), rand.New(rand.NewPCG(7, 1))
	for range 100 {
		c := s.Sample(a)
		if err := sees("Sample", c); err != nil {
			return err
		}
		if other := s.Sample(b); !slices.Equal(c, other) {
			return fmt.Errorf("Sample of the shape %q returns %v and %v from equal generators: want everything drawn from rng, and nothing kept", name, c, other)
		}
	}
	return nil
}

// CheckDraw reports a point drawn for a training step whose coefficients are not those
// of a point of the shape's plane.
func (s *Space) CheckDraw(d Draw) error {
	for _, p := range d.At {
		for _, c := range p {
			if err := c.Check(s.endpoints); err != nil {
				return err
			}
		}
	}
	return nil
}

// ShapeFingerprint is for a shape what [Fingerprint] is for a network: the hex SHA-256 of
// its endpoints, its midpoint, some draws and, of a curve, some points along it, to six
// digits behind the point, so that it is the same on every machine. Check the shape first.
func ShapeFingerprint(s Shape) string {
	h := sha256.New()
	say := func(c Weights) {
		for _, v := range c {
			fmt.Fprintf(h, "%d ", int64(math.Round(1e6*v)))
		}
		fmt.Fprintln(h)
	}
	fmt.Fprintln(h, s.Endpoints())
	say(s.Midpoint())
	if curve, ok := s.(Curve); ok {
		for i := range 41 {
			say(curve.At(float64(i) / 40))
		}
	}
	rng := rand.New(rand.NewPCG(7, 2))
	for range 100 {
		say(s.Sample(rng))
	}
	return hex.EncodeToString(h.Sum(nil))
}
