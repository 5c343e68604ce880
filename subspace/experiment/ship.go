package experiment

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// Shipped is a trained subspace in one file that travels without its run: the
// endpoints as in a run's folder, and the batch-norm statistics re-estimated at
// its Points, so that the networks there run without a training image. Close it
// when it is no longer needed.
type Shipped struct {
	shipping
	Path string

	statistics [][]subspace.Array // by point
	run        *Run               // with the endpoints in its space, and sets without images
}

// shipping is the metadata of a shipped file that tie it to its recorded run.
type shipping struct {
	Config   Config // the run's
	Identity string // and its recorded result's
	// Points are those that the run was scored at, with the scores that were
	// recorded; of a curve also those at α = 0, 0.05 … 1 that were not scored, whose
	// N is 0.
	Points  []PointScore
	Network inputs // what its network takes
}

// inputs are the images that a network takes, and what it makes of them.
type inputs struct {
	Image   [3]int    `json:"image"` // height, width, channels
	Classes []string  `json:"classes"`
	Mean    []float32 `json:"mean"` // of pixel/255, a channel
	Std     []float32 `json:"std"`
}

const statisticsPrefix = "statistics" // statistics.3/stem/norm/mean: at point 3

// Ship writes the trained endpoints of a run with its batch-norm statistics, for
// [OpenShipped]: safetensors, the endpoints under the network's own names as
// endpoint.I/…, the statistics at point K as statistics.K/….
func (r *Run) Ship(ctx context.Context, path string) error {
	s, err := r.Space()
	if err != nil {
		return err
	}
	rows, err := s.Endpoints()
	if err != nil {
		return err
	}
	before, err := s.Buffers()
	if err != nil {
		return err
	}
	arrays := rowsToArrays(endpointPrefix, s.Layout, rows)
	points := r.shippedPoints()
	for i, p := range points {
		if err := s.Recalibrate(ctx, subspace.Uniform(p.Weights, len(s.Layout.Layers)), r.recalibration()); err != nil {
			return err
		}
		buffers, err := s.Buffers()
		if err != nil {
			return err
		}
		for _, b := range buffers {
			b.Name = fmt.Sprintf("%s.%d%s", statisticsPrefix, i, b.Name) // the name begins with a slash
			arrays = append(arrays, b)
		}
	}
	if err := s.SetBuffers(before); err != nil {
		return err
	}
	t := r.data.Train
	about := shipping{r.Config, r.identity, points,
		inputs{[3]int{t.Height, t.Width, t.Channels}, t.Classes, r.data.Mean, r.data.Std}}
	metadata := map[string]string{"run": r.Config.Name(), "shape": r.Config.Shape, "identity": about.Identity}
	for name, value := range map[string]any{"config": about.Config, "points": about.Points, "network": about.Network} {
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		metadata[name] = string(text)
	}
	file, err := seal(arrays, metadata)
	if err != nil {
		return err
	}
	return place.WriteFile(path, file)
}

// shippedSteps is how many steps from end to end of a curve have statistics.
const shippedSteps = 20

// shippedPoints returns the points that statistics are shipped of.
func (r *Run) shippedPoints() []PointScore {
	points := r.Result.rounded().Points
	curve, ok := r.sampler.Shape.(subspace.Curve)
	if !ok || points[0].Alpha == nil {
		return points
	}
	for i := range shippedSteps + 1 {
		alpha := float64(i) / shippedSteps
		if at := curve.At(alpha); pointAt(points, at) < 0 {
			points = append(points, PointScore{Alpha: &alpha, Weights: at})
		}
	}
	// A midpoint that is not among the places of the curve comes last.
	place := func(p PointScore) float64 {
		if p.Alpha == nil {
			return 2
		}
		return *p.Alpha
	}
	slices.SortStableFunc(points, func(a, b PointScore) int {
		return cmp.Compare(place(a), place(b))
	})
	return points
}

