package experiment

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"gosubspace/subspace"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// Epoch is a line of a run's history.
type Epoch struct {
	Epoch    int     `json:"epoch"` // counted from 1
	Rate     float64 `json:"learning_rate"`
	Loss     float64 `json:"loss"`     // mean cross-entropy of the training images at the points drawn
	Accuracy float64 `json:"accuracy"` // of the same, in [0, 1]
	// Test is the midpoint's score on the test images after the epoch, where
	// Config.TestEvery asks for it: with SWA or EMA of the network that is trained, and not
	// of the average that the run ends with.
	Test *metric.Scores `json:"test,omitempty"`
}

// PointScore is the score of one point on the test images, batch norm
// re-estimated there.
type PointScore struct {
	Alpha   *float64         `json:"alpha,omitempty"` // on a curve
	Weights subspace.Weights `json:"weights"`         // one coefficient an endpoint, the same in every layer
	// Midpoint marks the midpoint of the subspace.
	Midpoint bool `json:"midpoint,omitempty"`
	metric.Scores
}

// Ensemble is the score of the mean of the logits at several points, batch norm
// re-estimated at each.
type Ensemble struct {
	Alpha  *float64           `json:"alpha,omitempty"` // on a curve: of the first, the other is at 1−α
	Points []subspace.Weights `json:"points"`
	metric.Scores
}

// Corrupted is the score of the midpoint on the corrupted test images.
type Corrupted struct {
	Corruption string `json:"corruption"`
	Severity   int    `json:"severity"` // 1 to 5
	metric.Scores
}

// Calibration says how far the confidence of the midpoint can be believed.
type Calibration struct {
	Reliability []metric.Bin `json:"reliability"` // on the test images

	// With a validation split: the score on it, the temperature that fits it
	// best, and the score on the test images after scaling by it.
	HeldOut     *metric.Scores `json:"held_out,omitempty"`
	Temperature float64        `json:"temperature,omitempty"`
	Scaled      *metric.Scores `json:"scaled,omitempty"`
}

// Result is what a run has to show, and under what circumstances it came to be.
type Result struct {
	Config     Config   `json:"config"`
	Own        *Own     `json:"own,omitempty"` // what a network or a shape of the reader's own was
	Identity   string   `json:"identity"`      // SHA-256 over configuration and data
	TrainData  string   `json:"train_data"`
	TestData   string   `json:"test_data"` // SHA-256 of the images and labels
	Parameters int      `json:"parameters"`
	Images     int      `json:"images,omitempty"` // that were trained on in each epoch
	Devices    []string `json:"devices"`          // backend and device; several where a run went on elsewhere
	Finished   string   `json:"finished"`
	// TrainedIn is the folder of the run that was trained, where this one differs
	// from it only in what it is scored on; History and Training are that one's.
	TrainedIn string `json:"trained_in,omitempty"`

	Training   float64      `json:"training_seconds"`   // wall time, with compilation, tests and checkpoints
	Evaluation float64      `json:"evaluation_seconds"` // of all scores
	History    []Epoch      `json:"history"`
	Points     []PointScore `json:"points"` // along the curve, or the endpoints; the midpoint is among them

	// AsRead are the scores of the networks of Config.Networks as their files have them: by
	// the statistics of batch norm that lie there, not re-estimated ones. Matched networks
	// have none: their channels are in another order than those statistics.
	AsRead []metric.Scores `json:"as_read,omitempty"`

	Ensembles   []Ensemble   `json:"ensembles,omitempty"`   // of two points of a curve, or of all endpoints
	Calibration *Calibration `json:"calibration,omitempty"` // of the midpoint
	Corrupted   []Corrupted  `json:"corrupted,omitempty"`
	Plane       *Grid        `json:"plane,omitempty"`   // through the first three endpoints
	Surface     *Grid        `json:"surface,omitempty"` // around the midpoint, along filter-normalised directions

	// Right says which test images were right, for comparisons of two runs image by
	// image: under RightMidpoint, where networks were trained apart under RightEnsemble,
	// and under RightUnder for each severity of a corruption. Results of before it have
	// none; [Run.MarkRight] adds it.
	Right map[string]metric.Hits `json:"right,omitempty"`
}

// Speed returns the training images a second over all of the training, with what
// Training counts; 0 where nothing was trained or the record is of before Images.
func (r Result) Speed() float64 {
	if r.Training <= 0 {
		return 0
	}
	return float64(r.Images*len(r.History)) / r.Training
}

// Last returns the last epoch of the training, of a run that has nothing to train an empty
// one.
func (r Result) Last() Epoch {
	if len(r.History) == 0 {
		return Epoch{}
	}
	return r.History[len(r.History)-1]
}

// Summary is the result in a line.
func (r Result) Summary() string {
	m := r.Midpoint()
	where := "midpoint "
	if len(m.Weights) == 1 {
		where = "" // standard training has no other point
	}
	return fmt.Sprintf("%s: %s%.1f %% right, ECE %.1f %%, trained in %s on %s",
		r.Config.Name(), where, 100*m.Accuracy, 100*m.ECE, Took(time.Duration(r.Training*float64(time.Second))), strings.Join(r.Devices, " and "))
}

// Midpoint returns the score of the midpoint of the subspace.
func (r Result) Midpoint() PointScore {
	for _, p := range r.Points {
		if p.Midpoint {
			return p
		}
	}
	sampler, err := subspace.ParseSampler(r.Config.Shape) // a record from before the mark
	if err == nil {
		middle := sampler.Shape.Midpoint()
		for _, p := range r.Points {
			if near(p.Weights, middle) {
				return p
			}
		}
	}
	return PointScore{}
}

func near(a, b subspace.Weights) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x-y < 1e-9 && y-x < 1e-9 })
}

// ReadResult reads a result that a run, [Result.Write] or [Result.Record] wrote.
func ReadResult(path string) (Result, error) {
	var r Result
	text, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s is not a result: %w", path, err)
	}
	return r, nil
}

// Write writes r as indented JSON.
func (r Result) Write(path string) error { return writeJSON(path, r) }

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return place.WriteFile(path, append(text, '\n'))
}

// ReadResults reads the recorded results in a folder that are of the given
// configuration but for their seeds, ordered by seed.
func ReadResults(dir string, like Config) ([]Result, error) {
	rec, err := ReadRecord(dir)
	if err != nil {
		return nil, err
	}
	return rec.Of(like)
}

// Along returns a score (for example accuracy) at the points of the curve that
// the run was scored at, and their α.
func (r Result) Along(score func(metric.Scores) float64) (alpha, values []float64) {
	for _, p := range r.Points {
		if p.Alpha != nil {
			alpha, values = append(alpha, *p.Alpha), append(values, score(p.Scores))
		}
	}
	return alpha, values
}

// Midpoints returns a score of the midpoint of each run.
func Midpoints(runs []Result, score func(metric.Scores) float64) []float64 {
	values := make([]float64, len(runs))
	for i, r := range runs {
		values[i] = score(r.Midpoint().Scores)
	}
	return values
}
