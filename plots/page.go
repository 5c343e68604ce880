package plots

import (
	"fmt"
	"image"
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

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
	words  string  // of the title, where it has marks
	marks  marking // of all words of the figure
	legend []entry
	height float64           // of the content, in units
	draw   func(draw.Canvas) // draws the content
	note   string
	zoom   float64 // CSS pixels per unit
	exact  bool    // keep every pixel's colour
	sketch bool    // one pixel for a CSS pixel each way, not two: a quarter of the work
	// numbers are what is drawn, as a table with a head; nil: there are none.
	numbers [][]string

	style Style // what its reader has changed
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
func (p page) figure(name, alt string) (*Figure, error) {
	if name != filepath.Base(name) {
		return nil, fmt.Errorf("plots: figure %q: Name is %q, want a file name without folder or extension; %s chooses the folder", p.title, name, FolderVariable)
	}
	f := &Figure{Alt: alt, Name: name, page: p}
	density := 2 // pixels a CSS pixel, each way
	if p.sketch {
		density = 1
	}
	err := p.guard(func() (err error) {
		dpi := int(math.Round(float64(density) * 96 * p.zoom))
		canvas := vgimg.NewWith(vgimg.UseWH(pageWidth*unit, vg.Length(p.layout().height)*unit), vgimg.UseDPI(dpi))
		p.paint(&surface{CanvasSizer: canvas, style: p.style, inks: p.inks()})
		picture := canvas.Image().(*image.RGBA)
		var compact image.Image = picture
		if !p.exact {
			compact = paletted(picture)
		}
		size := picture.Bounds()
		f.Width, f.Height = size.Dx()/density, size.Dy()/density
		f.PNG, err = encode(compact, alt)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// guard draws, and turns the panics of the drawing library, on what it cannot draw,
// into an error.
func (p page) guard(draw func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("plots: figure %q cannot be drawn: %v", p.title, r)
		}
	}()
	return draw()
}

// layout is where the parts of a page stand, heights in units.
type layout struct {
	title, note        []string // in lines
	legend             [][]entry
	head, foot, height float64 // above the content, below it, of all
}

func (p page) layout() layout {
	const inner = pageWidth - 2*margin
	l := layout{
		title:  wrap(p.title, bold(titleSize, ink), inner*unit),
		legend: legendRows(p.legend, inner*unit),
		note:   wrap(p.note, face(noteSize, softInk), inner*unit),
	}
	if p.style.NoTitle {
		l.title = nil
	}
	l.head = margin + titleLine*float64(len(l.title)) + legendLine*float64(len(l.legend)) + gap
	l.foot = margin
	if len(l.note) > 0 {
		l.foot += gap + noteLine*float64(len(l.note))
	}
	l.height = 4 * math.Ceil((l.head+p.height+l.foot)/4) // whole pixels at every zoom
	return l
}

// paint draws the page on a canvas of its size.
func (p page) paint(canvas *surface) {
	l, c := p.layout(), draw.New(canvas)
	y := l.height - margin
	for _, line := range l.title {
		c.FillText(bold(titleSize, ink), vg.Point{X: margin * unit, Y: vg.Length(y-titleSize) * unit}, line)
		y -= titleLine
	}
	for _, row := range l.legend {
		drawLegendRow(c, row, vg.Length(y-legendLine/2)*unit)
		y -= legendLine
	}
	p.draw(draw.Crop(c, margin*unit, -margin*unit, vg.Length(l.foot)*unit, -vg.Length(l.head)*unit))
	y = l.foot - gap
	for _, line := range l.note {
		c.FillText(face(noteSize, softInk), vg.Point{X: margin * unit, Y: vg.Length(y-noteSize) * unit}, line)
		y -= noteLine
	}
}

// aNumber is a word that its unit may stand behind.
var aNumber = regexp.MustCompile(`^\(?[−+]?\d+(,\d{3})*(\.\d+)?$`)

// wrap breaks words into lines no wider than width, keeping line breaks, and a number
// with the word behind it, its unit, where both fit. A word that is wider is broken too,
// after a hyphen or a plus where it has one.
func wrap(words string, style text.Style, width vg.Length) []string {
	var lines []string
	for paragraph := range strings.Lines(words) {
		line := ""
		all := strings.Fields(paragraph)
		for i := 0; i < len(all); i++ {
			word := all[i]
			if aNumber.MatchString(word) && i+1 < len(all) {
				if both := word + " " + all[i+1]; style.Width(both) <= width {
					word, i = both, i+1
				}
			}
			if line != "" && style.Width(line+" "+word) > width {
				lines = append(lines, line)
				line = ""
			}
			line = strings.TrimSpace(line + " " + word)
			for style.Width(line) > width { // it is one word
				n := breakAt(line, style, width)
				if n == len(line) {
					break
				}
				lines = append(lines, line[:n])
				line = line[n:]
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// breakAt returns how much of a word fits into width, a letter at least, up to its last
// hyphen or plus there if it has one.
func breakAt(word string, style text.Style, width vg.Length) int {
	_, fits := utf8.DecodeRuneInString(word)
	for i := range word {
		if i > fits && style.Width(word[:i]) <= width {
			fits = i
		}
	}
	if i := strings.LastIndexAny(word[:fits], "-+"); i >= 0 {
		return i + 1
	}
	return fits
}

// panelTitles are the titles of panels, each in lines no wider than its panel.
type panelTitles struct {
	lines [][]string
	most  int // lines of one title
	style text.Style
}

const panelTitleLine = 17 // a line's height in units

func titlesOver(width vg.Length, titles []string) panelTitles {
	t := panelTitles{style: bold(panelSize, ink)}
	t.style.XAlign = draw.XCenter
	for _, title := range titles {
		lines := wrap(title, t.style, width)
		t.lines, t.most = append(t.lines, lines), max(t.most, len(lines))
	}
	return t
}

// draw draws a panel's title, its last line at a height and centred.
func (t panelTitles) draw(c draw.Canvas, panel int, at vg.Point) {
	for k, line := range t.lines[panel] {
		above := vg.Length(panelTitleLine*(len(t.lines[panel])-1-k)) * unit
		c.FillText(t.style, vg.Point{X: at.X, Y: at.Y + above}, line)
	}
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

// folded breaks names that are wider than width into entries of a line each, of which
// the first alone has a sample beside it.
func folded(entries []entry, width vg.Length) (all []entry) {
	for _, e := range entries {
		lines := []string{e.name}
		if e.width() > width {
			lines = wrap(e.name, face(labelSize, ink), width-(swatch+swatchGap+entryGap)*unit)
		}
		for i, line := range lines {
			if i > 0 {
				e = entry{}
			}
			e.name = line
			all = append(all, e)
		}
	}
	return all
}

// legendRows breaks the legend into rows no wider than width.
func legendRows(entries []entry, width vg.Length) [][]entry {
	var rows [][]entry
	var used vg.Length
	for _, e := range folded(entries, width+entryGap*unit) {
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
