// Package lesson is what the cells of the notebooks share, so that a cell can
// say what it does in a line: train these shapes, show this figure, read what
// was recorded. It holds no method; package experiment trains, package plots
// draws.
//
// The functions are for cells: where something fails they print one line that
// says what, and end the program.
package lesson

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gomlx/compute"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Check ends the program with one line where err is not nil: the line of the
// cell, and the error.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, callingCell()+err.Error())
		os.Exit(1)
	}
}

// callingCell is the line of the program that GoNB made of the cell, which the
// kernel replaces by the cell's own; nothing in any other program.
func callingCell() string {
	dir := os.Getenv("GONB_TMP_DIR")
	if dir == "" {
		return ""
	}
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if filepath.Dir(f.File) == dir {
			return fmt.Sprintf("%s:%d: ", f.File, f.Line)
		}
		if !more {
			return ""
		}
	}
}

// Context returns a context that ends with Jupyter's stop button (or Ctrl-C), so
// that what runs under it can end cleanly. A second press ends the program.
func Context() (ctx context.Context, stop context.CancelFunc) {
	// When Jupyter itself ends, nobody reads what is printed: that must not kill
	// the program before it has saved its work.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// Notice returns a function that prints a notice of the backend once, however
// many runs have it.
func Notice() func(line string) {
	var once sync.Once
	return func(line string) { once.Do(func() { fmt.Println(line) }) }
}

// Fetch returns a function that shows how far a download is.
func Fetch() func(done, total int64) {
	var p *plots.Progress
	return func(done, total int64) {
		if p == nil {
			p = plots.NewProgress(os.Stderr)
		}
		text := fmt.Sprintf("CIFAR-10: %d of %d MB", done>>20, total>>20)
		if p.Update(text, float64(done)/float64(total)); done == total {
			p.Done(text)
		}
	}
}

// Summary is a finished run in a line.
func Summary(r experiment.Result) string {
	m := r.Midpoint()
	where := "midpoint "
	if len(m.Weights) == 1 {
		where = "" // standard training has no other point
	}
	return fmt.Sprintf("%s: %s%.1f %% right, ECE %.1f %%, trained in %.0f s on %s",
		r.Config.Name(), where, 100*m.Accuracy, 100*m.ECE, r.Training, strings.Join(r.Devices, " and "))
}

// Figure shows a figure under the cell: Figure(AlongCurve(…)).
func Figure(f *plots.Figure, err error) {
	Check(err)
	Check(f.Show())
}

// Backend opens the backend and says in a line which it is.
func Backend() compute.Backend {
	b, info, err := backend.Open()
	Check(err)
	if info.Notice != "" {
		fmt.Println(info.Notice)
	}
	fmt.Println("computing with", info)
	return b
}

// Speed returns how many images a second a network trains on, in steps of the
// given batch on a line: steps until two seconds are full, after one that
// compiles.
func Speed(b compute.Backend, net subspace.Net, input [3]int, batch int) float64 {
	space, err := subspace.New(b, net, input, 2, 1)
	Check(err)
	defer space.Finalize()
	noise := subspace.Batch{Images: make([]float32, batch*input[0]*input[1]*input[2]), Labels: make([]int32, batch)}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range noise.Images {
		noise.Images[i] = float32(rng.NormFloat64())
	}
	var start time.Time
	for steps := 0; ; steps++ {
		_, _, err := space.Step(noise, space.Draw(subspace.Sampler{Shape: subspace.Line{}}, rng), 0.01, subspace.SGD{})
		Check(err)
		if steps == 0 {
			start = time.Now()
		} else if taken := time.Since(start).Seconds(); taken > 2 {
			return float64(steps*batch) / taken
		}
	}
}

// TrainingCurves draws the history of one run of each shape.
func TrainingCurves(title string, runs ...experiment.Result) (*plots.Figure, error) {
	var groups [][]experiment.Result // of one seed each
	for _, r := range runs {
		groups = append(groups, []experiment.Result{r})
	}
	figure := plots.Curves{Title: title, Note: Note(groups...)}
	for _, r := range runs {
		h := plots.History{Name: r.Config.Shape}
		for _, e := range r.History {
			n := float64(e.Epoch)
			h.Train.Epoch, h.Train.Loss, h.Train.Accuracy = append(h.Train.Epoch, n), append(h.Train.Loss, e.Loss), append(h.Train.Accuracy, 100*e.Accuracy)
			if e.Test != nil {
				h.Test.Epoch, h.Test.Loss, h.Test.Accuracy = append(h.Test.Epoch, n), append(h.Test.Loss, e.Test.NLL), append(h.Test.Accuracy, 100*e.Test.Accuracy)
			}
		}
		figure.Runs = append(figure.Runs, h)
	}
	return figure.Draw()
}

// Note says under a figure where its numbers come from: network, data, seeds,
// backend and device.
func Note(runs ...[]experiment.Result) string {
	c := runs[0][0].Config
	images := "all"
	if c.TrainImages > 0 {
		images = fmt.Sprint(c.TrainImages)
	}
	unequal := false
	for _, group := range runs {
		unequal = unequal || len(group) != len(runs[0])
	}
	n := fmt.Sprintf("%d seeds, bands ± 1 standard deviation", len(runs[0]))
	if len(runs[0]) == 1 {
		n = "1 seed"
	}
	if unequal {
		n = "bands ± 1 standard deviation over unequal numbers of seeds"
	}
	net := c.Network
	if c.Width > 0 {
		net = fmt.Sprintf("%s, width %d", net, c.Width)
	}
	if c.TrainImages == 0 && c.HeldOut > 0 {
		images = fmt.Sprintf("all but %d", c.HeldOut)
	}
	wrong := ""
	if c.WrongLabels > 0 {
		wrong = fmt.Sprintf(" (%.0f %% wrongly labelled)", 100*c.WrongLabels)
	}
	return fmt.Sprintf("%s; %s, %s training images%s, %d epochs; %s; %s",
		net, c.Data, images, wrong, c.Epochs, n, devicesOf(runs...))
}

// devicesOf names the devices that runs were made on, each once.
func devicesOf(runs ...[]experiment.Result) string {
	var devices []string
	for _, r := range slices.Concat(runs...) {
		for _, d := range r.Devices {
			if !slices.Contains(devices, d) {
				devices = append(devices, d)
			}
		}
	}
	return strings.Join(devices, " and ")
}

// Compare prints accuracy and calibration error of the midpoints of each group
// of runs, and the accuracy of the ends of curves: mean ± standard deviation
// over the seeds.
func Compare(groups ...[]experiment.Result) {
	fmt.Printf("%-16s  %-5s  %-16s  %-16s  %s\n", "", "seeds", "accuracy (%)", "ECE (%)", "accuracy of the ends (%)")
	for _, runs := range groups {
		fmt.Printf("%-16s  %-5d  %-16s  %-16s  %s\n", runs[0].Config.Shape, len(runs),
			Spread(experiment.Midpoints(runs, Accuracy)), Spread(experiment.Midpoints(runs, ECE)), Spread(Ends(runs)))
	}
}

// Last returns the last epoch of a run.
func Last(r experiment.Result) experiment.Epoch { return r.History[len(r.History)-1] }

// Ends returns the accuracy of each run's ends, the mean of both, in percent.
func Ends(runs []experiment.Result) (values []float64) {
	for _, r := range runs {
		if _, along := r.Along(Accuracy); len(along) > 1 {
			values = append(values, (along[0]+along[len(along)-1])/2)
		}
	}
	return values
}

// Mean returns the mean of a sample.
func Mean(sample []float64) float64 {
	mean, _ := metric.MeanStd(sample)
	return mean
}

// Spread is the mean of a sample and its standard deviation, 61.25 ± 0.25; the mean
// alone where the sample is of one, nothing where it is of none.
func Spread(sample []float64) string {
	if len(sample) == 0 {
		return ""
	}
	mean, std := metric.MeanStd(sample)
	return spread(mean, std, 2)
}
