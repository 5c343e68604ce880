package speed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/internal/programs"
)

// Serve is our worker: it does the job once, greets, and then answers the
// requests of in, a line of JSON each, until there are no more.
func Serve(ctx context.Context, argument string, in io.Reader, out io.Writer) error {
	j, err := parseJob(argument)
	if err != nil {
		return err
	}
	clock := &phases{last: time.Unix(0, j.Started)}
	clock.end("process")
	b, info, err := backend.Open()
	if err != nil {
		return err
	}
	clock.end("backend, with the plugin")
	w, err := open(ctx, j, b, experiment.Most(info), clock)
	if err != nil {
		return err
	}
	defer w.close()
	if _, err := w.sample(j.Amount); err != nil {
		return err
	}
	clock.end("first " + j.Work + origin(programs.Counted()))
	send := json.NewEncoder(out)
	kind, _, _ := strings.Cut(info.Device, ": ")
	if err := send.Encode(greeting{info.String(), kind, runtime.NumCPU(), versions(info), clock.list}); err != nil {
		return err
	}
	for requests := json.NewDecoder(in); ; {
		var r request
		if err := requests.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("a request is JSON: %w", err)
		}
		var a answer
		for range r.Samples {
			start := time.Now()
			times, err := w.sample(j.Amount.with(r.Amount))
			if err != nil {
				return err
			}
			a.Seconds = append(a.Seconds, time.Since(start).Seconds()/float64(times))
		}
		a.Peak = peak()
		if err := send.Encode(a); err != nil {
			return err
		}
	}
}

// origin says whether the programs of a start were there.
func origin(c programs.Count) string {
	switch {
	case c.Compiled > 0 || c == programs.Count{}:
		return ", with compilation"
	}
	return ", programs loaded"
}

// phases notes the parts of a start.
type phases struct {
	last time.Time
	list []Phase
}

func (p *phases) end(name string) {
	now := time.Now()
	p.list = append(p.list, Phase{name, now.Sub(p.last).Seconds()})
	p.last = now
}
