package plots

import (
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Style is what a reader changes about a figure that has been drawn, for a paper or a
// slide. Its zero value changes nothing.
//
//	figure, err = figure.Style(plots.Style{Title: "Our runs", Width: 500, Colors: map[string]string{"line": "#b00020"}})
type Style struct {
	// Title takes the place of the figure's title, in its text alternative too.
	Title string
	// NoTitle leaves the title out of the picture: a paper says it below. The text
	// alternative keeps it.
	NoTitle bool
	// Width is how wide the figure is shown, in CSS pixels, 96 to the inch: 446 to 1600;
	// its height follows. It is met to within 2. 0 leaves it. At 446 the smallest words
	// measure 6 points, which is what journals ask for at least.
	Width float64
	// Font is "Sans" or "Serif"; "" leaves it.
	Font string
	// Colors are new colours, such as "#b00020", by the names of the legend. Dashes and
	// markers stay, so that a print without colours can be read.
	Colors map[string]string
}

// Width in CSS pixels: of the least the smallest text, noteSize on a page of pageWidth, has
// 6 points, which are 8 pixels.
const (
	leastWidth = 446
	mostWidth  = 1600
)

// Style returns the figure as its reader wants it. The figure that it is called on stays as
// it is. It fails where a wish cannot be read on white paper, or cannot be told from
// another.
func (f *Figure) Style(s Style) (*Figure, error) {
	if f == nil {
		return nil, errors.New("plots: there is no figure to style: it is nil, and the error beside it says why")
	}
	if f.page.draw == nil {
		return nil, fmt.Errorf("plots: figure %q: %w", f.Name, errNotDrawn)
	}
	p := f.page
	if err := s.check(p); err != nil {
		return nil, fmt.Errorf("plots: figure %q: its style: %w", p.title, err)
	}
	alt := f.Alt
	if s.Title != "" {
		said := p.marks.legend()
		alt = strings.Replace(strings.TrimSuffix(alt, said), sentence(cmp.Or(p.words, p.title)), sentence(s.Title), 1)
		p.marks.words = slices.Clone(p.marks.words) // those of the figure before stay its own
		p.title, p.words = p.marks.of(s.Title), s.Title
		alt += p.marks.legend()
	}
	if s.Width != 0 {
		p.zoom = s.Width / pageWidth
	}
	before, colors := p.style, map[string]string{}
	maps.Copy(colors, before.Colors)
	maps.Copy(colors, s.Colors)
	p.style = Style{NoTitle: s.NoTitle || before.NoTitle, Font: cmp.Or(s.Font, before.Font), Colors: colors}
	return p.figure(f.Name, alt)
}

// check reports a wish that a figure cannot meet.
func (s Style) check(p page) error {
	if s.Title != "" {
		if err := checkTitle(s.Title); err != nil {
			return err
		}
	}
	if s.Title != "" && s.NoTitle {
		return errors.New("it has a Title and NoTitle; choose one")
	}
	if s.Width != 0 && !(s.Width >= leastWidth && s.Width <= mostWidth) {
		return fmt.Errorf("a Width of %v: want %d to %d CSS pixels, 96 to the inch; in a narrower figure the smallest words are below 6 points", s.Width, leastWidth, mostWidth)
	}
	if s.Font != "" && s.Font != "Sans" && s.Font != "Serif" {
		return fmt.Errorf("a Font %q: want \"Sans\" or \"Serif\"", s.Font)
	}
	return s.checkColors(p)
}

// checkColors reports a colour that is of nothing, cannot be read, or is another's.
func (s Style) checkColors(p page) error {
	looks := map[string]color.NRGBA{}
	for _, e := range p.legend {
		if e.look.color.A > 0 {
			looks[e.name] = e.look.color
		}
	}
	wanted := maps.Clone(p.style.Colors) // of an earlier style
	if wanted == nil {
		wanted = map[string]string{}
	}
	maps.Copy(wanted, s.Colors)
	names := slices.Sorted(maps.Keys(looks))
	for _, name := range slices.Sorted(maps.Keys(s.Colors)) {
		if _, ok := looks[name]; !ok {
			return fmt.Errorf("a colour of %q: want one of the names of its legend, %s", name, listed(names))
		}
		ink, err := colorOf(s.Colors[name])
		if err != nil {
			return fmt.Errorf("the colour of %q is %q: %w", name, s.Colors[name], err)
		}
		if c := contrast(ink); c < leastContrast {
			return fmt.Errorf("the colour of %q, %s, has a contrast of %.1f with white paper, want %.1f at least: choose a darker one", name, s.Colors[name], c, leastContrast)
		}
		for _, other := range names {
			theirs := looks[other]
			if w, ok := wanted[other]; ok {
				if theirs, err = colorOf(w); err != nil {
					continue // said where it is that name's turn
				}
			}
			switch same := looks[other] == looks[name]; {
			case other == name:
			case same && theirs != ink:
				return fmt.Errorf("%q and %q are drawn in one colour and told apart by their lines: give both the same one", name, other)
			case !same && apart(color.RGBA(theirs), color.RGBA(ink)) < leastApart:
				return fmt.Errorf("the colour of %q, %s, cannot be told from that of %q", name, s.Colors[name], other)
			}
		}
	}
	return nil
}

func listed(names []string) string {
	if len(names) == 0 {
		return "which has none with a colour"
	}
	return strings.Join(names, ", ")
}

// What a colour must be: as far from white as the lightest of ours (W3C, Web Content
// Accessibility Guidelines 2.2, contrast ratio), and so far from the others in one of its
// channels, of 255.
const (
	leastContrast = 2.1
	leastApart    = 32
)

// contrast is the ratio of the lightness of white paper to that of a colour.
func contrast(ink color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 1.05 / (0.2126*linear(ink.R) + 0.7152*linear(ink.G) + 0.0722*linear(ink.B) + 0.05)
}

// colorOf reads a colour such as "#b00020".
func colorOf(words string) (color.NRGBA, error) {
	v, err := strconv.ParseUint(strings.TrimPrefix(words, "#"), 16, 32)
	if err != nil || len(words) != 7 || words[0] != '#' {
		return color.NRGBA{}, errors.New(`want # and six hexadecimal digits, such as "#b00020"`)
	}
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff}, nil
}

// inks are the colours that the page's style replaces.
func (p page) inks() map[color.NRGBA]color.NRGBA {
	inks := map[color.NRGBA]color.NRGBA{}
	for _, e := range p.legend {
		if words, ok := p.style.Colors[e.name]; ok {
			if ink, err := colorOf(words); err == nil { // checked before
				inks[e.look.color] = ink
			}
		}
	}
	return inks
}
