package experiment

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"gosubspace/subspace"
	"gosubspace/subspace/internal/safetensors"
	"gosubspace/subspace/place"
)

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
// endpoint.I/…, the statistics at point K as statistics.K/…. A file that is there is
// written anew where it is of the same run; another one is an error, see [MayShip]. So is a
// run with a shape of the reader's own, which [OpenShipped] does not know.
func (r *Run) Ship(ctx context.Context, path string) error {
	if r.options.shapeOf(r.Config) != nil {
		return fmt.Errorf("the shape %q is one of your own, and a shipped file is opened without it: open the run itself, %s", r.sampler.Shape, r.Dir)
	}
	if err := mayShip(path, func(about shipping) bool { return about.Identity == r.identity }); err != nil {
		return err
	}
	s, err := r.Space()
	if err != nil {
		return err
	}
	rows, err := s.Endpoints()
	if err != nil {
		return err
	}
	arrays := rowsToArrays(endpointPrefix, s.Layout, rows)
	points, statistics, err := r.statisticsOf(ctx)
	if err != nil {
		return err
	}
	for i, buffers := range statistics {
		for _, b := range buffers {
			b.Name = fmt.Sprintf("%s.%d%s", statisticsPrefix, i, b.Name) // the name begins with a slash
			arrays = append(arrays, b)
		}
	}
	t := r.data.Train
	about := shipping{r.Config, r.identity, points,
		inputs{t.Shape(), t.Classes, r.data.Mean, r.data.Std}}
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

// MayShip says why a run of a configuration may not be shipped to a file: what is there, if
// anything, is of another configuration, and would be lost. [Run.Ship] finds out too whether
// it is of other data; this tells before anything is trained.
func MayShip(path string, c Config) error {
	return mayShip(path, func(about shipping) bool { return about.Config == c })
}

// mayShip says so of a file that is there and not the same run's.
func mayShip(path string, same func(about shipping) bool) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	metadata, err := safetensors.Metadata(path)
	if err != nil {
		return fmt.Errorf("%s is there, and would be replaced, but it cannot be read (%w): ship this to another folder, or move that away", path, err)
	}
	about := shipping{Identity: metadata["identity"]}
	if err := json.Unmarshal([]byte(metadata["config"]), &about.Config); err != nil || !same(about) {
		return fmt.Errorf("%s is of another run, %s (%.8s), and would be lost: ship this to another folder", path, cmp.Or(metadata["run"], "which it does not name"), about.Identity)
	}
	return nil
}

// shippedSteps is how many steps from end to end of a curve have statistics.
const shippedSteps = 20

// shippedPoints returns the points that statistics are shipped of.
func (r *Run) shippedPoints() []PointScore {
	points := slices.Clone(r.Result.Points)
	for i := range points {
		roundScores(&points[i].Scores)
	}
	curve, ok := r.sampler.Shape.(subspace.Curve)
	if !ok {
		return points
	}
	for i := range shippedSteps + 1 {
		alpha := float64(i) / shippedSteps
		at := curve.At(alpha)
		k := pointAt(points, at)
		if k < 0 {
			points = append(points, PointScore{Alpha: &alpha, Weights: at})
		} else if points[k].Alpha == nil { // scored for being an end, or the midpoint
			points[k].Alpha = &alpha
		}
	}
	// What is beside the curve, such as its bend, comes last.
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

// SamplesFile is the sheet of images that lies beside shipped files.
const SamplesFile = "images.png"

// ShipSamples writes the first test image of each class of a run's data, side by
// side in the order of the classes, as one PNG file without loss. All that is shipped to a
// folder has these images: others that lie there already are an error.
func (r *Run) ShipSamples(dir string) error {
	set := r.data.Test
	first := set.Firsts()
	if c := slices.Index(first, -1); c >= 0 {
		return fmt.Errorf("no test image of class %s", set.Classes[c])
	}
	sheet, err := set.Images(set.Name, first)
	if err != nil {
		return err
	}
	file, err := encodeSheet(sheet)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, SamplesFile)
	if there, err := os.ReadFile(path); err == nil {
		t := r.data.Test
		old, err := decodeSheet(there, inputs{Image: t.Shape(), Classes: t.Classes})
		if err != nil || !slices.Equal(old.Pixels, sheet.Pixels) {
			return fmt.Errorf("%s has images of another data set: ship these to another folder", path)
		}
		return nil
	}
	return place.WriteFile(path, file)
}
