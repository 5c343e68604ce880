package experiment

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"

	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// Record writes r for a folder of recorded runs: the JSON of [Result.Write], but
// each epoch, each point and each bin on a line, and scores, losses and rates
// rounded to eight digits. Configuration and coefficients stay exact.
func (r Result) Record(path string) error {
	text, err := json.Marshal(r.rounded())
	if err != nil {
		return err
	}
	return place.WriteFile(path, append(spread(nil, text, "\n"), '\n'))
}

// lineLength is the length up to which a JSON value stays on its line.
const lineLength = 240

// spread appends a compact JSON value: short ones on a line, of longer ones every
// element or member on a line of its own.
func spread(dst, value []byte, newline string) []byte {
	if len(value) <= lineLength || value[0] != '{' && value[0] != '[' {
		return append(dst, value...)
	}
	d := json.NewDecoder(bytes.NewReader(value)) // of valid JSON: it reports no error
	d.Token()
	dst = append(dst, value[0])
	for comma := ""; d.More(); comma = "," {
		dst = append(dst, comma+newline+" "...)
		if start := d.InputOffset(); value[0] == '{' {
			d.Token()
			dst = append(append(dst, bytes.TrimPrefix(value[start:d.InputOffset()], []byte(","))...), ": "...)
		}
		var part json.RawMessage
		d.Decode(&part)
		dst = spread(dst, part, newline+" ")
	}
	return append(append(dst, newline...), value[len(value)-1])
}

// rounded returns a copy of r with what was measured rounded to eight digits.
func (r Result) rounded() Result {
	r.Training, r.Evaluation = math.Round(1000*r.Training)/1000, math.Round(1000*r.Evaluation)/1000
	r.History = slices.Clone(r.History)
	for i := range r.History {
		e := &r.History[i]
		e.Rate, e.Loss, e.Accuracy, e.Test = digits(e.Rate), digits(e.Loss), digits(e.Accuracy), roundedCopy(e.Test)
	}
	r.Points, r.Ensembles, r.Corrupted = slices.Clone(r.Points), slices.Clone(r.Ensembles), slices.Clone(r.Corrupted)
	for i := range r.Points {
		r.Points[i].Scores = roundScores(r.Points[i].Scores)
	}
	for i := range r.Ensembles {
		r.Ensembles[i].Scores = roundScores(r.Ensembles[i].Scores)
	}
	for i := range r.Corrupted {
		r.Corrupted[i].Scores = roundScores(r.Corrupted[i].Scores)
	}
	if r.Calibration != nil {
		c := *r.Calibration
		c.HeldOut, c.Scaled, c.Temperature = roundedCopy(c.HeldOut), roundedCopy(c.Scaled), digits(c.Temperature)
		c.Reliability = slices.Clone(c.Reliability)
		for i := range c.Reliability {
			b := &c.Reliability[i]
			b.Confidence, b.Accuracy = digits(b.Confidence), digits(b.Accuracy)
		}
		r.Calibration = &c
	}
	r.Plane, r.Surface = r.Plane.rounded(), r.Surface.rounded()
	return r
}

func (g *Grid) rounded() *Grid {
	if g == nil {
		return nil
	}
	copied := *g
	copied.Scores = make([][]metric.Scores, len(g.Scores))
	for i, row := range g.Scores {
		for _, s := range row {
			copied.Scores[i] = append(copied.Scores[i], roundScores(s))
		}
	}
	return &copied
}

func roundedCopy(s *metric.Scores) *metric.Scores {
	if s == nil {
		return nil
	}
	copied := roundScores(*s)
	return &copied
}

func roundScores(s metric.Scores) metric.Scores {
	for _, v := range []*float64{&s.Accuracy, &s.NLL, &s.ECE, &s.Brier, &s.AdaptiveECE, &s.MCE} {
		*v = digits(*v)
	}
	return s
}

// digits rounds to eight significant digits.
func digits(x float64) float64 {
	if x == 0 {
		return 0
	}
	scale := math.Pow(10, 7-math.Floor(math.Log10(math.Abs(x))))
	if rounded := math.Round(x*scale) / scale; !math.IsNaN(rounded) && !math.IsInf(rounded, 0) {
		return rounded
	}
	return x
}

// Record is the recorded results of a folder, of whatever settings.
type Record struct {
	Dir   string
	paths []string
	all   []Result
}

// ReadRecord reads the results in a folder, which may hold other JSON too. A
// folder that is not there is an error.
func ReadRecord(dir string) (Record, error) {
	rec := Record{Dir: dir}
	if _, err := os.Stat(dir); err != nil {
		return rec, fmt.Errorf("no folder of recorded runs: %w", err)
	}
	paths, err := place.Glob(dir, "*.json")
	if err != nil {
		return rec, err
	}
	for _, path := range paths {
		r, err := ReadResult(path)
		if err != nil {
			return rec, err
		}
		if r.Config.Data != "" { // else JSON of another kind
			rec.paths, rec.all = append(rec.paths, path), append(rec.all, r)
		}
	}
	return rec, nil
}

// Of returns the results of the given configuration but for their seeds, ordered
// by seed. A run that is there twice counts once; two of one seed that are of
// different data are an error, and one has to go.
func (rec Record) Of(like Config) (results []Result, err error) {
	seen := map[uint64]int{}
	for i, r := range rec.all {
		like.Seed = r.Config.Seed
		if r.Config != like {
			continue
		}
		if k, twice := seen[like.Seed]; twice {
			if rec.all[k].Identity != r.Identity {
				return nil, fmt.Errorf("%s and %s are the same run on other data: keep one of them", rec.paths[k], rec.paths[i])
			}
			continue
		}
		seen[like.Seed] = i
		results = append(results, r)
	}
	slices.SortFunc(results, func(a, b Result) int { return cmp.Compare(a.Config.Seed, b.Config.Seed) })
	return results, nil
}

// WithIdentity returns the recorded result of a run's identity.
func (rec Record) WithIdentity(identity string) (Result, bool) {
	for _, r := range rec.all {
		if r.Identity == identity {
			return r, true
		}
	}
	return Result{}, false
}
