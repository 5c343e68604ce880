package plots

import (
	"fmt"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// letters returns the outlines of words that begin at a point, as one path: some readers
// of PDF draw a path that is a rectangle, such as an l, thicker than all others.
//
// vgpdf (v0.17.0) writes text as UTF-8 where its font is read by the code page of Western
// Europe: every letter beyond ASCII, α and ≥ as well as é and ±, comes out as others. As outlines all letters show, with no font at hand.
func letters(f plotfont.Face, at vg.Point, words string) (path vg.Path) {
	var buffer sfnt.Buffer
	em := fixed.Int26_6(f.Face.UnitsPerEm()) // so that all is told in the font's own units
	scale := f.Font.Size / vg.Length(em)
	before := sfnt.GlyphIndex(0)
	for i, letter := range []rune(words) {
		glyph, err := f.Face.GlyphIndex(&buffer, letter)
		if err != nil {
			panic(fmt.Errorf("there is no glyph of %q: %w", letter, err))
		}
		if i > 0 {
			if kern, err := f.Face.Kern(&buffer, before, glyph, em, font.HintingNone); err == nil {
				at.X += vg.Length(kern) * scale
			}
		}
		segments, err := f.Face.LoadGlyph(&buffer, glyph, em, nil)
		if err != nil {
			panic(fmt.Errorf("the glyph of %q cannot be read: %w", letter, err))
		}
		path = append(path, outline(segments, at, scale)...)
		advance, err := f.Face.GlyphAdvance(&buffer, glyph, em, font.HintingNone)
		if err != nil {
			panic(fmt.Errorf("the width of %q cannot be read: %w", letter, err))
		}
		at.X += vg.Length(advance) * scale
		before = glyph
	}
	return path
}

// outline is a glyph, which counts its heights downwards, as a path at a place. Its
// quadratic curves become cubic ones, which all formats have.
func outline(segments sfnt.Segments, at vg.Point, scale vg.Length) (path vg.Path) {
	place := func(p fixed.Point26_6) vg.Point {
		return vg.Point{X: at.X + vg.Length(p.X)*scale, Y: at.Y - vg.Length(p.Y)*scale}
	}
	var pen vg.Point
	for _, s := range segments {
		a, b, c := place(s.Args[0]), place(s.Args[1]), place(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if len(path) > 0 {
				path.Close()
			}
			path.Move(a)
			pen = a
		case sfnt.SegmentOpLineTo:
			path.Line(a)
			pen = a
		case sfnt.SegmentOpQuadTo:
			path.CubeTo(between(pen, a, 2./3), between(b, a, 2./3), b)
			pen = b
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(a, b, c)
			pen = c
		}
	}
	if len(path) > 0 {
		path.Close()
	}
	return path
}

// between is a point on the way from a to b.
func between(a, b vg.Point, share vg.Length) vg.Point {
	return vg.Point{X: a.X + share*(b.X-a.X), Y: a.Y + share*(b.Y-a.Y)}
}

// withoutArcs returns a path whose arcs are curves: a piece for every eighth of a circle
// at most, which is off by less than a millionth of the radius.
func withoutArcs(p vg.Path) (path vg.Path) {
	for _, part := range p {
		if part.Type != vg.ArcComp {
			path = append(path, part)
			continue
		}
		n := max(1, int(math.Ceil(math.Abs(part.Angle)/(math.Pi/4))))
		step := part.Angle / float64(n)
		reach := vg.Length(4./3*math.Tan(step/4)) * part.Radius
		on := func(angle float64) (at, along vg.Point) {
			sin, cos := math.Sincos(angle)
			at = vg.Point{X: part.Pos.X + part.Radius*vg.Length(cos), Y: part.Pos.Y + part.Radius*vg.Length(sin)}
			return at, vg.Point{X: -reach * vg.Length(sin), Y: reach * vg.Length(cos)}
		}
		from, out := on(part.Start)
		if len(path) == 0 || path[len(path)-1].Type == vg.CloseComp {
			path.Move(from)
		} else {
			path.Line(from)
		}
		for k := range n {
			to, in := on(part.Start + float64(k+1)*step)
			path.CubeTo(from.Add(out), to.Sub(in), to)
			from, out = to, in
		}
	}
	return path
}
