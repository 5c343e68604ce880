package lesson

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// still draws what stays of the figure: the images with the three likeliest classes, and
// the state in words.
func (f *figure) still(a answer) (*plots.Figure, error) {
	v := f.viewer
	scores := "test images are not here"
	if s := a.Scores; s != nil {
		scores = fmt.Sprintf("accuracy %.1f %%, loss %.3f, ECE %.1f %% of %d test images", 100*s[0], s[1], 100*s[2], v.Tests)
	}
	images := plots.Images{
		Title:  fmt.Sprintf("%s at %s", capital(paper.MethodName(v.Config)), a.Words),
		Pixels: v.Photographs.Pixels, Height: v.Photographs.Height, Width: v.Photographs.Width, Channels: v.Photographs.Channels,
		Note: fmt.Sprintf("%s, computed with %s; %s; %s; batch norm %s", v.Config.Name(), v.Device, map[bool]string{true: "inside", false: "outside"}[a.Inside], scores, a.How),
		Name: "explore-" + v.Config.Shape,
	}
	var words []string
	for k, label := range v.Photographs.Labels {
		lines := []string{"(" + v.Classes[label] + ")"}
		for _, g := range a.Top[k] {
			lines = append(lines, fmt.Sprintf("%s: %.0f %%", v.Classes[int(g[0])], 100*g[1]))
		}
		images.Labels = append(images.Labels, strings.Join(lines, "\n"))
		words = append(words, fmt.Sprintf("%s, taken for %s", v.Classes[label], strings.Join(lines[1:], ", ")))
	}
	images.Alt = fmt.Sprintf("The network of a %s at %s, %s its range: %s, batch norm %s. The %d images, and the classes that it holds for the likeliest. %s.\nNote: %s",
		paper.MethodName(v.Config), a.Words, map[bool]string{true: "in", false: "outside"}[a.Inside], scores, a.How, len(words), strings.Join(words, "; "), images.Note)
	return images.Draw()
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// onMap draws where the point lies on the run's accuracy along the curve, or on its map of
// the plane; nil where there is none, or no score to draw.
func (f *figure) onMap(a answer) (*plots.Figure, error) {
	v := f.viewer
	note := fmt.Sprintf("%s, computed with %s; the rest as the run was scored", v.Config.Name(), v.Device)
	if f.triangle == nil {
		known := plots.Series{Name: "along the curve, all test images", Style: 1}
		for _, p := range v.Points {
			if p.Alpha != nil {
				known.X, known.Y = append(known.X, *p.Alpha), append(known.Y, 100*p.Accuracy)
			}
		}
		if len(known.X) == 0 || a.Scores == nil {
			return nil, nil
		}
		here := plots.Series{Name: fmt.Sprintf("here, %d test images", v.Tests), X: []float64{*a.Place.Alpha}, Y: []float64{100 * a.Scores[0]}, Style: 7}
		return plots.Lines{Title: "Where the point lies", XLabel: "α", YLabel: "test accuracy (%)", Note: note, Series: []plots.Series{known, here}}.Draw()
	}
	if v.Plane == nil || !firstThree(a.Place.Corners) {
		return nil, nil
	}
	note += paper.MapImages(experiment.Result{Config: v.Config})
	g := v.Plane
	field := paper.Field(g, paper.AccuracyAxis)
	field.Paths = []plots.Path{paper.Outline("triangle", f.triangle.Plane)}
	field.Marks = slices.DeleteFunc(field.Marks, func(m plots.Mark) bool { return m.Name == "midpoint" })
	x, y := *a.Place.X, *a.Place.Y
	if x >= g.X[0] && x <= g.X[len(g.X)-1] && y >= g.Y[0] && y <= g.Y[len(g.Y)-1] {
		field.Marks = append(field.Marks, plots.Mark{Name: "here", X: x, Y: y})
	} else {
		note += "; the point lies beyond its edge"
	}
	return plots.Contours{Title: "Where the point lies", Note: note, Fields: []plots.Field{field}}.Draw()
}

func firstThree(corners []int) bool {
	for i, c := range corners {
		if i != c {
			return false
		}
	}
	return true
}
