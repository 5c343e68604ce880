package page

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"

	"golang.org/x/image/draw"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/paper"
)

// Options say what is measured. The zero value serves.
type Options struct {
	Statistics explore.Statistics    // of batch norm; where empty, re-estimated if training images are there
	Corners    []int                 // of a simplex of more than three endpoints, counted from 0; the first three where nil
	Curve      Grid                  // of a curve; [Curve] where zero
	Triangle   Grid                  // of a triangle; [Triangle] where zero
	Report     func(done, total int) // points; may be nil
}

// defaults fills in what is not said.
func (o *Options) defaults(v *explore.Viewer) {
	o.Curve, o.Triangle = cmp.Or(o.Curve, Curve), cmp.Or(o.Triangle, Triangle)
	if o.Statistics == "" {
		o.Statistics = explore.Interpolated
		if v.Reestimate > 0 {
			o.Statistics = explore.Reestimated
		}
	}
}

// Measure looks at all points of the grid of a viewer's shape. Where no test images are
// here the scores are those of the photographs, and there is no calibration error:
// there are too few for one.
func Measure(ctx context.Context, v *explore.Viewer, o Options) (*Page, error) {
	o.defaults(v)
	grid, to, err := wayOf(v.Shape, o)
	if err != nil {
		return nil, err
	}
	p := &Page{Grid: grid, Classes: v.Classes}
	labels := v.Photographs.Labels
	for i, label := range labels {
		file, err := encode(v.Photographs, i)
		if err != nil {
			return nil, err
		}
		p.Photographs = append(p.Photographs, Photograph{Label: int(label), PNG: file})
	}
	for i := range grid.Len() {
		at, _ := to(grid.Place(i))
		view, err := v.At(ctx, at, o.Statistics)
		if err != nil {
			return nil, err
		}
		p.At, p.Scores = append(p.At, at), append(p.Scores, scoresOf(view, labels))
		if err := finite(p.Scores[i]); err != nil { // not when all others have been looked at
			return nil, err
		}
		for k, probabilities := range view.Photographs {
			p.Photographs[k].Probabilities = append(p.Photographs[k].Probabilities, probabilities)
		}
		if o.Report != nil {
			o.Report(i+1, grid.Len())
		}
	}
	p.describe(v, o)
	return p, nil
}

// scoresOf are the scores of a view, of its photographs where it has no others.
func scoresOf(view explore.View, labels []int32) Scores {
	if s := view.Scores; s != nil {
		return Scores{s.Accuracy, s.NLL, &s.ECE}
	}
	right, loss := 0, 0.0
	for i, probabilities := range view.Photographs {
		if explore.Likeliest(probabilities, 1)[0].Class == int(labels[i]) {
			right++
		}
		loss -= math.Log(max(probabilities[labels[i]], 1e-300))
	}
	n := float64(len(labels))
	return Scores{Accuracy: float64(right) / n, Loss: loss / n}
}

// finite reports scores that are no numbers.
func finite(s Scores) error {
	if math.IsNaN(s.Loss) || math.IsInf(s.Loss, 0) || s.ECE != nil && math.IsNaN(*s.ECE) {
		return errors.New("a loss on the grid is no number: the networks there have diverged")
	}
	return nil
}

// describe says what has been measured, and how. The title has the method and the data: an
// index, a browser's tabs and its history have nothing else to tell pages apart by.
func (p *Page) describe(v *explore.Viewer, o Options) {
	p.Title = fmt.Sprintf("Move through networks: %s (%s)", paper.MethodName(v.Config), paper.DataName(v.Config))
	p.Letter, p.Shape = "α", v.Shape.String()
	if _, ok := v.Shape.(subspace.Bezier); ok {
		p.Letter, p.Shape = "t", "Bézier curve"
	}
	corners := o.Corners
	if corners == nil {
		corners = []int{0, 1, 2}
	}
	if p.Grid.Flat {
		p.Shape = "triangle"
		for _, c := range corners {
			p.Corners = append(p.Corners, fmt.Sprintf("endpoint %d", c+1))
		}
	}
	p.Tested = fmt.Sprintf("%d test images", v.Tests)
	if v.Tests == 0 {
		p.Tested = fmt.Sprintf("the %d photographs alone", v.Photographs.Len())
	}
	points := fmt.Sprintf("%d points", p.Grid.Side)
	if p.Grid.Flat {
		points = fmt.Sprintf("%d × %[1]d points", p.Grid.Side)
	}
	p.Notes = append(p.Notes, fmt.Sprintf("Measured at %s, each a network of its own, on %s. Between measured points every number is interpolated (bilinear), and no network stands behind it.", points, p.Tested))
	if v.Tests > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("Of %s an accuracy is known to within %.1f points or so (a standard error at most): what goes up and down by less along the way may be chance.", p.Tested, 50/math.Sqrt(float64(v.Tests))))
	} else {
		p.Notes = append(p.Notes, "No test images of this data set were there when the page was made: accuracy and loss are those of the photographs, too few to judge a network by.")
	}
	switch {
	case !v.BatchNorm:
	case o.Statistics == explore.Reestimated:
		p.Notes = append(p.Notes, fmt.Sprintf("Batch norm was re-estimated at each point, on %d training images.", v.Reestimate))
	case v.Reestimate > 0:
		p.Notes = append(p.Notes, "Batch norm's statistics were interpolated between the points that have some, not re-estimated at each.")
	default:
		p.Notes = append(p.Notes, "No training images were there when the page was made: batch norm's statistics were interpolated between the points that have some, not re-estimated at each. Outside they are those of the nearest edge.")
	}
	if p.Grid.Flat {
		p.Notes = append(p.Notes, "The triangle is drawn with equal sides, whatever the distances of its corners in weight space.")
	}
}

// largest is how many pixels a photograph has on a side, at most.
const largest = 128

// encode returns image i of a set as a PNG file, smaller where it is large.
func encode(set *dataset.Set, i int) ([]byte, error) {
	one, err := set.Image(i)
	if err != nil {
		return nil, err
	}
	w, h, picture := one.Width, one.Height, one.Picture(0)
	if long := max(w, h); long > largest {
		small := image.NewRGBA(image.Rect(0, 0, max(1, w*largest/long), max(1, h*largest/long)))
		draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
		picture = small
	}
	var file bytes.Buffer
	err = png.Encode(&file, picture)
	return file.Bytes(), err
}
