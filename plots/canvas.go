package plots

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// surface is the canvas under a page. What its reader's style changes is changed on the
// way through it, and what the canvas of a format would draw wrongly is put in other
// words.
type surface struct {
	vg.CanvasSizer
	style Style
	inks  map[color.NRGBA]color.NRGBA // colours that the style replaces, opaque

	// Of the formats that are no pixels:
	zoom     float64    // how much larger the canvas is than the page is laid out
	dots     float64    // per inch, of the pictures in it; 0: the canvas is one itself
	outlines bool       // letters are drawn, not named
	headlong bool       // pictures come out upside down: vgpdf (v0.17.0) counts heights upwards, and forgets it for them
	widths   *[]float64 // where to note how wide the words are that are named, in points
	straight bool       // colours are told as they are, not multiplied by their opacity
}

// Size is that of the page.
func (s *surface) Size() (width, height vg.Length) {
	width, height = s.CanvasSizer.Size()
	if s.zoom > 0 {
		return width / vg.Length(s.zoom), height / vg.Length(s.zoom)
	}
	return width, height
}

// SetColor implements [vg.Canvas].
func (s *surface) SetColor(c color.Color) {
	if len(s.inks) == 0 && !s.straight {
		s.CanvasSizer.SetColor(c)
		return
	}
	told := color.NRGBAModel.Convert(c).(color.NRGBA)
	whole := told
	whole.A = 0xff
	if other, ok := s.inks[whole]; ok {
		told.R, told.G, told.B = other.R, other.G, other.B
	}
	if s.straight {
		s.CanvasSizer.SetColor(straight(told))
		return
	}
	s.CanvasSizer.SetColor(told)
}

// straight is a colour whose RGBA is not multiplied by its opacity. vgpdf (v0.17.0) sets
// colour and opacity apart, and takes the colour as it stands there: a light band would
// come out nearly black.
type straight color.NRGBA

// RGBA returns the colour as it is, and its opacity.
func (s straight) RGBA() (r, g, b, a uint32) {
	return uint32(s.R) * 0x101, uint32(s.G) * 0x101, uint32(s.B) * 0x101, uint32(s.A) * 0x101
}

// FillString implements [vg.Canvas].
func (s *surface) FillString(f font.Face, at vg.Point, words string) {
	if !s.outlines {
		if s.widths != nil {
			*s.widths = append(*s.widths, f.Width(words).Points())
		}
		s.CanvasSizer.FillString(f, at, words)
		return
	}
	if path := letters(f, at, words); len(path) > 0 {
		s.CanvasSizer.Fill(path)
	}
}

// DrawImage implements [vg.Canvas].
func (s *surface) DrawImage(area vg.Rectangle, picture image.Image) {
	if s.headlong {
		picture = upsideDown(picture)
	}
	s.CanvasSizer.DrawImage(area, picture)
}

// upsideDown returns a picture with its rows in the opposite order.
func upsideDown(picture image.Image) image.Image {
	size := picture.Bounds()
	turned := image.NewRGBA(image.Rect(0, 0, size.Dx(), size.Dy()))
	for y := range size.Dy() {
		for x := range size.Dx() {
			turned.Set(x, size.Dy()-1-y, picture.At(size.Min.X+x, size.Min.Y+y))
		}
	}
	return turned
}

// Fill and Stroke implement [vg.Canvas].
func (s *surface) Fill(p vg.Path)   { s.CanvasSizer.Fill(s.path(p)) }
func (s *surface) Stroke(p vg.Path) { s.CanvasSizer.Stroke(s.path(p)) }

// path is the path as the canvas can be told it. vgpdf draws an arc in another place and as a
// path of its own, which ends the one it is a part of; curves it draws where they belong.
func (s *surface) path(p vg.Path) vg.Path {
	if s.dots == 0 {
		return p
	}
	return withoutArcs(p)
}

// under returns the surface that a canvas stands on, and the picture, where that is one.
func under(c vg.Canvas) (s *surface, picture *vgimg.Canvas) {
	for {
		switch part := c.(type) {
		case draw.Canvas: // a crop of a crop
			c = part.Canvas
		case *draw.Canvas:
			c = part.Canvas
		case *surface:
			s, c = part, part.CanvasSizer
		case *vgimg.Canvas:
			return s, part
		default:
			return s, nil
		}
	}
}

// pixels returns a picture to set pixels of, and where in it an area of the page is. What
// is set appears with done, at the latest.
func pixels(c draw.Canvas, area vg.Rectangle) (picture *image.RGBA, box image.Rectangle, done func()) {
	s, canvas := under(c)
	if canvas != nil {
		picture = canvas.Image().(*image.RGBA)
		dot := func(v vg.Length) int { return int(v.Dots(canvas.DPI()) + 0.5) }
		height := picture.Bounds().Dy()
		box.Min, box.Max = image.Pt(dot(area.Min.X), height-dot(area.Max.Y)), image.Pt(dot(area.Max.X), height-dot(area.Min.Y))
		return picture, box, func() {}
	}
	size := area.Size()
	side := func(v vg.Length) int { return max(1, int(math.Round(v.Dots(s.dots)))) }
	picture = image.NewRGBA(image.Rect(0, 0, side(size.X), side(size.Y)))
	return picture, picture.Rect, func() { c.DrawImage(area, picture) }
}

// stamp sets a picture on an area of the page, each of its pixels a rectangle.
func stamp(c draw.Canvas, area vg.Rectangle, stamped *image.RGBA) {
	if _, canvas := under(c); canvas == nil {
		c.DrawImage(area, stamped)
		return
	}
	picture, box, done := pixels(c, area)
	defer done()
	if size := stamped.Rect.Size(); max(box.Dx()-size.X, size.X-box.Dx(), box.Dy()-size.Y, size.Y-box.Dy()) <= 1 {
		box.Max = box.Min.Add(size) // pixel for pixel
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			picture.SetRGBA(x, y, stamped.RGBAAt((x-box.Min.X)*stamped.Rect.Dx()/box.Dx(), (y-box.Min.Y)*stamped.Rect.Dy()/box.Dy()))
		}
	}
}

// typesetter sets words in the typeface that the style of the page asks for. It is asked
// only when they are drawn: lines are broken, and room is made, for the one that figures
// have by themselves, which is the wider.
type typesetter struct{ text.Handler }

// Draw implements [text.Handler].
func (t typesetter) Draw(c vg.Canvas, words string, style text.Style, at vg.Point) {
	if s, _ := under(c); s != nil && s.style.Font != "" {
		style.Font.Variant = font.Variant(s.style.Font)
	}
	t.Handler.Draw(c, words, style, at)
}
