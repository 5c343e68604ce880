package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/network"
	"gosubspace/subspace/place"
)

// tiny is a run of a second: 5 epochs of 3 steps, the last of them short.
func tiny() Config {
	c := Quick()
	c.TrainImages, c.TestImages, c.Batch, c.Epochs, c.Warmup = 110, 50, 50, 5, 1
	c.Network, c.Width, c.Points, c.TestEvery = "cnn", 2, 3, 2 // with batch norms, so with buffers
	return c
}

const tinySteps = 15

func train(t *testing.T, c Config, o Options) *Run {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	r, err := Train(context.Background(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func endpoints(t *testing.T, r *Run) string {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(r.Dir, endpointsFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

func TestRunIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	first := train(t, tiny(), Options{Dir: dir})
	first.Close()
	again := train(t, tiny(), Options{Dir: dir, Report: func(r Report) { t.Errorf("made again: %s", r) }})
	if fmt.Sprint(scores(again)) != fmt.Sprint(scores(first)) || again.Result.Finished != first.Result.Finished {
		t.Error("the loaded result is not the one that was made")
	}
	r := again.Result
	if len(r.History) != 5 || len(r.Points) != 3 || len(r.Devices) != 1 || r.Points[0].N != 50 {
		t.Errorf("result %+v", r)
	}
	for _, e := range r.History {
		if (e.Test != nil) != (e.Epoch%2 == 0) {
			t.Errorf("epoch %d: test score %v, want one every second epoch", e.Epoch, e.Test)
		}
	}
	if again.Result.Midpoint().Weights[0] != 0.5 {
		t.Errorf("midpoint %v", again.Result.Midpoint())
	}
	for _, gone := range []string{checkpointFile, scoresFile} {
		if _, err := os.Stat(filepath.Join(again.Dir, gone)); err == nil {
			t.Errorf("%s is left over", gone)
		}
	}
	// The endpoints on disk give the scores in the result.
	score, err := again.Score(context.Background(), subspace.Line{}.At(1))
	if err != nil {
		t.Fatal(err)
	}
	if score != r.Points[2].Scores {
		t.Errorf("scored again: %+v, recorded: %+v", score, r.Points[2].Scores)
	}
}

func TestConfigurationIsIdentity(t *testing.T) {
	dir := t.TempDir()
	a, c := train(t, tiny(), Options{Dir: dir}), tiny()
	c.Beta = 0
	b := train(t, c, Options{Dir: dir})
	if a.Dir == b.Dir || endpoints(t, a) == endpoints(t, b) {
		t.Error("runs of two configurations share a folder or their endpoints")
	}
	if endpoints(t, a) != endpoints(t, train(t, tiny(), Options{})) {
		t.Error("two runs of one configuration differ")
	}
}

// A run that is told to stop after any step goes on bit for bit.
func TestInterruptAndGoOn(t *testing.T) {
	interruptAndGoOn(t, tiny(), Options{}, 1, 3, 7, tinySteps-1)
}

// With dropout, the random state is among what has to go on.
func TestInterruptDropout(t *testing.T) {
	c := tiny()
	c.Network = "dropout"
	interruptAndGoOn(t, c, Options{Net: func(scope *model.Scope, images *Node) *Node {
		x := Reshape(images, images.Shape().Dimensions[0], -1)
		x = layers.Dropout(scope, x, Scalar(images.Graph(), x.DType(), 0.3))
		return layers.Dense(scope.In("only"), x, true, 10)
	}}, 3, 7)
}

func interruptAndGoOn(t *testing.T, c Config, o Options, stops ...int) {
	t.Helper()
	o.Together = cmp.Or(o.Together, -1) // it stops after certain steps
	var ends []int                      // of the calls of training
	o.Report = func(r Report) {
		if !r.Scoring {
			ends = append(ends, r.Done)
		}
	}
	whole := train(t, c, o)
	total := ends[len(ends)-1]
	for _, stop := range stops {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		o.Dir, o.Report = dir, func(r Report) {
			if r.Done == stop {
				cancel()
			}
		}
		_, err := Train(ctx, c, o)
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), fmt.Sprintf("after step %d of %d", stop, total)) {
			t.Fatalf("stopped after step %d: %v", stop, err)
		}
		first := 0
		o.Report = func(r Report) {
			if first == 0 {
				first = r.Done
			}
		}
		on := train(t, c, o)
		if want := ends[slices.Index(ends, stop)+1]; first != want {
			t.Errorf("went on up to step %d after stopping at %d, want %d", first, stop, want)
		}
		if endpoints(t, on) != endpoints(t, whole) {
			t.Errorf("the endpoints differ after a stop at step %d", stop)
		}
		if fmt.Sprint(scores(on)) != fmt.Sprint(scores(whole)) {
			t.Errorf("the history or the scores differ after a stop at step %d", stop)
		}
	}
}

// scores is what a result says about the network, without pointers.
func scores(r *Run) (out []any) {
	for _, e := range r.Result.History {
		out = append(out, e.Loss, e.Accuracy)
		if e.Test != nil {
			out = append(out, *e.Test)
		}
	}
	for _, p := range r.Result.Points {
		out = append(out, p.Scores)
	}
	return out
}

// A run whose scoring is stopped goes on with the next point.
func TestInterruptScoring(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Train(ctx, tiny(), Options{Dir: dir, Report: func(r Report) {
		if r.Scoring && r.Done == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "point 2 of 4") {
		t.Fatal(err)
	}
	var seen []int
	on := train(t, tiny(), Options{Dir: dir, Report: func(r Report) {
		if r.Scoring {
			seen = append(seen, r.Done)
		}
	}})
	if !slices.Equal(seen, []int{3, 4}) { // the third point, and the ensemble of the ends
		t.Errorf("scored points %v after the stop, want only the last two", seen)
	}
	whole := train(t, tiny(), Options{})
	if fmt.Sprint(scores(on)) != fmt.Sprint(scores(whole)) {
		t.Error("the scores differ after a stop")
	}
	if !on.Result.Marked() || fmt.Sprint(on.Result.Right) != fmt.Sprint(whole.Result.Right) {
		t.Error("other images are right after a stop")
	}
}

// normalised makes a run one of a network that compiles in no time, with a batch
// norm, so with buffers, and dropout.
func normalised(c Config, o Options) (Config, Options) {
	c.Network, c.Width = "normalised", 0
	o.Net = func(scope *model.Scope, images *Node) *Node {
		n := images.Shape().Dimensions[0]
		x := network.BatchNorm(scope.In("norm"), Reshape(images, n, -1, 8))
		return layers.Dense(scope.In("only"), network.Dropout(scope, Reshape(x, n, -1)), true, 10)
	}
	return c, o
}

// killed is the run that TestKill kills: 3 epochs of 6 steps, the last of them short.
func killed(dir string) (Config, Options) {
	c := tiny()
	c.Batch, c.Epochs = 20, 3
	return normalised(c, Options{Dir: dir})
}

// TestMain lets the test binary be the process that TestKill kills: itself, a while
// after its nth report, at the third from there at the latest. So it does not
// matter how soon another process would come to it. It does so once its standard input
// has ended, which TestTwoProcesses holds open for as long as it wants the run to be made
// there.
func TestMain(m *testing.M) {
	dir := os.Getenv("EXPERIMENT_TEST_DIR")
	if dir == "" {
		os.Exit(m.Run())
	}
	if name := os.Getenv("EXPERIMENT_TEST_BITS"); name != "" {
		if err := makeBits(name, dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	var n int
	var delay time.Duration
	_, err := fmt.Sscan(os.Getenv("EXPERIMENT_TEST_KILL"), &n, &delay)
	self, err2 := os.FindProcess(os.Getpid())
	c, o := killed(dir)
	o.Checkpoint = time.Nanosecond
	o.Report = func(r Report) {
		if r.Elsewhere != "" {
			return // who looks whether it is being made has the lock for a moment
		}
		n--
		switch n {
		case 0:
			go func() {
				io.Copy(io.Discard, os.Stdin)
				time.Sleep(delay)
				self.Kill()
			}()
		case -3:
			select {}
		}
	}
	if err = errors.Join(err, err2); err == nil {
		var r *Run
		if r, err = Train(context.Background(), c, o); err == nil {
			r.Close()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Killed at 20 random moments and started again each time, a run ends with the
// endpoints of an undisturbed one.
func TestKill(t *testing.T) {
	trained := func(dir string) string {
		c, o := killed(dir)
		r := train(t, c, o)
		defer r.Close()
		return endpoints(t, r)
	}
	want := trained("")
	seed := uint64(time.Now().UnixNano())
	t.Log("the moments are drawn from the seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	kills, dir := 0, t.TempDir()
	for kills < 20 {
		if process(t, dir, 1+rng.IntN(4), time.Duration(rng.IntN(2000))*time.Microsecond) {
			kills++
			continue
		}
		if trained(dir) != want {
			t.Fatalf("the endpoints differ after %d kills", kills)
		}
		dir = t.TempDir()
	}
	if trained(dir) != want {
		t.Fatal("the endpoints differ")
	}
}

// process starts the run in a process of its own, which kills itself a while after
// its nth report. It says whether that was before it ended.
func process(t *testing.T, dir string, n int, delay time.Duration) (killed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EXPERIMENT_TEST_DIR="+dir, fmt.Sprintf("EXPERIMENT_TEST_KILL=%d %d", n, delay))
	problems, err := cmd.CombinedOutput()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended && exit.ExitCode() > 0 || err != nil && !ended {
		t.Fatalf("the process failed: %v: %s", err, problems)
	}
	return err != nil
}

// stopped returns the folder of runs with a tiny run stopped in its middle, and
// the path of its checkpoint.
func stopped(t *testing.T, c Config) (dir, checkpoint string) {
	t.Helper()
	dir = t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Train(ctx, c, Options{Dir: dir, Together: -1, Report: func(r Report) {
		if r.Done == 7 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	paths, err := place.Glob(dir, "*/"+checkpointFile)
	if err != nil || len(paths) != 1 {
		t.Fatal(paths, err)
	}
	return dir, paths[0]
}

// A checkpoint that is not what was written is refused, and left as it is.
func TestDamagedCheckpoint(t *testing.T) {
	other := light()
	other.Width, other.TrainImages = 3, 100
	_, foreign := stopped(t, other)
	strange, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	dir, path := stopped(t, light())
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) []byte {
		bad := slices.Clone(good)
		bad[i] ^= 0x10
		return bad
	}
	cases := map[string][]byte{
		"empty":              {},
		"cut in the header":  good[:100],
		"cut in the data":    good[:len(good)-5],
		"too long":           append(slices.Clone(good), 1, 2, 3),
		"of another network": strange,
		"flipped length":     flip(1),
		"flipped last byte":  flip(len(good) - 1),
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 40 {
		i := rng.IntN(len(good))
		cases[fmt.Sprint("flipped byte ", i)] = flip(i)
	}
	for name, bad := range cases {
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Train(context.Background(), light(), Options{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("%s: got %v", name, err)
		}
		if now, _ := os.ReadFile(path); !slices.Equal(now, bad) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if err := os.WriteFile(path, good, 0o644); err != nil {
		t.Fatal(err)
	}
	train(t, light(), Options{Dir: dir})
}

func TestBadConfigurations(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Config, *Options){
		"batch size is 0":                func(c *Config, _ *Options) { c.Batch = 0 },
		"epochs is 0":                    func(c *Config, _ *Options) { c.Epochs = 0 },
		"warm-up of 9 epochs":            func(c *Config, _ *Options) { c.Warmup = 9 },
		"at least 1":                     func(c *Config, _ *Options) { c.Shape = "simplex-0" },
		"unknown shape":                  func(c *Config, _ *Options) { c.Shape = "circle" },
		"unknown data set":               func(c *Config, _ *Options) { c.Data = "cifar11" },
		"unknown network":                func(c *Config, _ *Options) { c.Network = "alexnet" },
		"width 0":                        func(c *Config, _ *Options) { c.Width = 0 },
		"batches of 111 images by Batch": func(c *Config, _ *Options) { c.Batch = 111 },
		"asked for 1,298 images by TrainImages (-train-images); digits has 1,297":    func(c *Config, _ *Options) { c.TrainImages = 1298 },
		"asked for 5,000 images by TestImages (-test-images); digits has 500":        func(c *Config, _ *Options) { c.TestImages = 5000 },
		"asked for 99 images by GridImages (-grid-images)":                           func(c *Config, _ *Options) { c.TestImages, c.GridImages, c.Surface = 98, 99, 2 },
		"99 images for grids, and no grid: set Config.Plane":                         func(c *Config, _ *Options) { c.GridImages = 99 },
		"in 2 chunks of networks that were trained apart":                            func(c *Config, _ *Options) { c.Shape, c.Independent, c.Chunks = "line", true, 2 },
		"cannot make the run's folder":                                               func(_ *Config, o *Options) { o.Dir = file },
		"points on a curve is 1":                                                     func(c *Config, _ *Options) { c.Points = 1 },
		"points on a curve is -5":                                                    func(c *Config, _ *Options) { c.Points = -5 },
		"is no name for data":                                                        func(c *Config, _ *Options) { c.Data = "../../x" },
		"write \"standard\"":                                                         func(c *Config, _ *Options) { c.Shape = "simplex-1" },
		"which is one of the project's":                                              func(c *Config, o *Options) { o.Net = network.MLP(10, 4) },
		"a validation split of 1,298 images by HeldOut (-held-out)":                  func(c *Config, _ *Options) { c.HeldOut = 1298 },
		"1,200 images by HeldOut (-held-out), beside 110 to train on by TrainImages": func(c *Config, _ *Options) { c.HeldOut = 1200 },
		"validation split is -1":                                                     func(c *Config, _ *Options) { c.HeldOut = -1 },
		"ε of label smoothing is 1.5":                                                func(c *Config, _ *Options) { c.Smoothing = 1.5 },
		"ρ of SAM is -1":                                                             func(c *Config, _ *Options) { c.Rho = -1 },
		"dropout rate is 1":                                                          func(c *Config, _ *Options) { c.Dropout = 1 },
		"wrong labels is 2":                                                          func(c *Config, _ *Options) { c.WrongLabels = 2 },
		"50 images in 51 chunks":                                                     func(c *Config, _ *Options) { c.Chunks = 51 },
		"50 images in 1 chunks of 3":                                                 func(c *Config, _ *Options) { c.GhostBatches = 3 },
		"number of ghost batches is -1":                                              func(c *Config, _ *Options) { c.GhostBatches = -1 },
		"2 chunks on 2 devices":                                                      func(c *Config, o *Options) { c.Chunks, o.Devices = 2, 2 },
		"50 devices: the backend":                                                    func(_ *Config, o *Options) { o.Devices = 50 },
		"-1 devices: the backend":                                                    func(_ *Config, o *Options) { o.Devices = -1 },
		"unknown weight averaging":                                                   func(c *Config, _ *Options) { c.SWA = "cyclic" },
		"want 1 to 1":                                                                func(c *Config, _ *Options) { c.SWA = "cyclic-2" },
		"want simplex-3, bezier or more":                                             func(c *Config, _ *Options) { c.Plane = 5 },
		"a grid of one point":                                                        func(c *Config, _ *Options) { c.Surface = 1 },
		"unknown corruption \"rain\"":                                                func(c *Config, _ *Options) { c.Corrupt = "rain" },
		"at least 2 endpoints":                                                       func(c *Config, _ *Options) { c.Shape, c.Independent = "standard", true },
		"it comes in one width":                                                      func(c *Config, _ *Options) { c.Network = "resnet18" },
		"name its folder by DataDir (-data)":                                         func(c *Config, _ *Options) { c.Data, c.Side = "folder", 8 },
		"no such file":                                                               func(c *Config, o *Options) { c.Data, o.DataDir = "tinyimagenet", file+".none" },
		"1 pixel values": func(c *Config, o *Options) {
			digits, err := dataset.Digits()
			if err != nil {
				t.Fatal(err)
			}
			digits.Train.Pixels = digits.Train.Pixels[:1]
			c.Data, o.Data = "mine", digits
		},
	} {
		c, o := tiny(), Options{Dir: t.TempDir()}
		change(&c, &o)
		_, err := Train(context.Background(), c, o)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want one line with %q, got %v", want, err)
		}
	}
	if _, err := Preset("slow"); err == nil || !strings.Contains(err.Error(), "cifar10-small") {
		t.Errorf("an unknown preset gave %v", err)
	}
}

func TestDiverged(t *testing.T) {
	c := tiny()
	c.LearningRate = 1e25
	_, err := Train(context.Background(), c, Options{Dir: t.TempDir()})
	if !errors.Is(err, subspace.ErrDiverged) || !strings.Contains(err.Error(), "diverged at step") || !strings.Contains(err.Error(), "step") || !strings.Contains(err.Error(), "smaller learning rate") {
		t.Errorf("got %v", err)
	}
}

// Endpoints that are damaged or gone are an error each time that they are asked
// for, and never an untrained network.
func TestDamagedEndpoints(t *testing.T) {
	dir := t.TempDir()
	r := train(t, tiny(), Options{Dir: dir})
	r.Close()
	path := filepath.Join(r.Dir, endpointsFile)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := slices.Clone(good)
	bad[len(bad)-1] ^= 1
	for _, contents := range [][]byte{bad, good[:len(good)-1], nil} {
		if err := os.WriteFile(path, contents, 0o644); err != nil {
			t.Fatal(err)
		}
		again := train(t, tiny(), Options{Dir: dir})
		for range 2 {
			if _, err := again.Score(context.Background(), subspace.Line{}.Midpoint()); err == nil || !strings.Contains(err.Error(), endpointsFile) {
				t.Errorf("damaged endpoints gave %v", err)
			}
		}
	}
}

func TestScoreOutside(t *testing.T) {
	r := train(t, tiny(), Options{})
	if _, err := r.Score(context.Background(), subspace.Line{}.At(-0.5)); err != nil {
		t.Errorf("α = −0.5: %v", err)
	}
	nan := 0.0
	if _, err := r.Score(context.Background(), subspace.Line{}.At(nan/nan)); err == nil {
		t.Error("α = NaN was scored")
	}
}

// A network of one's own, in GoMLX's own style, runs as the project's do.
func TestOwnNetwork(t *testing.T) {
	c := tiny()
	c.Network, c.Width = "mine", 0
	r := train(t, c, Options{Net: func(scope *model.Scope, images *Node) *Node {
		x := Reshape(images, images.Shape().Dimensions[0], -1)
		return layers.Dense(scope.In("only"), x, true, 10)
	}})
	if r.Result.Parameters != 650 {
		t.Errorf("%d parameters, want 650", r.Result.Parameters)
	}
}

// Results are found again by their configuration, whatever the seed.
func TestRecordedResults(t *testing.T) {
	dir := t.TempDir()
	for _, seed := range []uint64{3, 1} {
		r := train(t, light().With("line", seed), Options{}).Result
		if err := r.Write(filepath.Join(dir, r.Config.Name()+".json")); err != nil {
			t.Fatal(err)
		}
	}
	other := train(t, light().With("standard", 1), Options{}).Result
	if err := other.Write(filepath.Join(dir, "other.json")); err != nil {
		t.Fatal(err)
	}
	runs, err := ReadResults(dir, light())
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 2 || runs[0].Config.Seed != 1 || runs[1].Config.Seed != 3 {
		t.Fatalf("read %d runs, want those of seeds 1 and 3", len(runs))
	}
	accuracy := func(s metric.Scores) float64 { return s.Accuracy }
	alpha, values := runs[0].Along(accuracy)
	if !slices.Equal(alpha, []float64{0, 0.5, 1}) || values[1] != Midpoints(runs, accuracy)[0] {
		t.Errorf("along the line %v: %v, midpoints %v", alpha, values, Midpoints(runs, accuracy))
	}
	if alpha, _ := other.Along(accuracy); alpha != nil || len(other.Points) != 1 {
		t.Errorf("standard training has the points %v", other.Points)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadResults(dir, light()); err == nil || !strings.Contains(err.Error(), "bad.json") {
		t.Errorf("a damaged result gave %v", err)
	}
}

// The generators of neighbouring steps have nothing to do with each other.
func TestStepsDrawIndependently(t *testing.T) {
	r := &Run{Config: Config{Seed: 1}}
	const n = 20_000
	var sum, squares, product, before float64
	for step := range n {
		v := r.rng(drawStream, step).Float64() - 0.5
		sum, squares, product = sum+v, squares+v*v, product+v*before
		before = v
	}
	if mean := sum / n; mean > 0.01 || mean < -0.01 {
		t.Errorf("mean %v of the first draws of the steps, want 0", mean)
	}
	if c := product / squares; c > 0.03 || c < -0.03 {
		t.Errorf("correlation %v between neighbouring steps, want 0", c)
	}
}
