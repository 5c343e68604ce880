package lesson

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"image/png"

	"gosubspace/notebooks/lesson/live"
	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// The live figure's page: what is in the frame, how it looks, and what it does.
var (
	//go:embed explore.html
	exploreHTML string
	//go:embed explore.css
	exploreCSS string
	//go:embed explore.js
	exploreJS string
	//go:embed explorecurve.js
	exploreCurveJS string
	//go:embed exploretriangle.js
	exploreTriangleJS string

	explorePage = template.Must(template.New("explore").Parse(exploreHTML))
)

// sliderRange is how far the slider of a curve reaches.
var sliderRange = [2]float64{-0.5, 1.5}

// settings is what the page is told once.
type settings struct {
	ID         string          `json:"id"`   // of the frame
	Comm       string          `json:"comm"` // of the cell
	Kernel     string          `json:"kernel"`
	Start      answer          `json:"start"`
	Classes    []string        `json:"classes"`
	Photos     []photo         `json:"photos"`
	Tests      int             `json:"tests"`
	Reestimate int             `json:"reestimate"`
	Colors     []string        `json:"colors"`
	Endpoints  int             `json:"endpoints"`
	Range      [2]float64      `json:"range"`  // of a curve
	Scored     [][2]float64    `json:"scored"` // of a curve: α, accuracy
	Plane      *subspace.Plane `json:"plane"`  // of a triangle
	Map        *accuracyMap    `json:"map"`
}

type photo struct {
	Source string `json:"src"`
	Label  int32  `json:"label"`
}

type accuracyMap struct {
	X      []float64   `json:"x"`
	Y      []float64   `json:"y"`
	Z      [][]float64 `json:"z"`
	Images int         `json:"images"` // test images that it was scored on; 0 for all
}

// page returns the HTML of the live figure, with the still as what it shows until it is
// alive.
func (f *figure) page(cell *live.Cell, still *plots.Figure) (string, error) {
	v := f.viewer
	s := settings{ID: "explore-" + cell.ID, Comm: cell.ID, Kernel: cell.Kernel, Start: f.start, Classes: v.Classes,
		Tests: v.Tests, Reestimate: v.Reestimate, Endpoints: v.Shape.Endpoints(), Range: sliderRange, Scored: [][2]float64{}}
	var err error
	if s.Photos, err = photos(v.Photographs); err != nil {
		return "", err
	}
	s.Colors = plots.MapColors()
	for _, p := range v.Points {
		if p.Alpha != nil {
			s.Scored = append(s.Scored, [2]float64{*p.Alpha, p.Accuracy})
		}
	}
	if f.triangle != nil {
		s.Plane = &f.triangle.Plane
		if g := v.Plane; g != nil {
			s.Map = &accuracyMap{g.X, g.Y, g.Values(func(s metric.Scores) float64 { return s.Accuracy }), v.Config.GridImages}
		}
	}
	config, err := json.Marshal(s) // which writes <, > and & so that no HTML ends
	if err != nil {
		return "", err
	}
	script := fmt.Sprintf("(() => {\nconst config = %s;\n%s\n%s\n%s\n%s\n})();", config, live.Script, exploreCurveJS, exploreTriangleJS, exploreJS)
	var out bytes.Buffer
	err = explorePage.Execute(&out, map[string]any{
		"ID": s.ID, "Title": paper.MethodName(v.Config) + " to explore", "Style": template.CSS(exploreCSS), "Script": template.JS(script),
		"Alt": still.Alt, "Still": template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(still.PNG)), "Width": still.Width,
	})
	return out.String(), err
}

// photos are the images of a set as PNG files in addresses.
func photos(set *dataset.Set) (all []photo, err error) {
	for i, label := range set.Labels {
		var file bytes.Buffer
		if err := png.Encode(&file, set.Picture(i)); err != nil {
			return nil, err
		}
		all = append(all, photo{"data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes()), label})
	}
	return all, nil
}
