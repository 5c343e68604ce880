package speed

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/place"
)

// Record is what has been measured on one machine by one program.
type Record struct {
	Machine   string           `json:"machine"` // the system and its architecture
	Processor string           `json:"processor"`
	Program   string           `json:"program"` // SHA-256 of the program that measured
	Size      Size             `json:"size"`
	Measured  map[string]Group `json:"measured"` // by the name of the part
}

// Group is what was measured of one of the Parts.
type Group struct {
	Measured     string        `json:"measured"` // when
	Ours         Circumstances `json:"ours"`
	Theirs       Circumstances `json:"theirs"` // PyTorch's
	Measurements []Measurement `json:"measurements"`
	Tried        []Tried       `json:"tried,omitempty"`  // PyTorch's settings
	Failed       []string      `json:"failed,omitempty"` // what could not be measured, and why
}

// Circumstances say what computed.
type Circumstances struct {
	Device   string            `json:"device,omitempty"`
	Threads  int               `json:"threads,omitempty"`
	Versions map[string]string `json:"versions,omitempty"`
}

func (g greeting) circumstances() Circumstances {
	return Circumstances{g.Device, g.Threads, g.Versions}
}

// Tried is how long a few samples took in a setting of PyTorch's.
type Tried struct {
	Work    string  `json:"work"`
	Shape   string  `json:"shape"`
	Setting string  `json:"setting"`
	Median  float64 `json:"median"`
	Peak    int64   `json:"peak,omitempty"`
}

// Measurement is how long a job takes.
type Measurement struct {
	Job     Job    `json:"job"`
	Setting string `json:"setting,omitempty"` // PyTorch's; empty: ours
	Images  int    `json:"images"`            // that a sample shows the network
	Summary
	Seconds []float64 `json:"seconds"`         // each sample
	Peak    int64     `json:"peak,omitempty"`  // the most resident memory of its process, in bytes; of several processes the median
	Peaks   []int64   `json:"peaks,omitempty"` // of several processes the peak of each, ascending
	Start   []Phase   `json:"start,omitempty"`
	Before  bool      `json:"compiled_before,omitempty"` // ours: it started with what another had compiled
}

// Summary is a sample of times in a few numbers.
type Summary struct {
	N      int     `json:"n"`
	Median float64 `json:"median"`
	Low    float64 `json:"lower_quartile"`
	High   float64 `json:"upper_quartile"`
}

func summarise(seconds []float64) Summary {
	sorted := slices.Sorted(slices.Values(seconds))
	return Summary{len(sorted), quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75)}
}

// quantile interpolates between the values of a sorted sample; NaN of none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	i := int(at)
	j := min(i+1, len(sorted)-1)
	return sorted[i] + (at-float64(i))*(sorted[j]-sorted[i])
}

// NewMeasurement returns a measurement of something that no worker does.
func NewMeasurement(work string, seconds []float64) Measurement {
	return Measurement{Job: Job{Work: work}, Summary: summarise(seconds), Seconds: seconds}
}

func (w *worker) measurement() Measurement {
	x := Measurement{Job: w.job, Images: w.job.Images(), Summary: summarise(w.seconds), Seconds: w.seconds, Peak: w.peak, Before: w.before}
	if w.job.Threads > 0 { // only PyTorch is told
		x.Setting = w.job.Setting.String()
	}
	return x
}

// Title names what was measured, for people.
func (x Measurement) Title() string {
	who := "ours"
	if x.Setting != "" {
		who = "PyTorch, " + x.Setting
	}
	title := x.Job.Work
	if x.Job.Shape != "" {
		title += fmt.Sprintf(" of %s, width %d", x.Job.Shape, x.Job.Width)
	}
	if x.Job.Dropout > 0 {
		title += fmt.Sprintf(", dropout %v", x.Job.Dropout)
	}
	if x.Job.Work == Evaluate {
		title += fmt.Sprintf(", %d points", x.Job.Points)
	}
	return title + " (" + who + ")"
}

// Rate returns images a second.
func (x Measurement) Rate() float64 { return float64(x.Images) / x.Median }

// medianPhases returns, of several starts, the median of each phase.
func medianPhases(starts [][]Phase) (median []Phase) {
	for i, p := range starts[0] {
		var all []float64
		for _, s := range starts {
			all = append(all, s[i].Seconds)
		}
		median = append(median, Phase{p.Name, summarise(all).Median})
	}
	return median
}

// ours and theirs find a measurement of a group, false where there is none.
func (g Group) ours(work, shape string) (Measurement, bool)   { return g.find(work, shape, false) }
func (g Group) theirs(work, shape string) (Measurement, bool) { return g.find(work, shape, true) }

