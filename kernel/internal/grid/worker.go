package grid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"gosubspace/subspace/experiment"
)

// An order is what a worker is to make: runs, one after the other. A worker is this
// program as "train worker"; its standard input begins with the order, as JSON, and
// its end tells the worker to stop: as when the process that gave the order is gone,
// however it went.
type order struct {
	Runs         []experiment.Config
	Dir          rawPath
	DataDir      rawPath
	CorruptedDir rawPath
	HumanLabels  rawPath
	Networks     []rawPath
	Mapping      rawPath
	Devices      int
	Together     int
	GoOn         bool // a run that fails stops no other
}

// A rawPath is a path byte by byte: JSON's text is Unicode, a file's name may be anything,
// and a worker that is told of another folder makes its runs there.
type rawPath string

func (p rawPath) MarshalJSON() ([]byte, error) { return json.Marshal([]byte(p)) }

func (p *rawPath) UnmarshalJSON(text []byte) error {
	var raw []byte
	err := json.Unmarshal(text, &raw)
	*p = rawPath(raw)
	return err
}

// orderOf is the order for runs with the places that options name.
func orderOf(o experiment.Options) order {
	all := order{Dir: rawPath(o.Dir), DataDir: rawPath(o.DataDir), CorruptedDir: rawPath(o.CorruptedDir),
		HumanLabels: rawPath(o.HumanLabels), Mapping: rawPath(o.Mapping), Devices: o.Devices, Together: o.Together}
	for _, path := range o.Networks {
		all.Networks = append(all.Networks, rawPath(path))
	}
	return all
}

// options are those of an order.
func (o order) options() experiment.Options {
	all := experiment.Options{Dir: string(o.Dir), DataDir: string(o.DataDir), CorruptedDir: string(o.CorruptedDir),
		HumanLabels: string(o.HumanLabels), Mapping: string(o.Mapping), Devices: o.Devices, Together: o.Together}
	for _, path := range o.Networks {
		all.Networks = append(all.Networks, string(path))
	}
	return all
}

// news is what a worker says, a line of JSON each.
type news struct {
	Run int // which of the order it is at

	// How that stands, see experiment.Report.
	Text      string  `json:",omitempty"` // its parts, with ", " between them; empty: it says something else
	Scoring   bool    `json:",omitempty"`
	Fraction  float64 `json:",omitempty"`
	Keep      bool    `json:",omitempty"` // a log should keep it
	GPU       bool    `json:",omitempty"`
	Elsewhere bool    `json:",omitempty"` // it is another process that makes it

	Made   bool     `json:",omitempty"` // the run is made
	Notice string   `json:",omitempty"`
	Fetch  [2]int64 // bytes of a download: those that are there, and all; zero: none
	Decode [2]int64 // images that are read, and all; zero: none
	Error  string   `json:",omitempty"` // the last that it says
}

// ErrTold ends a worker that has told what failed to whoever gave the order.
var ErrTold = errors.New("failed")

// Work is a worker: it reads its order, and makes the runs.
func Work(ctx context.Context, in io.Reader, out io.Writer) error {
	var o order
	decoder := json.NewDecoder(in)
	if err := decoder.Decode(&o); err != nil {
		return fmt.Errorf("a worker's order is JSON: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// Where nobody reads any more, checkpoints are still to be written.
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		io.Copy(io.Discard, in)
		stop()
	}()
	var mu sync.Mutex
	lines := json.NewEncoder(out)
	current := 0
	say := func(n news) {
		mu.Lock()
		defer mu.Unlock()
		n.Run = current
		lines.Encode(n)
	}
	var last, decoded time.Time
	options := o.options()
	options.Notice = func(line string) { say(news{Notice: line}) }
	options.Fetch = func(done, total int64) { say(news{Fetch: [2]int64{done, total}}) }
	options.Decode = func(done, total int64) {
		if now := time.Now(); done == 1 || done == total || now.Sub(decoded) > 50*time.Millisecond {
			decoded = now
			say(news{Decode: [2]int64{done, total}})
		}
	}
	options.Report = func(r experiment.Report) {
		keep := r.Ended != nil || r.Scoring
		if now := time.Now(); keep || now.Sub(last) > 50*time.Millisecond {
			last = now
			say(news{Text: strings.Join(r.Parts(), ", "), Scoring: r.Scoring, Fraction: r.Fraction(), Keep: keep, GPU: r.GPU, Elsewhere: r.Elsewhere != ""})
		}
	}
	for i, c := range o.Runs {
		current = i
		run, err := experiment.Train(ctx, c, options)
		if err != nil {
			say(news{Error: err.Error()})
			if o.GoOn && ctx.Err() == nil {
				continue
			}
			return ErrTold
		}
		run.Close()
		say(news{Made: true})
	}
	return nil
}
