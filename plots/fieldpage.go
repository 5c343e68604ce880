package plots

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// fieldZoom shows several panels larger, as Panels does.
func fieldZoom(panels int) float64 {
	if panels > 1 {
		return 1.25
	}
	return 1
}

// fieldsAlt is the text alternative of a figure of fields.
func fieldsAlt(kind, title, note string, fields []Field, heads []heading, missing string) string {
	alt := []string{fmt.Sprintf("%s. %s", strings.ToUpper(kind[:1])+kind[1:], sentence(title))}
	if len(fields) > 1 {
		alt[0] = fmt.Sprintf("%d %ss. %s", len(fields), kind, sentence(title))
	}
	for i, f := range fields {
		words := f.words(heads[i].scale, missing)
		if len(fields) > 1 {
			words = fmt.Sprintf("Panel %d: %s", i+1, words)
		}
		alt = append(alt, words)
	}
	return strings.Join(append(alt, "Note: "+note), "\n")
}

// pathLooks are given out in order of appearance. All are drawn on a white line,
// which sets them off from any colour of the map.
var pathLooks = []look{
	{vermillion, nil, nil, 2.4},
	{black, []vg.Length{6, 2.5}, nil, 2.2},
	{blue, []vg.Length{2, 2}, nil, 2.4},
	{purple, []vg.Length{8, 2, 2, 2}, nil, 2.4},
}

func pathLooksOf(fields []Field) map[string]look {
	looks := map[string]look{}
	for _, f := range fields {
		for _, p := range f.Paths {
			if _, ok := looks[p.Name]; !ok {
				looks[p.Name] = pathLooks[len(looks)]
			}
		}
	}
	return looks
}

// fieldLegend lists the paths, and what grey means where there is some.
func fieldLegend(fields []Field, looks map[string]look) []entry {
	var entries []entry
	listed, missing := map[string]bool{}, 0
	for _, f := range fields {
		missing += f.missing()
		for _, p := range f.Paths {
			if !listed[p.Name] {
				listed[p.Name] = true
				entries = append(entries, entry{name: p.Name, look: looks[p.Name]})
			}
		}
	}
	if missing > 0 {
		entries = append(entries, entry{name: "not evaluated", swatch: hatchSwatch})
	}
	return entries
}

// hatchSwatch fills area with the pattern of what could not be evaluated.
func hatchSwatch(c draw.Canvas, area vg.Rectangle) {
	picture, box, done := pixels(c, area)
	defer done()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			picture.SetRGBA(x, y, hatchInk(x, y))
		}
	}
}
