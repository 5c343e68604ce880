package plots

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Images is a figure of small pictures with their labels, such as samples of a
// data set. Every pixel becomes a square of whole pixels, so nothing is blurred.
type Images struct {
	// Title says what is to be seen. Required.
	Title string
	// Pixels are [image, row, column, channel], 0 dark to 255 bright.
	Pixels []uint8
	// Height and Width are one image's size in pixels, at most 256; Channels is 1 (grey)
	// or 3 (red, green, blue).
	Height, Width, Channels int
	// Labels stand below the images, one each, of a line or several: 1 to 100. Letters that the typeface
	// lacks are shown as marks, which the text alternative resolves.
	Labels []string
	// Note is printed small below the figure: the data's name and source. It may
	// be empty, as no computation is shown.
	Note string
	// Alt and Name are as in Lines.
	Alt, Name string
}

// labelLine is the height of a line of a label, in units.
const labelLine = 14

// maxImages is how many images a figure holds.
const maxImages = 100

// Draw draws the figure.
func (s Images) Draw() (*Figure, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", s.Title, err)
	}
	const inner, between = pageWidth - 2*margin, 10
	labelRoom := 8 + labelLine*float64(lineCount(s.Labels))
	style := face(noteSize, ink)
	widest := 40.0
	var marks marking
	title, note := marks.of(s.Title), marks.of(s.Note)
	labels := make([]string, len(s.Labels))
	for i, label := range s.Labels {
		labels[i] = marks.of(label)
	}
	for _, label := range labels {
		for line := range strings.SplitSeq(label, "\n") {
			widest = max(widest, float64(style.Width(line)/unit))
		}
	}
	n := len(s.Labels)
	largest := float64(max(s.Width, s.Height)) / 2 // as small as it can be drawn
	columns := min(n, 10, max(1, int(inner/(widest+4))), max(1, int((inner+between)/(largest+between))))
	rows := (n + columns - 1) / columns
	columns = (n + rows - 1) / rows // rows of like length
	// Squares of scale × scale pixels on a page of two pixels a unit.
	room := min(inner/float64(columns)-between, 120)
	scale := max(1, int(2*room)/max(s.Width, s.Height))
	wide, tall := float64(scale*s.Width)/2, float64(scale*s.Height)/2+labelRoom
	first, step := max(wide, widest)/2, max(wide, widest)+between
	switch {
	case columns >= 5: // images from margin to margin, and labels within the page
		over := max(0, (widest-wide)/2-margin+4)
		first, step = wide/2+over, (inner-wide-2*over)/float64(columns-1)
	case columns > 1:
		step = min(step, (inner-2*first)/float64(columns-1))
	}

	return page{
		title:  title,
		height: tall * float64(rows),
		draw: func(c draw.Canvas) {
			style.XAlign = draw.XCenter
			for i, label := range labels {
				middle := c.Min.X + vg.Length(float64(i%columns)*step+first)*unit
				top := c.Max.Y - vg.Length(float64(i/columns)*tall)*unit
				s.paint(c, i, scale, middle, top)
				below := top - vg.Length(tall-labelRoom+labelLine)*unit
				for k, line := range strings.Split(label, "\n") {
					c.FillText(style, vg.Point{X: middle, Y: below - vg.Length(labelLine*k)*unit}, line)
				}
			}
		},
		words: s.Title,
		marks: marks,
		note:  note,
		zoom:  1,
		exact: true,
	}.figure(fileName(s.Name, s.Title), cmp.Or(s.Alt, s.words(rows, columns))+marks.legend())
}

// paint sets image i on the canvas, the middle of its upper edge at the given point, with
// scale pixels to the side of one of its own on a page of two pixels a unit.
func (s Images) paint(c draw.Canvas, i, scale int, middle, top vg.Length) {
	image := image.NewRGBA(image.Rect(0, 0, scale*s.Width, scale*s.Height))
	pixels := s.Pixels[i*s.Height*s.Width*s.Channels:]
	for y := range scale * s.Height {
		for x := range scale * s.Width {
			p := pixels[(y/scale*s.Width+x/scale)*s.Channels:]
			image.SetRGBA(x, y, color.RGBA{p[0], p[s.Channels/2], p[s.Channels-1], 255})
		}
	}
	wide, tall := vg.Length(scale*s.Width)/2*unit, vg.Length(scale*s.Height)/2*unit
	left := middle - vg.Length(scale*s.Width/2)/2*unit // on a whole pixel where the middle is
	stamp(c, vg.Rectangle{Min: vg.Point{X: left, Y: top - tall}, Max: vg.Point{X: left + wide, Y: top}}, image)
}

func (s Images) words(rows, columns int) string {
	grid := fmt.Sprintf("a grid of %d rows and %d columns", rows, columns)
	if rows == 1 {
		grid = "a row"
	}
	separator := ", "
	if slices.ContainsFunc(s.Labels, func(label string) bool { return strings.Contains(label, ",") }) {
		separator = "; "
	}
	words := fmt.Sprintf("%d %s in %s. %s Row by row they are labelled: %s.",
		len(s.Labels), s.kind(), grid, sentence(s.Title), strings.ReplaceAll(strings.Join(s.Labels, separator), "\n", " "))
	if s.Note != "" {
		words += "\nNote: " + s.Note
	}
	return words
}

func (s Images) check() error {
	if err := checkTitle(s.Title); err != nil {
		return err
	}
	if n := len(s.Labels); n < 1 || n > maxImages {
		return fmt.Errorf("%d Labels, want 1 to %d; give one label an image, and show fewer of them", n, maxImages)
	}
	return s.checkPixels(len(s.Labels), fmt.Sprintf("%d labels", len(s.Labels)))
}

// checkPixels reports when the pixels are not those of n images, as many as what
// asks for.
func (s Images) checkPixels(n int, what string) error {
	switch {
	case s.Height < 1 || s.Height > 256 || s.Width < 1 || s.Width > 256:
		return fmt.Errorf("images of %d × %d pixels, want 1 to 256 each way; show smaller ones", s.Width, s.Height)
	case s.Channels != 1 && s.Channels != 3:
		return fmt.Errorf("images of %d channels, want 1 (grey) or 3 (red, green, blue)", s.Channels)
	case len(s.Pixels) != n*s.Height*s.Width*s.Channels:
		return fmt.Errorf("%d values of Pixels, want %d for %s of %d × %d × %d; give one image for each",
			len(s.Pixels), n*s.Height*s.Width*s.Channels, what, s.Height, s.Width, s.Channels)
	}
	return nil
}

// kind says what the images are, and of which size.
func (s Images) kind() string {
	kind := "grey"
	if s.Channels == 3 {
		kind = "colour"
	}
	return fmt.Sprintf("%s images of %d × %d pixels", kind, s.Width, s.Height)
}
