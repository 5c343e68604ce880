// Package speed measures how fast the project is, side by side with PyTorch,
// and how its cost grows.
//
// A [Job] is a piece of work that is done over and over: a training step, the
// evaluation of some points. A worker process does one job, and nothing else, so
// that its peak memory is that job's: ours is [Serve], PyTorch's is pytorch.py,
// which has the same network, the same optimiser and the same batches' sizes. A
// [Meter] starts workers and lets them work in turns, a few samples each, so
// that whatever else the machine does hits all of them alike. PyTorch works in
// each of its [Settings] first, and the best of them is what we are compared to.
//
// The result is a [Record]: raw numbers, from which [Record.Table] makes the
// table of README.md in this folder and [Record.Growth] the one of growing cost.
//
// Images are random numbers. What is measured does not depend on their values,
// and nothing need be downloaded.
package speed

import (
	"encoding/json"
	"fmt"
	"time"
)

// Kinds of work.
const (
	Step     = "step"     // a training step on a batch that is there, several of them in a call as in a run
	Run      = "run"      // a training step of a run of package experiment, with its input pipeline
	Evaluate = "evaluate" // batch norm re-estimated and test images classified, at each of some points
	Observe  = "observe"  // the first half of it: a pass forward with the statistics of the batch
	Forward  = "forward"  // the second half: a pass forward with those that have been estimated
	Anew     = "anew"     // a subspace made from nothing, and its first training step
)

// Job says what a worker does. It is its command line's last argument, as JSON.
// The network is cResNet20 with ten classes.
type Job struct {
	Work  string `json:"work"`
	Shape string `json:"shape"` // of the subspace, see subspace.ParseSampler
	Width int    `json:"width"` // channels of the first stage
	Side  int    `json:"side"`  // pixels
	Batch int    `json:"batch"`
	Amount

	Dropout float64 `json:"dropout,omitempty"` // the rate, of ours

	Setting Setting `json:"setting"` // PyTorch's
	Device  string  `json:"device"`  // PyTorch's: cpu or cuda
	Threads int     `json:"threads"` // PyTorch's; XLA takes all cores

	Started int64 `json:"started"` // when the process was started, in nanoseconds since 1970
}

// Amount is how much is done in a sample of Evaluate, Observe and Forward.
type Amount struct {
	Points        int `json:"points"`        // each with all the images below
	Recalibration int `json:"recalibration"` // images that re-estimate batch norm; a last batch that is not full is left out
	Test          int `json:"test"`          // images that are classified, in batches of TestBatch
	TestBatch     int `json:"test_batch"`
}

// Images returns the number of images that a sample shows the network.
func (j Job) Images() int {
	switch j.Work {
	case Evaluate:
		return j.Points * (j.Recalibration/j.Batch*j.Batch + j.Test)
	case Observe:
		return j.Recalibration / j.Batch * j.Batch
	case Forward:
		return j.Test
	}
	return j.Batch
}

// Setting is a way in which PyTorch does a job.
type Setting struct {
	ChannelsLast bool `json:"channels_last"`
	Compiled     bool `json:"compiled"` // by torch.compile
}

// Settings are those that PyTorch is tried in.
var Settings = []Setting{{}, {Compiled: true}, {ChannelsLast: true}, {ChannelsLast: true, Compiled: true}}

// String returns, for example, "channels last, compiled".
func (s Setting) String() string {
	name := "NCHW"
	if s.ChannelsLast {
		name = "channels last"
	}
	if s.Compiled {
		return name + ", compiled"
	}
	return name + ", eager"
}

// A Phase is a part of a worker's start, in their order; it begins where the
// one before it ends.
type Phase struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// greeting is what a worker prints, in a line of JSON, when it has done its job
// once.
type greeting struct {
	Device   string            `json:"device"`
	Kind     string            `json:"kind"` // cpu or cuda
	Threads  int               `json:"threads"`
	Versions map[string]string `json:"versions"`
	Phases   []Phase           `json:"phases"`
}

// request asks for so many samples; what is not zero in its amount replaces the
// job's.
type request struct {
	Samples int `json:"samples"`
	Amount
}

// answer holds the seconds that each sample took, and the most memory that the
// process has had in bytes, 0 where the system does not tell.
type answer struct {
	Seconds []float64 `json:"seconds"`
	Peak    int64     `json:"peak"`
}

// with returns the amount with what is not zero in b.
func (a Amount) with(b Amount) Amount {
	for _, f := range []struct{ to, from *int }{
		{&a.Points, &b.Points}, {&a.Recalibration, &b.Recalibration}, {&a.Test, &b.Test}, {&a.TestBatch, &b.TestBatch},
	} {
		if *f.from != 0 {
			*f.to = *f.from
		}
	}
	return a
}

// argument returns the job as a worker's argument, started now.
func (j Job) argument() (string, error) {
	j.Started = time.Now().UnixNano()
	text, err := json.Marshal(j)
	return string(text), err
}

func parseJob(text string) (j Job, err error) {
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return j, fmt.Errorf("a worker's job is JSON: %w", err)
	}
	return j, nil
}

// MultiplyAdds returns the number of multiplications, each with its addition,
// that the convolutions of a pass forward take for one image. A pass back takes
// twice as many: one for the gradient of the images, one for that of the kernels.
func MultiplyAdds(width, side int) int {
	pixels := side * side
	total := 9*3*width*pixels + 4*width*10 // stem and head
	in := width
	for stage := range 3 {
		out := width << stage
		if stage > 0 {
			pixels /= 4
			total += in * out * pixels // the shortcut
		}
		total += 9 * (in*out + 5*out*out) * pixels
		in = out
	}
	return total
}
