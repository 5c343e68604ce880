package plots

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Reliability is a figure of reliability diagrams (Guo et al., "On Calibration of
// Modern Neural Networks", 2017, figure 1), one for every method: the accuracy of
// the images by the confidence that they were classified with. Where the two
// agree the bars end on the diagonal; the gap between them is hatched. Below is
// which share of the images has that confidence.
//
//	plots.Reliability{
//		Title: "Does confidence mean accuracy?",
//		Diagrams: []plots.Diagram{
//			{Title: "standard training", Bins: standard},
//			{Title: "line, midpoint", Bins: midpoint},
//		},
//		Note: "xla:cpu, 2 cores · CIFAR-10 · cResNet20 · 1 seed",
//	}.Draw()
type Reliability struct {
	// Title says what is to be seen. Required.
	Title string
	// Diagrams are the panels: one to six, at most three in a row.
	Diagrams []Diagram
	// Note, Alt and Name are as in Lines. Note is required.
	Note, Alt, Name string
}

// Draw draws the figure. It fails, naming diagram and bin, when bins overlap or
// leave [0, 1], a confidence lies outside of its bin, or no image is in any.
func (p Reliability) Draw() (*Figure, error) {
	if err := cmp.Or(checkTitle(p.Title), p.check(), checkNote(p.Note)); err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", p.Title, err)
	}
	n := len(p.Diagrams)
	columns, rows := gridOf(n)
	const labels, between, strip, foot = 58, 28, 46, 38 // room for labels, gaps, histogram
	side := min((pageWidth-2*margin-labels-10+between)/float64(columns)-between, 310)
	aside := 0.0 // a single diagram stands in the middle
	if n == 1 {
		aside = (pageWidth - 2*margin - labels - side) / 2
	}
	var names []string
	for _, d := range p.Diagrams {
		names = append(names, d.Title)
	}
	titles := titlesOver(vg.Length(side+between-8)*unit, names)
	// The calibration error, and the title above it: bars may be anywhere.
	head := float64(25 + titles.most*panelTitleLine)
	if n == 1 && names[0] == "" {
		head = 22
	}
	tall := head + side + 8 + strip + foot
	most := p.fullest()
	return page{
		title:  p.Title,
		legend: p.legend(),
		height: float64(rows)*tall + float64(rows-1)*4,
		draw: func(c draw.Canvas) {
			for i, d := range p.Diagrams {
				left := c.Min.X + vg.Length(aside+labels+float64(i%columns)*(side+between))*unit
				top := c.Max.Y - vg.Length(float64(i/columns)*(tall+4)+head)*unit
				box := func(above, height float64) vg.Rectangle {
					y := top - vg.Length(above)*unit
					return vg.Rectangle{Min: vg.Point{X: left, Y: y - vg.Length(height)*unit}, Max: vg.Point{X: left + vg.Length(side)*unit, Y: y}}
				}
				middle, words := left+vg.Length(side/2)*unit, face(labelSize, ink)
				words.XAlign = draw.XCenter
				titles.draw(c, i, vg.Point{X: middle, Y: top + 26*unit})
				c.FillText(words, vg.Point{X: middle, Y: top + 8*unit}, fmt.Sprintf("ECE %.1f %%", d.ece()))
				d.draw(c, box(0, side), box(side+8, strip), most, i%columns == 0)
			}
		},
		note: p.Note,
		zoom: fieldZoom(n),

		numbers: binNumbers(p.Diagrams),
	}.figure(fileName(p.Name, p.Title), cmp.Or(p.Alt, p.words()))
}

// fullest is the largest share of a diagram's images in one bin, in percent.
func (p Reliability) fullest() (most float64) {
	for _, d := range p.Diagrams {
		for _, b := range d.Bins {
			most = max(most, 100*float64(b.N)/float64(d.images()))
		}
	}
	return most
}

func (p Reliability) legend() []entry {
	entries := []entry{{name: "accuracy", swatch: func(c draw.Canvas, area vg.Rectangle) {
		fillBox(c, blue, area)
		c.StrokeLine2(accuracyLine, area.Min.X, area.Max.Y, area.Max.X, area.Max.Y)
	}}}
	over, under := false, false
	for _, d := range p.Diagrams {
		for _, b := range d.Bins {
			over = over || b.N > 0 && b.Confidence > b.Accuracy
			under = under || b.N > 0 && b.Confidence < b.Accuracy
		}
	}
	if over {
		entries = append(entries, entry{name: "confidence is higher", swatch: tooSure.fill})
	}
	if under {
		entries = append(entries, entry{name: "confidence is lower", swatch: tooUnsure.fill})
	}
	return append(entries, entry{name: "the two agree", look: referenceLooks[0]})
}

