package lesson

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gomlx/compute"
	"github.com/janpfeifer/gonb/gonbui"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

//go:embed cells.md
var cells string

// Cells shows how cells work, in any notebook.
func Cells() { gonbui.DisplayMarkdown(cells) }

// Speed returns how many images a second a network trains on, in steps of the
// given batch on a line: steps until two seconds are full, after one that
// compiles.
func Speed(b compute.Backend, net subspace.Net, input [3]int, batch int) float64 {
	space, err := subspace.New(b, net, input, 2, 1)
	Check(err)
	defer space.Finalize()
	noise := subspace.Batch{Images: make([]float32, batch*input[0]*input[1]*input[2]), Labels: make([]int32, batch)}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range noise.Images {
		noise.Images[i] = float32(rng.NormFloat64())
	}
	var start time.Time
	for steps := 0; ; steps++ {
		_, _, err := space.Step(noise, space.Draw(subspace.Sampler{Shape: subspace.Line{}}, rng), 0.01, subspace.SGD{})
		Check(err)
		if steps == 0 {
			start = time.Now()
		} else if taken := time.Since(start).Seconds(); taken > 2 {
			return float64(steps*batch) / taken
		}
	}
}

// Shipped opens a trained subspace that came with the notebooks, by its shape:
// standard, line, layerwise-line, bezier or simplex-3. No training image is needed
// to run the networks in it.
func Shipped(shape string) *experiment.Shipped {
	path := filepath.Join(resultsDir(), "endpoints", shape+".safetensors")
	s, err := experiment.OpenShipped(path, nil)
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("no trained %s came with the notebooks yet: train -shape %s -ship %s makes one", shape, shape, filepath.Dir(path))
	}
	Check(err)
	return s
}

// ShowShippedImages draws the images that came with a shipped subspace.
func ShowShippedImages(s *experiment.Shipped) (*plots.Figure, error) {
	set, err := s.Samples()
	if err != nil {
		return nil, err
	}
	return pictures("One test image of each class", s.Config.Data+", the first test image of each class", set, firsts(set), nil)
}

// certainties returns the probability in percent that the network at each point of
// a shipped subspace gives the true class of each image, [point][image], and the
// class that it holds for the likeliest.
func certainties(s *experiment.Shipped, set *dataset.Set) (percent [][]float64, likeliest [][]int, err error) {
	classes := len(s.Classes())
	for i := range s.Points {
		logits, err := s.Logits(context.Background(), i, set)
		if err != nil {
			return nil, nil, err
		}
		p := metric.Softmax(logits, classes)
		var row []float64
		var best []int
		for k, label := range set.Labels {
			one := p[k*classes : (k+1)*classes]
			row = append(row, 100*one[label])
			best = append(best, slices.Index(one, slices.Max(one)))
		}
		percent, likeliest = append(percent, row), append(likeliest, best)
	}
	return percent, likeliest, nil
}

// mostSeries is how many images [AlongImages] draws at most.
const mostSeries = 8

// AlongImages draws how the probability of the true class of images changes along
// a shipped curve: of the images given by their places in the set, at most eight;
// where none is given, of those for which it changes most.
func AlongImages(s *experiment.Shipped, set *dataset.Set, images ...int) (*plots.Figure, error) {
	if s.Points[0].Alpha == nil {
		return nil, fmt.Errorf("%s is no curve: use CertaintyTable", s.Config.Shape)
	}
	percent, _, err := certainties(s, set)
	if err != nil {
		return nil, err
	}
	if len(images) == 0 {
		images = mostChanged(percent, mostSeries)
		slices.Sort(images)
	}
	lines := plots.Lines{Title: "The true class along a " + s.Config.Shape, XLabel: "α", YLabel: "probability of the true class (%)", Note: shippedNote(s)}
	for _, k := range images {
		if k < 0 || k >= set.Len() {
			return nil, fmt.Errorf("image %d: the set has the images 0 to %d", k, set.Len()-1)
		}
		series := plots.Series{Name: set.Classes[set.Labels[k]]}
		if slices.ContainsFunc(lines.Series, func(other plots.Series) bool { return other.Name == series.Name }) {
			series.Name = fmt.Sprintf("%s, image %d", series.Name, k)
		}
		for i, p := range s.Points {
			if p.Alpha != nil {
				series.X, series.Y = append(series.X, *p.Alpha), append(series.Y, percent[i][k])
			}
		}
		lines.Series = append(lines.Series, series)
	}
	return lines.Draw()
}

// CertaintyTable prints the probability of the true class of every image, at five
// points of a shipped curve, or at the endpoints and the midpoint; with the class that
// the network holds for the likeliest where that is another.
func CertaintyTable(s *experiment.Shipped, set *dataset.Set) {
	percent, likeliest, err := certainties(s, set)
	Check(err)
	points := spaced(len(s.Points))
	table := [][]string{{"true class (%)"}}
	for _, i := range points {
		table[0] = append(table[0], pointName(s.Points[i]))
	}
	for k, label := range set.Labels {
		cells := []string{set.Classes[label]}
		for _, i := range points {
			cell := fmt.Sprintf("%.1f", percent[i][k])
			if best := likeliest[i][k]; best != int(label) {
				cell += fmt.Sprintf(" (%s)", set.Classes[best])
			}
			cells = append(cells, cell)
		}
		table = append(table, cells)
	}
	fmt.Print(paper.Plain.Write(table))
}

// spaced returns all of n places, or five evenly spaced ones of many.
func spaced(n int) (places []int) {
	for i := range min(n, 5) {
		places = append(places, i*(n-1)/max(min(n, 5)-1, 1))
	}
	return places
}

func pointName(p experiment.PointScore) string {
	switch {
	case p.Alpha != nil:
		return fmt.Sprintf("α = %.2f", *p.Alpha)
	case p.Midpoint:
		return "midpoint"
	}
	return fmt.Sprintf("endpoint %d", 1+slices.Index(p.Weights, 1))
}

func shippedNote(s *experiment.Shipped) string {
	c, images := s.Config, "all"
	if c.TrainImages > 0 {
		images = fmt.Sprint(c.TrainImages)
	}
	return fmt.Sprintf("%s, computed with %s; %s training images, %d epochs; batch norm by the statistics in the file",
		c.Name(), s.Device(), images, c.Epochs)
}
