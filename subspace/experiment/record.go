package experiment

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// Record writes r for a folder of recorded runs: the JSON of [Result.Write], but
// each epoch, each point and each bin on a line, and scores, losses and rates
// rounded to eight digits. Configuration and coefficients stay exact.
func (r Result) Record(path string) error {
	short, err := r.rounded()
	if err != nil {
		return err
	}
	text, err := json.Marshal(short)
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
func (r Result) rounded() (c Result, err error) {
	text, err := json.Marshal(r)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c); err != nil { // a copy of all that r points to
		return c, err
	}
	c.Training, c.Evaluation = math.Round(1000*r.Training)/1000, math.Round(1000*r.Evaluation)/1000
	for i := range c.History {
		e := &c.History[i]
		round(&e.Rate, &e.Loss, &e.Accuracy)
		roundScores(e.Test)
	}
	for i := range c.Points {
		roundScores(&c.Points[i].Scores)
	}
	for i := range c.AsRead {
		roundScores(&c.AsRead[i])
	}
	for i := range c.Ensembles {
		roundScores(&c.Ensembles[i].Scores)
	}
	for i := range c.Corrupted {
		roundScores(&c.Corrupted[i].Scores)
	}
	if k := c.Calibration; k != nil {
		roundScores(k.HeldOut)
		roundScores(k.Scaled)
		round(&k.Temperature)
		for i := range k.Reliability {
			round(&k.Reliability[i].Confidence, &k.Reliability[i].Accuracy)
		}
	}
	for _, g := range []*Grid{c.Plane, c.Surface} {
		for i := 0; g != nil && i < len(g.Scores); i++ {
			for j := range g.Scores[i] {
				roundScores(&g.Scores[i][j])
			}
		}
	}
	return c, nil
}

// roundScores rounds scores, where there are any.
func roundScores(s *metric.Scores) {
	if s != nil {
		round(&s.Accuracy, &s.NLL, &s.ECE, &s.Brier, &s.AdaptiveECE, &s.MCE)
	}
}

func round(values ...*float64) {
	for _, v := range values {
		*v = Significant(*v, 8)
	}
}

// Significant rounds to n significant digits; what has none, such as an infinity, it leaves.
func Significant(x float64, n int) float64 {
	if x == 0 {
		return 0
	}
	scale := math.Pow(10, float64(n-1)-math.Floor(math.Log10(math.Abs(x))))
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
	paths, err := place.Files(dir, ".json")
	if err != nil {
		return rec, err
	}
	for _, path := range paths {
		r, err := ReadResult(path)
		if list, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && list.Field == "" {
			continue // an array, or a number: no result was ever written so
		}
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

// PlaneOf returns the recorded landscape through three endpoints of a run, which another
// run may have that built on its training; nil where there is none.
func (rec Record) PlaneOf(identity string) *Grid {
	for _, r := range rec.all {
		if r.Plane != nil && (r.Identity == identity || strings.HasSuffix(r.TrainedIn, fmt.Sprintf("-%.8s", identity))) {
			return r.Plane
		}
	}
	return nil
}
