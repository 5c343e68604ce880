package speed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"gosubspace/subspace"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/internal/programs"
	"gosubspace/subspace/network"
	"gosubspace/subspace/place"
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
	w, err := open(ctx, j, b, clock)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.sample(j.Amount); err != nil {
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
			if err := w.sample(j.Amount.with(r.Amount)); err != nil {
				return err
			}
			a.Seconds = append(a.Seconds, time.Since(start).Seconds())
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

// work is a job that is ready to be done.
type work struct {
	sample func(Amount) error
	close  func()
}

// variety is the number of batches that are used in turn.
const variety = 4

// lr is the learning rate of the steps: so small that nothing diverges.
const lr = 1e-3

var sgd = subspace.SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}

// open prepares a job.
func open(ctx context.Context, j Job, b compute.Backend, clock *phases) (w work, err error) {
	if j.Work == Run {
		return openRun(ctx, j)
	}
	sampler, err := subspace.ParseSampler(j.Shape)
	if err != nil {
		return w, err
	}
	net := network.CResNet20(10, j.Width)
	if j.Dropout > 0 {
		net = network.WithDropout(net, j.Dropout)
	}
	fresh := func(seed uint64) (*subspace.Space, error) {
		return subspace.New(b, net, [3]int{j.Side, j.Side, 3}, sampler.Shape.Endpoints(), seed)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	batches, step := noise(j.Batch, j.Side, rng), 0
	if j.Work == Anew {
		clock.end("images")
		w.close = func() {}
		w.sample = func(Amount) error {
			step++
			s, err := fresh(uint64(step))
			if err != nil {
				return err
			}
			defer s.Finalize()
			_, _, err = s.Step(batches[step%variety], s.Draw(sampler, rng), lr, sgd)
			return err
		}
		return w, nil
	}
	s, err := fresh(1)
	if err != nil {
		return w, err
	}
	clock.end("network and its weights")
	tests := batches
	if j.TestBatch > 0 && j.TestBatch != j.Batch {
		tests = noise(j.TestBatch, j.Side, rng)
	}
	at := func(i, n int) subspace.Point {
		return subspace.Uniform(pointOf(sampler.Shape.Endpoints(), i, n), len(s.Layout.Layers))
	}
	w.close = s.Finalize
	switch j.Work {
	case Step:
		w.sample = func(Amount) error {
			step++
			_, _, err := s.Step(batches[step%variety], s.Draw(sampler, rng), lr, sgd)
			return err
		}
	case Evaluate:
		w.sample = func(a Amount) error {
			for i := range a.Points {
				if _, _, err := s.Evaluate(ctx, at(i, a.Points), cycle(batches, a.Recalibration/j.Batch), cycle(tests, a.Test/a.TestBatch)); err != nil {
					return err
				}
			}
			return nil
		}
	case Observe:
		w.sample = func(a Amount) error {
			return s.Recalibrate(ctx, at(0, 1), cycle(batches, a.Recalibration/j.Batch))
		}
	case Forward:
		w.sample = func(a Amount) error {
			_, _, err := s.Logits(ctx, at(0, 1), cycle(tests, a.Test/a.TestBatch))
			return err
		}
	default:
		s.Finalize()
		return w, fmt.Errorf("unknown work %q: want %s, %s, %s, %s, %s or %s", j.Work, Step, Run, Evaluate, Observe, Forward, Anew)
	}
	return w, nil
}

// pointOf returns the coefficients of point i of n: on the way from the first
// endpoint to the last.
func pointOf(m, i, n int) subspace.Weights {
	w := subspace.Endpoint(0, m)
	if m > 1 && n > 1 {
		alpha := float64(i) / float64(n-1)
		w[0], w[m-1] = 1-alpha, alpha
	}
	return w
}

// noise returns batches of random images.
func noise(batch, side int, rng *rand.Rand) []subspace.Batch {
	batches := make([]subspace.Batch, variety)
	for k := range batches {
		batches[k] = subspace.Batch{Images: make([]float32, batch*side*side*3), Labels: make([]int32, batch)}
		for i := range batches[k].Images {
			batches[k].Images[i] = float32(rng.NormFloat64())
		}
		for i := range batches[k].Labels {
			batches[k].Labels[i] = int32(rng.IntN(10))
		}
	}
	return batches
}

// cycle yields n batches, in turn.
func cycle(batches []subspace.Batch, n int) iter.Seq2[subspace.Batch, error] {
	return func(yield func(subspace.Batch, error) bool) {
		for i := range n {
			if !yield(batches[i%len(batches)], nil) {
				return
			}
		}
	}
}

// openRun starts a run of package experiment that takes a step whenever a sample
// is asked for: order, augmentation, normalisation, transfer and progress are
// those of a real run, and so is that batches are prepared while steps run.
func openRun(ctx context.Context, j Job) (w work, err error) {
	dir, err := os.MkdirTemp("", "gosubspace-speed-")
	if err != nil {
		return w, err
	}
	c := experiment.Full().With(j.Shape, 1)
	c.Data, c.Width, c.Batch, c.Epochs = "noise", j.Width, j.Batch, 1<<20
	ctx, stop := context.WithCancel(ctx)
	resume, stepped, ended := make(chan bool), make(chan bool), make(chan error, 1)
	go func() {
		_, err := experiment.Train(ctx, c, experiment.Options{
			Data: noiseData(runImages, j), Dir: dir, Checkpoint: 1 << 62,
			Together: -1, // a report is of one step, which the host prepares, on a GPU too
			Report: func(experiment.Report) {
				stepped <- true
				select {
				case <-resume:
				case <-ctx.Done():
				}
			},
		})
		ended <- err
	}()
	first := true
	w.sample = func(Amount) error {
		if !first {
			resume <- true
		}
		first = false
		select {
		case <-stepped:
			return nil
		case err := <-ended:
			ended <- err
			return fmt.Errorf("the run ended: %w", err)
		}
	}
	w.close = func() {
		stop()
		select {
		case <-ended:
		case <-stepped: // it was in a step
			<-ended
		}
		os.RemoveAll(dir)
	}
	return w, nil
}

// runImages is the number of training images of a run.
const runImages = 10_000

// noiseData is a data set of random images.
func noiseData(n int, j Job) *dataset.Data {
	image := [3]int{j.Side, j.Side, 3}
	return &dataset.Data{Train: dataset.Noise(n, image, 10), Test: dataset.Noise(10, image, 10),
		Mean: []float32{0.5, 0.5, 0.5}, Std: []float32{0.25, 0.25, 0.25}}
}

// versions returns those of what computes.
func versions(info backend.Info) map[string]string {
	v := map[string]string{"Go": strings.TrimPrefix(runtime.Version(), "go")}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, d := range build.Deps {
			switch d.Path {
			case "github.com/gomlx/gomlx":
				v["GoMLX"] = d.Version
			case "github.com/gomlx/go-xla":
				v["go-xla"] = d.Version
			}
		}
	}
	if info.Plugin != "" {
		v["plugin"] = pluginVersion(info.Plugin)
	}
	return v
}

// pluginVersion returns the name of a plugin's file, or of the Python package
// that brought it with its version.
func pluginVersion(path string) string {
	dir := filepath.Dir(path) // …/site-packages/xla_plugins/xla_cpu_pjrt
	packages, _ := place.Glob(filepath.Join(dir, "..", ".."), "*.dist-info")
	for _, p := range packages {
		name, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(p), ".dist-info"), "-")
		files, err := os.ReadFile(filepath.Join(p, "RECORD"))
		if err == nil && strings.Contains(string(files), "/"+filepath.Base(dir)+"/"+filepath.Base(path)+",") {
			return name + " " + version
		}
	}
	return filepath.Base(path)
}

// peak returns the most memory that the process has had resident, in bytes, 0
// where the system does not tell. What getrusage says would be no less than the
// most of the process that started this one.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	var kilobytes int64
	fmt.Sscan(after, &kilobytes)
	return kilobytes << 10
}
