package plots

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

// errNoFigure is the error of a figure that is nil.
var errNoFigure = errors.New("plots: there is no figure to write: it is nil, and the error beside it says why")

// errNotDrawn is the error of a figure that has a PNG and nothing else.
var errNotDrawn = errors.New("it was not drawn by this package, but made of a PNG: draw it, as Lines or another kind of figure")

// SVG returns the figure as an SVG document, for a page or a paper. Lines and letters are
// shapes of any sharpness; a map of heights and photographs are pictures in it, with the
// pixels that the PNG has. Its title and description, which screen readers read, are the
// figure's title and text alternative.
//
// Its words are text. They name the typeface, Liberation Sans, and for where that is not
// installed those that are as wide, Arial and Helvetica; any other one is stretched to fit.
func (f *Figure) SVG() ([]byte, error) {
	var file bytes.Buffer
	var widths []float64
	err := f.vector(func(width, height vg.Length) *surface {
		return &surface{CanvasSizer: vgsvg.NewWith(vgsvg.UseWH(width, height)), widths: &widths}
	}, &file)
	if err != nil {
		return nil, err
	}
	return f.described(fitted(file.String(), widths)), nil
}

// fitted tells each of the words of an SVG how wide they are, in order: in a wider
// typeface they would run into what stands beside them.
func fitted(file string, widths []float64) string {
	const begins = "<text "
	parts := strings.Split(file, begins)
	for i, width := range widths {
		if width > 0 {
			parts[i+1] = fmt.Sprintf("textLength=\"%.5g\" lengthAdjust=\"spacingAndGlyphs\" ", width) + parts[i+1]
		}
	}
	return strings.Join(parts, begins)
}

// PDF returns the figure as a PDF document of one page of its size, as LaTeX includes it.
// It is as an SVG, but its letters are shapes too: they show with no font at hand, and
// cannot be searched for. A PDF holds no text alternative: write that into the paper.
func (f *Figure) PDF() ([]byte, error) {
	var file bytes.Buffer
	err := f.vector(func(width, height vg.Length) *surface {
		return &surface{CanvasSizer: vgpdf.New(width, height), outlines: true, straight: true, headlong: true}
	}, &file)
	return file.Bytes(), err
}

// vector draws the figure on another canvas, and writes what that makes of it.
func (f *Figure) vector(canvas func(width, height vg.Length) *surface, file *bytes.Buffer) error {
	if f == nil {
		return errNoFigure
	}
	if f.page.draw == nil {
		return errNotDrawn
	}
	p := f.page
	return p.guard(func() error {
		zoom := vg.Length(p.zoom)
		s := canvas(zoom*pageWidth*unit, zoom*vg.Length(p.layout().height)*unit)
		s.style, s.inks, s.zoom, s.dots = p.style, p.inks(), p.zoom, 2*96*p.zoom
		to := s.CanvasSizer.(vg.CanvasWriterTo)
		s.Scale(p.zoom, p.zoom)
		width, height := s.Size()
		s.SetColor(color.White) // as the PNG's page is
		var whole vg.Path
		whole.Move(vg.Point{})
		for _, corner := range []vg.Point{{X: width}, {X: width, Y: height}, {Y: height}} {
			whole.Line(corner)
		}
		whole.Close()
		s.Fill(whole)
		p.paint(s)
		_, err := to.WriteTo(file)
		return err
	})
}

// described puts title and description into an SVG, and mends what vgsvg (v0.17.0) writes:
// a family of fonts that hardly any machine has, with nothing to take its place, and
// pictures that are said to be JPEGs and are PNGs.
func (f *Figure) described(file string) []byte {
	escaped := func(words string) string {
		var b strings.Builder
		xml.EscapeText(&b, []byte(words)) // to memory: it cannot fail
		return b.String()
	}
	head, rest, _ := strings.Cut(file, "<svg ")
	attributes, rest, _ := strings.Cut(rest, ">")
	svg := head + "<svg " + attributes + fmt.Sprintf(" role=\"img\" aria-labelledby=\"%[1]s-title\" aria-describedby=\"%[1]s-words\">\n"+
		"<title id=\"%[1]s-title\">%[2]s</title>\n<desc id=\"%[1]s-words\">%[3]s</desc>", fileName("", f.Name), escaped(f.page.title), escaped(f.Alt)) + rest
	return []byte(strings.NewReplacer(
		"font-family:Liberation Sans;", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;",
		"font-family:Liberation Serif;", "font-family:'Liberation Serif','Times New Roman',Times,serif;",
		"data:image/jpg;base64,", "data:image/png;base64,").Replace(svg))
}
