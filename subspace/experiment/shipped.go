package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
)

// Shipped is a trained subspace in one file that travels without its run: the
// endpoints as in a run's folder, and the batch-norm statistics re-estimated at
// its Points, so that the networks there run without a training image. Close it
// when it is no longer needed.
type Shipped struct {
	shipping
	Path string

	run *Run // with the endpoints in its space and the statistics, and sets without images
}

// OpenShipped opens what [Run.Ship] wrote, on the backend that runs use. A damaged
// file is an error. net is the network where the run has one of the reader's own,
// else nil.
func OpenShipped(path string, net subspace.Net) (shipped *Shipped, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s cannot be used: %w", path, err)
		}
	}()
	o := Options{Net: net}
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
	arrays, metadata, err := unseal(file, "")
	if err != nil {
		return nil, about, err
	}
	if metadata["config"] == "" {
		return nil, about, errors.New("it does not say what it was trained with: want a file that Run.Ship (train -ship) wrote; the endpoints in a run's folder are opened as the run")
	}
	about.Identity = metadata["identity"]
	for _, m := range []struct {
		name  string
		value any
	}{{"config", &about.Config}, {"points", &about.Points}, {"network", &about.Network}} {
		if err := json.Unmarshal([]byte(metadata[m.name]), m.value); err != nil {
			return nil, about, fmt.Errorf("its metadata %q are none of a shipped run: %w", m.name, err)
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
	s.run.statisticsAt = s.Points
	s.run.statistics = make([][]subspace.Array, len(s.Points))
	for i := range s.Points {
		prefix := fmt.Sprintf("%s.%d/", statisticsPrefix, i)
		for _, a := range arrays {
			if name, ok := strings.CutPrefix(a.Name, prefix); ok {
				a.Name = "/" + name
				s.run.statistics[i] = append(s.run.statistics[i], a)
			}
		}
		if err := space.SetBuffers(s.run.statistics[i]); err != nil { // in the network's order, as they were written
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
	return s.run.space, s.run.space.SetBuffers(s.run.statistics[i])
}

// At returns which of Points has the given coefficients, −1 where none has.
func (s *Shipped) At(w subspace.Weights) int { return pointAt(s.Points, w) }

// Middle returns which of Points is the midpoint.
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
	if err := s.run.takes(set); err != nil {
		return nil, err
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
	r.Result.Points = s.scored()
	if err := r.build(toBeSet); err != nil {
		return nil, err
	}
	if err := r.space.SetEndpoints(rows); err != nil {
		r.Close()
		return nil, err
	}
	r.statisticsAt, r.statistics = s.Points, s.run.statistics
	return r, nil
}

// TestSet returns the test images of the run, part of the data set where its
// configuration says so.
func (r *Run) TestSet() *dataset.Set { return r.data.Test }

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

// encodeSheet returns the images of a set side by side as a PNG file. Grey images stay
// grey; no pixel changes.
func encodeSheet(set *dataset.Set) ([]byte, error) {
	h, w, c := set.Height, set.Width, set.Channels
	if c > 3 {
		return nil, fmt.Errorf("images of %d channels make no picture that could lie beside the subspace: want 1 to 3", c)
	}
	var sheet draw.Image = image.NewRGBA(image.Rect(0, 0, w*set.Len(), h))
	if c == 1 {
		sheet = image.NewGray(sheet.Bounds())
	}
	for k := range set.Len() {
		draw.Draw(sheet, image.Rect(k*w, 0, (k+1)*w, h), set.Picture(k), image.Point{}, draw.Src)
	}
	var file bytes.Buffer
	err := png.Encode(&file, sheet)
	return file.Bytes(), err
}

// decodeSheet reverses encodeSheet for a sheet with an image of every class.
func decodeSheet(file []byte, n inputs) (*dataset.Set, error) {
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	h, w, c := n.Image[0], n.Image[1], n.Image[2]
	if c > 3 {
		return nil, fmt.Errorf("a sheet for images of %d channels: want 1 to 3", c)
	}
	if got, want := picture.Bounds().Size(), image.Pt(w*len(n.Classes), h); got != want {
		return nil, fmt.Errorf("a sheet of %d × %d pixels: want %d × %d, an image of each of %d classes side by side", got.X, got.Y, want.X, want.Y, len(n.Classes))
	}
	set := &dataset.Set{Name: "shipped images", Height: h, Width: w, Channels: c, Classes: n.Classes}
	for k := range n.Classes {
		set.Labels = append(set.Labels, int32(k))
		for y := range h {
			for x := range w {
				r, g, b, _ := picture.At(k*w+x, y).RGBA()
				rgb := []uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}
				set.Pixels = append(set.Pixels, rgb[:c]...)
			}
		}
	}
	return set, set.Check()
}
