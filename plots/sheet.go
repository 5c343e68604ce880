package plots

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sheet is a figure of small pictures in rows and columns that mean something,
// such as corruptions and their severities. Every pixel becomes a square of whole
// pixels, as in [Images].
//
//	plots.Sheet{
//		Title:  "One image under five corruptions",
//		Pixels: pixels, Height: 32, Width: 32, Channels: 3,
//		Rows:    []string{"snow", "fog", "contrast", "pixelate", "JPEG"},
//		Columns: []string{"clean", "severity 1", "2", "3", "4", "5"},
//		Note:    "CIFAR-10, test image 7",
//	}.Draw()
type Sheet struct {
	// Title says what is to be seen. Required.
	Title string
	// Pixels are [row, column, pixel row, pixel column, channel], 0 dark to 255
	// bright.
	Pixels []uint8
	// Height and Width are one image's size in pixels, at most 256; Channels is 1 (grey)
	// or 3 (red, green, blue).
	Height, Width, Channels int
	// Rows stand before the rows and Columns above the columns: one to twelve
	// and one to seven.
	Rows, Columns []string
	// Note is printed small below the figure: the data's name and source. It may
	// be empty, as no computation is shown.
	Note string
	// Alt and Name are as in Lines.
	Alt, Name string
}

// Draw draws the figure.
func (s Sheet) Draw() (*Figure, error) {
	var marks marking
	title, note := marks.of(s.Title), marks.of(s.Note)
	images := Images{Pixels: s.Pixels, Height: s.Height, Width: s.Width, Channels: s.Channels}
	scale, left, err := s.fit(images)
	if err := cmp.Or(checkTitle(s.Title), err); err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", s.Title, err)
	}
	rows, columns := s.labels()
	wide, tall := float64(scale*s.Width)/2, float64(scale*s.Height)/2
	head := headLabel*float64(lineCount(columns)) + 3
	rowHeight := max(tall, headLabel*float64(lineCount(rows)))
	return page{
		title:  title,
		height: head + (rowHeight+sheetGap)*float64(len(s.Rows)) - sheetGap,
		draw: func(c draw.Canvas) {
			above, before := face(labelSize, ink), face(labelSize, ink)
			above.XAlign, before.YAlign = draw.XCenter, draw.YCenter
			for j := range columns {
				middle := c.Min.X + vg.Length(left+float64(j)*(wide+sheetGap)+wide/2)*unit
				c.FillText(above, vg.Point{X: middle, Y: c.Max.Y - vg.Length(head-6)*unit}, columns[j])
				for i := range rows {
					top := c.Max.Y - vg.Length(head+float64(i)*(rowHeight+sheetGap)+(rowHeight-tall)/2)*unit
					images.paint(c, i*len(columns)+j, scale, middle, top)
				}
			}
			for i := range rows {
				y := c.Max.Y - vg.Length(head+float64(i)*(rowHeight+sheetGap)+rowHeight/2)*unit
				c.FillText(before, vg.Point{X: c.Min.X, Y: y + 1.5*unit}, rows[i])
			}
		},
		words: s.Title,
		marks: marks,
		note:  note,
		zoom:  1,
		exact: true,
	}.figure(fileName(s.Name, s.Title), cmp.Or(s.Alt, s.words(images))+marks.legend())
}

// sheetGap is the space between two images.
const sheetGap = 5

// fit chooses how many pixels of the page make the side of one of an image, and
// where the images begin, in units.
func (s Sheet) fit(images Images) (scale int, left float64, err error) {
	r, n := len(s.Rows), len(s.Columns)
	switch {
	case r < 1 || r > 12 || n < 1 || n > 7:
		return 0, 0, fmt.Errorf("%d Rows and %d Columns, want 1 to 12 and 1 to 7; use several figures", r, n)
	case slices.Contains(s.Rows, "") || slices.Contains(s.Columns, ""):
		return 0, 0, errors.New("one of its Rows or Columns is empty; say what each shows")
	}
	if err := images.checkPixels(r*n, fmt.Sprintf("%d rows of %d images", r, n)); err != nil {
		return 0, 0, err
	}
	rows, _ := s.labels()
	widest := vg.Length(0)
	for _, row := range rows {
		widest = max(widest, face(labelSize, ink).Width(row))
	}
	left = float64(widest/unit) + 10
	// Squares of scale × scale pixels on a page of two pixels a unit.
	side := max(s.Width, s.Height)
	room := min((pageWidth-2*margin-left+sheetGap)/float64(n)-sheetGap, max(100, float64(side)/2))
	scale = int(2*room) / side
	if scale < 1 {
		return 0, 0, fmt.Errorf("%d columns of images of %d × %d pixels do not fit a page; show smaller ones, or fewer columns", n, s.Width, s.Height)
	}
	return scale, left, nil
}

// labels breaks the words beside rows and above columns into lines.
func (s Sheet) labels() (rows, columns []string) {
	for _, row := range s.Rows {
		rows = append(rows, strings.Join(wrap(row, face(labelSize, ink), 120*unit), "\n"))
	}
	for _, column := range s.Columns {
		columns = append(columns, strings.Join(wrap(column, face(labelSize, ink), 64*unit), "\n"))
	}
	return rows, columns
}

// lineCount is how many lines the longest of the labels has.
func lineCount(labels []string) int {
	most := 0
	for _, label := range labels {
		most = max(most, 1+strings.Count(label, "\n"))
	}
	return most
}

func (s Sheet) words(images Images) string {
	words := fmt.Sprintf("%d %s in %d rows and %d columns. %s Rows: %s. Columns: %s.", len(s.Rows)*len(s.Columns), images.kind(),
		len(s.Rows), len(s.Columns), sentence(s.Title), strings.Join(s.Rows, ", "), strings.Join(s.Columns, ", "))
	if s.Note != "" {
		words += "\nNote: " + s.Note
	}
	return words
}
