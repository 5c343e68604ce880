package plots

import (
	"fmt"
	"image"
	"math"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Heights of one line of text, in units.
const (
	titleLine  = 21
	legendLine = 20
	noteLine   = 15
	gap        = 8
)

// page is what every figure is laid out on: title, legend, content and note,
// one below the other.
type page struct {
	title  string
	legend []entry
	height float64           // of the content, in units
	draw   func(draw.Canvas) // draws the content
	note   string
	zoom   float64 // CSS pixels per unit
	exact  bool    // keep every pixel's colour
	sketch bool    // one pixel for a CSS pixel each way, not two: a quarter of the work
}

// entry is one name in the legend.
type entry struct {
	name string
	look look
	band bool
	// swatch draws what is no line; nil means look.
	swatch func(c draw.Canvas, area vg.Rectangle)
}

// figure draws the page.
func (p page) figure(name, alt string) (f *Figure, err error) {
	defer func() { // the drawing library panics on what it cannot draw
		if r := recover(); r != nil {
			f, err = nil, fmt.Errorf("plots: figure %q cannot be drawn: %v", p.title, r)
		}
	}()
	if name != filepath.Base(name) {
		return nil, fmt.Errorf("plots: figure %q: Name is %q, want a file name without folder or extension; %s chooses the folder", p.title, name, FolderVariable)
	}
	titleStyle, noteStyle := bold(titleSize, ink), face(noteSize, softInk)
	const inner = pageWidth - 2*margin
	title := wrap(p.title, titleStyle, inner*unit)
	rows := legendRows(p.legend, inner*unit)
	note := wrap(p.note, noteStyle, inner*unit)

	head := margin + titleLine*float64(len(title)) + legendLine*float64(len(rows)) + gap
	foot := float64(margin)
	if len(note) > 0 {
		foot += gap + noteLine*float64(len(note))
	}
	height := 4 * math.Ceil((head+p.height+foot)/4) // whole pixels at every zoom
	density := 2                                    // pixels a CSS pixel, each way
	if p.sketch {
		density = 1
	}
	dpi := int(math.Round(float64(density) * 96 * p.zoom))
	canvas := vgimg.NewWith(vgimg.UseWH(pageWidth*unit, vg.Length(height)*unit), vgimg.UseDPI(dpi))
	c := draw.New(canvas)

	y := height - margin
	for _, line := range title {
		c.FillText(titleStyle, vg.Point{X: margin * unit, Y: vg.Length(y-titleSize) * unit}, line)
		y -= titleLine
	}
	for _, row := range rows {
		drawLegendRow(c, row, vg.Length(y-legendLine/2)*unit)
		y -= legendLine
	}
	p.draw(draw.Crop(c, margin*unit, -margin*unit, vg.Length(foot)*unit, -vg.Length(head)*unit))
	y = foot - gap
	for _, line := range note {
		c.FillText(noteStyle, vg.Point{X: margin * unit, Y: vg.Length(y-noteSize) * unit}, line)
		y -= noteLine
	}

	picture := canvas.Image().(*image.RGBA)
	var compact image.Image = picture
	if !p.exact {
		compact = paletted(picture)
	}
	file, err := encode(compact, alt)
	if err != nil {
		return nil, err
	}
	size := picture.Bounds()
	return &Figure{PNG: file, Alt: alt, Width: size.Dx() / density, Height: size.Dy() / density, Name: name}, nil
}

// wrap breaks words into lines no wider than width, keeping line breaks. A word
// that is wider stands alone.
func wrap(words string, style text.Style, width vg.Length) []string {
	var lines []string
	for paragraph := range strings.Lines(words) {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && style.Width(line+" "+word) > width {
				lines = append(lines, line)
				line = word
				continue
			}
			line = strings.TrimSpace(line + " " + word)
		}
		lines = append(lines, line)
	}
	return lines
}

// Widths of a legend entry beside its name, in units.
const (
	swatch    = 30
	swatchGap = 6
	entryGap  = 18
)

func (e entry) width() vg.Length {
	return (swatch+swatchGap+entryGap)*unit + face(labelSize, ink).Width(e.name)
}

// legendRows breaks the legend into rows no wider than width.
func legendRows(entries []entry, width vg.Length) [][]entry {
	var rows [][]entry
	var used vg.Length
	for _, e := range entries {
		w := e.width()
		if len(rows) == 0 || used+w > width+entryGap*unit {
			rows, used = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		used += w
	}
	return rows
}

// drawLegendRow draws the entries with their middle at height y.
func drawLegendRow(c draw.Canvas, row []entry, y vg.Length) {
	style := face(labelSize, ink)
	style.YAlign = draw.YCenter
	x := margin * unit
	for _, e := range row {
		right := x + swatch*unit
		if e.swatch != nil {
			e.swatch(c, vg.Rectangle{Min: vg.Point{X: x, Y: y - 6*unit}, Max: vg.Point{X: right, Y: y + 6*unit}})
			e.look = look{}
		}
		if e.band {
			c.FillPolygon(e.look.fill(), []vg.Point{{X: x, Y: y - 6*unit}, {X: right, Y: y - 6*unit}, {X: right, Y: y + 6*unit}, {X: x, Y: y + 6*unit}})
		}
		c.StrokeLine2(e.look.line(), x, y, right, y)
		c.DrawGlyphNoClip(e.look.glyph(), vg.Point{X: (x + right) / 2, Y: y})
		c.FillText(style, vg.Point{X: right + swatchGap*unit, Y: y + 1.5*unit}, e.name)
		x += e.width()
	}
}