func (g Group) find(work, shape string, theirs bool) (Measurement, bool) {
	i := slices.IndexFunc(g.Measurements, func(x Measurement) bool {
		return x.Job.Work == work && x.Job.Shape == shape && (x.Setting != "") == theirs
	})
	if i < 0 {
		return Measurement{}, false
	}
	return g.Measurements[i], true
}

// NewRecord returns an empty record of this program on this machine.
func NewRecord(program string, size Size) Record {
	return Record{runtime.GOOS + "/" + runtime.GOARCH, backend.Processor(), program, size, map[string]Group{}}
}

// Take takes over from an older record what this one lacks, and reports whether
// it could: what another program, the same one in another size, or another processor
// has measured is not mixed with this.
func (r *Record) Take(old Record) bool {
	if old.Machine != r.Machine || old.Processor != r.Processor || old.Program != r.Program || fmt.Sprint(old.Size) != fmt.Sprint(r.Size) {
		return false
	}
	for name, g := range old.Measured {
		if _, there := r.Measured[name]; !there {
			r.Measured[name] = g
		}
	}
	return true
}

// Has reports whether a part has been measured, and compared with PyTorch where
// that is wanted and can be.
func (r *Record) Has(name string, compared bool) bool {
	g, there := r.Measured[name]
	i := slices.IndexFunc(Parts, func(p Part) bool { return p.Name == name })
	return there && (!compared || i < 0 || !Parts[i].Compares || g.Theirs.Threads > 0)
}

// ReadRecord reads what Write wrote; there is none where the file is not there.
func ReadRecord(path string) (r Record, there bool, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return r, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, false, fmt.Errorf("%s cannot be used: %w; move it away to measure anew", path, err)
	}
	return r, true, nil
}

// Write writes the record as indented JSON, numbers of five digits.
func (r Record) Write(path string) error {
	text, err := json.MarshalIndent(r.rounded(), "", " ")
	if err != nil {
		return err
	}
	return place.WriteFile(path, append(text, '\n'))
}

func (r Record) rounded() Record {
	measured := map[string]Group{}
	for name, g := range r.Measured {
		g.Measurements = slices.Clone(g.Measurements)
		for i, x := range g.Measurements {
			x.Seconds = slices.Clone(x.Seconds)
			for k, s := range x.Seconds {
				x.Seconds[k] = digits(s)
			}
			x.Median, x.Low, x.High = digits(x.Median), digits(x.Low), digits(x.High)
			x.Start = slices.Clone(x.Start)
			for k := range x.Start {
				x.Start[k].Seconds = digits(x.Start[k].Seconds)
			}
			x.Job.Started = 0
			g.Measurements[i] = x
		}
		g.Tried = slices.Clone(g.Tried)
		for i := range g.Tried {
			g.Tried[i].Median = digits(g.Tried[i].Median)
		}
		measured[name] = g
	}
	r.Measured = measured
	return r
}

// digits rounds to five significant digits; what JSON cannot say is 0.
func digits(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return experiment.Significant(x, 5)
}

// Where says under a table or a figure what its numbers hang on.
func (r Record) Where() string {
	first, last := "", ""
	var c, t Circumstances // of a group of ours, and of PyTorch's
	all := map[string][]string{}
	note := func(versions map[string]string) {
		for name, v := range versions {
			if !slices.Contains(all[name], v) {
				all[name] = append(all[name], v)
			}
		}
	}
	for _, g := range r.Measured {
		if first == "" || g.Measured < first {
			first = g.Measured
		}
		last = max(last, g.Measured)
		if g.Ours.Device != "" {
			c = g.Ours
			note(g.Ours.Versions)
		}
		if g.Theirs.Threads != 0 {
			t = g.Theirs
			note(g.Theirs.Versions)
		}
	}
	var versions []string
	for _, name := range []string{"Go", "GoMLX", "go-xla", "plugin", "torch", "Python"} {
		if v := all[name]; len(v) > 0 {
			slices.Sort(v)
			versions = append(versions, name+" "+strings.Join(v, " and "))
		}
	}
	var parts []string
	parts = append(parts, cmp.Or(c.Device, "no device"), r.Machine)
	if strings.Contains(c.Device, " on CUDA") {
		parts = append(parts, "memory is the host's, without the GPU's own")
	}
	if c.Threads > 0 {
		threads := fmt.Sprintf("%d threads", c.Threads)
		if t.Threads > 0 {
			threads = fmt.Sprintf("%d threads, PyTorch %d", c.Threads, t.Threads)
		}
		parts = append(parts, threads)
	}
	parts = append(parts, strings.Join(versions, ", "))
	date := day(first)
	if day(last) != date {
		date += " to " + day(last)
	}
	return strings.Join(slices.DeleteFunc(append(parts, date), func(s string) bool { return s == "" }), "; ")
}

func day(stamp string) string {
	date, _, _ := strings.Cut(stamp, "T")
	return date
}