func (p Reliability) words() string {
	alt := []string{fmt.Sprintf("%d reliability diagrams: accuracy by confidence, both from 0 to 1. %s", len(p.Diagrams), sentence(p.Title))}
	if len(p.Diagrams) == 1 {
		alt[0] = fmt.Sprintf("Reliability diagram: accuracy by confidence, both from 0 to 1. %s", sentence(p.Title))
	}
	for i, d := range p.Diagrams {
		words := d.words()
		if d.Title != "" {
			words = sentence(d.Title) + " " + words
		}
		if len(p.Diagrams) > 1 {
			words = fmt.Sprintf("Panel %d: %s", i+1, words)
		}
		alt = append(alt, words)
	}
	return strings.Join(append(alt, "Note: "+p.Note), "\n")
}

// words tells a diagram's calibration error, its fullest bin and its widest gap.
func (d Diagram) words() string {
	fullest, widest := Bin{}, Bin{}
	above, below, used := 0, 0, 0
	for _, b := range d.Bins {
		if b.N == 0 {
			continue
		}
		used++
		if b.N > fullest.N {
			fullest = b
		}
		if widest.N == 0 || b.gap() > widest.gap() {
			widest = b
		}
		if b.Accuracy > b.Confidence {
			above++
		} else if b.Accuracy < b.Confidence {
			below++
		}
	}
	tell := func(b Bin) string {
		return fmt.Sprintf("%s to %s: %d images, confidence %s, accuracy %s", number(b.Low), number(b.High), b.N, number(b.Confidence), number(b.Accuracy))
	}
	return fmt.Sprintf("%d images, ECE %.1f %%, mean confidence %s, accuracy %s. Accuracy is below confidence in %d and above it in %d of the %d bins with images. Fullest bin, %s. Widest gap, %s.",
		d.images(), d.ece(), number(d.mean(func(b Bin) float64 { return b.Confidence })), number(d.mean(func(b Bin) float64 { return b.Accuracy })),
		below, above, used, tell(fullest), tell(widest))
}

func (p Reliability) check() error {
	if n := len(p.Diagrams); n < 1 || n > 6 {
		return fmt.Errorf("it has %d Diagrams, want 1 to 6; use several figures", n)
	}
	for i, d := range p.Diagrams {
		if len(p.Diagrams) > 1 {
			if err := checkTitle(d.Title); err != nil {
				return fmt.Errorf("diagram %d: %w", i, err)
			}
		}
		if err := d.check(); err != nil {
			return fmt.Errorf("diagram %d (%q): %w", i, d.Title, err)
		}
	}
	return nil
}

func (d Diagram) check() error {
	if n := len(d.Bins); n < 1 || n > 50 {
		return fmt.Errorf("it has %d Bins, want 1 to 50", n)
	}
	for i, b := range d.Bins {
		const slack = 1e-6 // a mean of numbers in a bin may round to outside of it
		switch {
		case !(b.Low >= 0 && b.Low < b.High && b.High <= 1):
			return fmt.Errorf("bin %d is from %v to %v, want a range in [0, 1], not in percent", i, b.Low, b.High)
		case i > 0 && b.Low < d.Bins[i-1].High-slack:
			return fmt.Errorf("bin %d begins at %v, before the one before it ends, %v; sort the bins", i, b.Low, d.Bins[i-1].High)
		case b.N < 0:
			return fmt.Errorf("bin %d holds %d images, want 0 or more", i, b.N)
		case b.N > 0 && !(b.Accuracy >= 0 && b.Accuracy <= 1):
			return fmt.Errorf("bin %d has an Accuracy of %v, want 0 to 1, not a percentage", i, b.Accuracy)
		case b.N > 0 && !(b.Confidence >= b.Low-slack && b.Confidence <= b.High+slack):
			return fmt.Errorf("bin %d has a Confidence of %v, outside of its range %v to %v", i, b.Confidence, b.Low, b.High)
		}
	}
	if d.images() == 0 {
		return errors.New("no image is in any of its Bins; there is nothing to show")
	}
	return nil
}
