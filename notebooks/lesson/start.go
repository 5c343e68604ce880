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
	"strings"
	"time"

	"github.com/gomlx/compute"
	"github.com/janpfeifer/gonb/gonbui"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/place"
)

//go:embed cells.md
var cells string

// Cells shows how cells work, in any notebook.
func Cells() {
	gonbui.DisplayMarkdown(cells)
	plots.Sync() // the cell may end here
}

// Speed returns how many images a second a network trains on, in steps of the
// given batch on a line: steps until two seconds are full, after one that
// compiles.
func Speed(b compute.Backend, net subspace.Net, input [3]int, batch int) float64 {
	Check(checkSpeed(b, net, input, batch))
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

func checkSpeed(b compute.Backend, net subspace.Net, input [3]int, batch int) error {
	const most = 1 << 28 // numbers in a batch: a gigabyte
	if b == nil || net == nil {
		return errors.New("the backend or the net is nil: want lesson.Backend(), and a net such as network.CNN(10, 8)")
	}
	size := batch
	for _, n := range append(input[:], batch) {
		if n < 1 || n > most {
			return fmt.Errorf("a batch of %d images of %v: want whole numbers from 1 on, height, width and channels", batch, input)
		}
	}
	for _, n := range input {
		if size *= n; size > most {
			return fmt.Errorf("a batch of %d images of %v is more than a gigabyte: want a smaller one", batch, input)
		}
	}
	return nil
}

// Alpha is the α of the point that a training step on a line drew for its batch: the
// coefficient of the second endpoint, which is the same in every layer. It is an error
// where the point is of no line, or every layer has one of its own.
func Alpha(d subspace.Draw) (float64, error) {
	if len(d.At) != 1 || len(d.At[0]) == 0 || len(d.At[0][0]) != 2 {
		return 0, errors.New("the draw is not one point of a line: want that of subspace.Sampler{Shape: subspace.Line{}}")
	}
	for _, layer := range d.At[0] {
		if !slices.Equal(layer, d.At[0][0]) {
			return 0, errors.New("the draw is layer-wise: every layer has an α of its own")
		}
	}
	return float64(d.At[0][0][1]), nil
}

// Shipped opens a trained subspace that came with the notebooks, by its shape:
// standard, line, layerwise-line, bezier or simplex-3. No training image is needed
// to run the networks in it.
func Shipped(shape string) *experiment.Shipped {
	path := filepath.Join(resultsDir(), "endpoints", shape+".safetensors")
	s, err := experiment.OpenShipped(path, nil)
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("no trained %q came with the notebooks: want %s", shape, strings.Join(shippedShapes(), ", "))
		if _, wrong := subspace.ParseSampler(shape); wrong == nil {
			err = fmt.Errorf("%w; or make one: go run ./kernel train -preset cifar10-small -shape %s -ship DIR, a folder of yours, and open DIR/%[2]s.safetensors with experiment.OpenShipped", err, shape)
		}
	}
	Check(err)
	return s
}

// shippedShapes are the shapes that came with the notebooks.
func shippedShapes() (shapes []string) {
	paths, _ := place.Files(filepath.Join(resultsDir(), "endpoints"), ".safetensors")
	for _, path := range paths {
		shapes = append(shapes, strings.TrimSuffix(filepath.Base(path), ".safetensors"))
	}
	return shapes
}

// checkShipped reports what keeps a shipped subspace and images from being looked at.
func checkShipped(s *experiment.Shipped, set *dataset.Set) error {
	switch {
	case s == nil || len(s.Points) == 0:
		return errors.New("the shipped subspace is nil or has no points: want what lesson.Shipped returns")
	case set == nil:
		return errNoSet
	case set.Len() == 0:
		return fmt.Errorf("%s has no images: want some", set.Name)
	case !slices.Equal(set.Classes, s.Classes()):
		return fmt.Errorf("%s has other classes than the %s was trained on: want images of %s", set.Name, paper.MethodName(s.Config), s.Config.Data)
	}
	return nil
}

// ShowShippedImages draws the images that came with a shipped subspace.
func ShowShippedImages(s *experiment.Shipped) (*plots.Figure, error) {
	if s == nil {
		return nil, errors.New("the shipped subspace is nil: want what lesson.Shipped returns")
	}
	set, err := s.Samples()
	if err != nil {
		return nil, err
	}
	return pictures("One test image of each class", paper.DataName(s.Config)+", the first test image of each class", set, firsts(set), nil)
}

// certainties returns the probability in percent that the network at each point of
// a shipped subspace gives the true class of each image, [point][image], and the
// class that it holds for the likeliest.
func certainties(s *experiment.Shipped, set *dataset.Set) (percent [][]float64, likeliest [][]int, err error) {
	if err := checkShipped(s, set); err != nil {
		return nil, nil, err
	}
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
	if err := checkShipped(s, set); err != nil {
		return nil, err
	}
	if s.Points[0].Alpha == nil {
		return nil, fmt.Errorf("%s is no curve: use CertaintyTable", paper.MethodName(s.Config))
	}
	if len(images) > mostSeries {
		return nil, fmt.Errorf("%d images: want at most %d, which can be told apart", len(images), mostSeries)
	}
	percent, _, err := certainties(s, set)
	if err != nil {
		return nil, err
	}
	if len(images) == 0 {
		images = mostChanged(percent, mostSeries)
		slices.Sort(images)
	}
	lines := plots.Lines{Title: fmt.Sprintf("The true class along a %s (%s)", paper.MethodName(s.Config), paper.DataName(s.Config)), XLabel: "α", YLabel: "probability of the true class (%)", Note: shippedNote(s)}
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
	points := spaced(s.Points)
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

// spaced returns which points a table has: all, or of a curve five, evenly spaced.
func spaced(points []experiment.PointScore) (places []int) {
	var all, on []int // the points, and those along a curve
	for i, p := range points {
		all = append(all, i)
		if p.Alpha != nil {
			on = append(on, i)
		}
	}
	if len(on) == 0 {
		return all
	}
	some := min(len(on), 5)
	for i := range some {
		places = append(places, on[i*(len(on)-1)/max(some-1, 1)])
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