// pointAt returns which of points has the given coefficients, −1 where none has.
func pointAt(points []PointScore, at subspace.Weights) int {
	return slices.IndexFunc(points, func(p PointScore) bool { return near(p.Weights, at) })
}

// OpenShipped opens what [Run.Ship] wrote, on the backend that runs use. A damaged
// file is an error. net is the network where the run has one of the reader's own,
// else nil.
func OpenShipped(path string, net subspace.Net) (*Shipped, error) {
	s, err := openShipped(path, Options{Net: net})
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w", path, err)
	}
	return s, nil
}

func openShipped(path string, o Options) (*Shipped, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	arrays, about, err := readShipped(file)
	if err != nil {
		return nil, err
	}
	sampler, err := about.Config.check(o.shapeOf(about.Config))
	if err != nil {
		return nil, err
	}
	n := about.Network
	empty := &dataset.Set{Name: about.Config.Data, Height: n.Image[0], Width: n.Image[1], Channels: n.Image[2], Classes: n.Classes}
	s := &Shipped{shipping: about, Path: path}
	s.run = &Run{Config: about.Config, options: o, sampler: sampler, identity: about.Identity,
		data: &dataset.Data{Train: empty, Test: empty, Mean: n.Mean, Std: n.Std}}
	if err := s.run.data.Check(); err != nil {
		return nil, err
	}
	if err := s.run.build(toBeSet); err != nil {
		return nil, err
	}
	if err := s.fill(arrays); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// readShipped checks and reads a file's tensors and metadata.
func readShipped(file []byte) (arrays []subspace.Array, about shipping, err error) {
	arrays, metadata, err := decodeTensors(file)
	if err != nil {
		return nil, about, err
	}
	if got, want := checksum(arrays, metadata), metadata[checksumKey]; got != want {
		return nil, about, fmt.Errorf("its checksum is %.12s…, %.12s… was written: the file is damaged", got, want)
	}
	about.Identity = metadata["identity"]
	for name, value := range map[string]any{"config": &about.Config, "points": &about.Points, "network": &about.Network} {
		if err := json.Unmarshal([]byte(metadata[name]), value); err != nil {
			return nil, about, fmt.Errorf("its metadata %q are none of a shipped run: %w", name, err)
		}
	}
	if len(about.Points) == 0 || about.Identity == "" {
		return nil, about, errors.New("it names no point or no run: it was not written by Run.Ship")
	}
	return arrays, about, nil
}

// fill puts the endpoints into the space and keeps the statistics.
func (s *Shipped) fill(arrays []subspace.Array) error {
	space := s.run.space
	rows, err := arraysToRows(endpointPrefix, space.Layout, arrays)
	if err != nil {
		return err
	}
	if err := space.SetEndpoints(rows); err != nil {
		return err
	}
	s.statistics = make([][]subspace.Array, len(s.Points))
	for i := range s.Points {
		prefix := fmt.Sprintf("%s.%d/", statisticsPrefix, i)
		for _, a := range arrays {
			if name, ok := strings.CutPrefix(a.Name, prefix); ok {
				a.Name = "/" + name
				s.statistics[i] = append(s.statistics[i], a)
			}
		}
		if err := space.SetBuffers(s.statistics[i]); err != nil { // in the network's order, as they were written
			return fmt.Errorf("its statistics at point %d: %w", i, err)
		}
	}
	return nil
}

// Close frees what the shipped subspace holds on the device.
func (s *Shipped) Close() { s.run.Close() }

// Space returns the subspace with the shipped endpoints, its statistics those of
// point i of Points. Another call for another point changes them.
func (s *Shipped) Space(i int) (*subspace.Space, error) {
	if i < 0 || i >= len(s.Points) {
		return nil, fmt.Errorf("point %d of %s: it has the points 0 to %d", i, s.Path, len(s.Points)-1)
	}
	return s.run.space, s.run.space.SetBuffers(s.statistics[i])
}

// At returns which of Points has the given coefficients, −1 where none has.
func (s *Shipped) At(w subspace.Weights) int { return pointAt(s.Points, w) }

// Middle returns which of Points is the centre.
func (s *Shipped) Middle() int {
	return max(0, slices.IndexFunc(s.Points, func(p PointScore) bool { return p.Midpoint }))
}

// Device names the backend and device that the shipped subspace is on.
func (s *Shipped) Device() string { return s.run.device }

// Classes returns the names of the classes.
func (s *Shipped) Classes() []string { return s.Network.Classes }

// Logits returns what the network at point i of Points makes of the images of a
// set, [n, classes], by the shipped statistics: no training image is needed.
func (s *Shipped) Logits(ctx context.Context, i int, set *dataset.Set) ([]float32, error) {
	space, err := s.Space(i)
	if err != nil {
		return nil, err
	}
	if err := set.Check(); err != nil {
		return nil, err
	}
	if n := s.Network.Image; n != [3]int{set.Height, set.Width, set.Channels} {
		return nil, fmt.Errorf("images of %d × %d × %d for a network of %d × %d × %d: want the same", set.Height, set.Width, set.Channels, n[0], n[1], n[2])
	}
	logits, _, err := space.Logits(ctx, subspace.Uniform(s.Points[i].Weights, len(space.Layout.Layers)), s.run.inOrder(set))
	return logits, err
}

// Score scores the network at point i on a set, by the shipped statistics.
func (s *Shipped) Score(ctx context.Context, i int, set *dataset.Set) (metric.Scores, error) {
	logits, err := s.Logits(ctx, i, set)
	if err != nil {
		return metric.Scores{}, err
	}
	return metric.ScoreBins(logits, set.Labels, len(s.Network.Classes), s.run.bins())
}

// ErrOtherData says that the images here are not those that a run was made with.
var ErrOtherData = errors.New("the images here are others than those of the run")

// Run returns the run of the shipped subspace, as if it had been trained here: for
// [Run.Score], which re-estimates batch norm on the training images that the
// configuration says. Where the images are not the run's the error wraps
// [ErrOtherData]. Close the run.
func (s *Shipped) Run(ctx context.Context, o Options) (*Run, error) {
	r, err := open(ctx, s.Config, o)
	if err != nil {
		return nil, err
	}
	if r.identity != s.Identity {
		return nil, fmt.Errorf("%s: %w (run %.8s, here it would be %.8s)", s.Path, ErrOtherData, s.Identity, r.identity)
	}
	rows, err := s.run.space.Endpoints()
	if err != nil {
		return nil, err
	}
	r.Result.Points = slices.DeleteFunc(slices.Clone(s.Points), func(p PointScore) bool { return p.N == 0 })
	if err := r.build(toBeSet); err != nil {
		return nil, err
	}
	if err := r.space.SetEndpoints(rows); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// TestSet returns the test images of the run, part of the data set where its
// configuration says so.
func (r *Run) TestSet() *dataset.Set { return r.data.Test }

// SamplesFile is the sheet of images that lies beside shipped files.
const SamplesFile = "images.png"

// ShipSamples writes the first test image of each class of a run's data, side by
// side in the order of the classes, as one PNG file without loss.
func (r *Run) ShipSamples(dir string) error {
	set := r.data.Test
	var first []int
	for c := range set.Classes {
		i := slices.Index(set.Labels, int32(c))
		if i < 0 {
			return fmt.Errorf("no test image of class %s", set.Classes[c])
		}
		first = append(first, i)
	}
	file, err := encodeSheet(set, first)
	if err != nil {
		return err
	}
	return place.WriteFile(filepath.Join(dir, SamplesFile), file)
}

// Samples returns the images beside the shipped file, one of each class in their
// order.
func (s *Shipped) Samples() (*dataset.Set, error) {
	path := filepath.Join(filepath.Dir(s.Path), SamplesFile)
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set, err := decodeSheet(file, s.Network)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return set, nil
}
