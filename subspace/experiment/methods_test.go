package experiment

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/place"
)

// additions are what can be added to a shape.
var additions = []struct {
	name string
	add  func(c *Config)
}{
	{"dropout", func(c *Config) { c.Dropout = 0.3 }},
	{"label smoothing", func(c *Config) { c.Smoothing = 0.1 }},
	{"SAM", func(c *Config) { c.Rho = 0.1 }},
	{"SWA, constant", func(c *Config) { c.SWA = "constant" }},
	{"SWA, cyclic", func(c *Config) { c.SWA = "cyclic-1" }},
	{"chunks", func(c *Config) { c.Chunks = 3 }},
	{"wrong labels", func(c *Config) { c.WrongLabels = 0.2 }},
	{"full steps", func(c *Config) { c.FullStep = true }},
}

// light is tiny with a network that compiles in no time.
func light() Config {
	c := tiny()
	c.Network, c.Width = "mlp", 8
	return c
}

// composed are the shapes that each addition is tested on.
var composed = []string{"standard", "line", "bezier", "layerwise-simplex-3"}

// Every method trains on every shape, and does something: the endpoints are not
// those without it. The table of the package comment names what is tested here.
func TestMethodsCompose(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	dir, base := t.TempDir(), light()
	base.TrainImages = 100 // no short batch: TestInterruptAllMethods has one
	for _, shape := range composed {
		plain := train(t, base.With(shape, 1), Options{Dir: dir})
		for _, a := range additions {
			if (a.name == "chunks" || a.name == "full steps") && shape == "standard" {
				continue // one point leaves nothing to draw, and makes full steps as it is
			}
			c := base.With(shape, 1)
			a.add(&c)
			r := train(t, c, Options{Dir: dir})
			if endpoints(t, r) == endpoints(t, plain) {
				t.Errorf("%s with %s: the endpoints are those without", shape, a.name)
			}
			if loss := r.Result.History[len(r.Result.History)-1].Loss; !(loss < 10) {
				t.Errorf("%s with %s: loss %v", shape, a.name, loss)
			}
			if !strings.Contains(string(doc), "//   - "+a.name) || !strings.Contains(string(doc), shape) {
				t.Errorf("the package comment does not name %s with %s", shape, a.name)
			}
			r.Close()
		}
		plain.Close()
	}
}

// All methods together go on bit for bit after an interruption: the average of
// the weights and the state of dropout are part of a checkpoint.
func TestInterruptAllMethods(t *testing.T) {
	c := light()
	for _, a := range additions {
		a.add(&c)
	}
	c.SWA = "constant"
	interruptAndGoOn(t, c, Options{}, 13)
}

// Averaging over one model gives that model.
func TestAverageOfOneModelIsThatModel(t *testing.T) {
	c := light()
	c.Epochs, c.SWA = 4, "cyclic-1" // one cycle of one epoch, the last
	averaged := train(t, c, Options{})
	if n := len(averaged.Result.History); n != 4 {
		t.Fatalf("%d epochs", n)
	}
	// The same steps by hand: the schedule without the average.
	dir := t.TempDir()
	r, err := open(context.Background(), c, Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := cmp.Or(r.take(t.Context()), r.build(fresh)); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var p progress
	if err := r.steps(context.Background(), &p); err != nil {
		t.Fatal(err)
	}
	if p.average.Models != 1 {
		t.Fatalf("the average is of %d models", p.average.Models)
	}
	state, err := r.space.State()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(state.Endpoints, p.average.Endpoints, slices.Equal[[]float32]) {
		t.Error("the average of one model is not that model")
	}
}

// The endpoints of an independent run are those of the runs of standard
// training, on a curve its ends; what is between them is trained.
func TestIndependent(t *testing.T) {
	dir := t.TempDir()
	c := light()
	c.Independent = true
	rows := func(c Config) [][]float32 { return networksOf(t, c, Options{Dir: dir}) }
	first, second, third := rows(light().With("standard", 1)), rows(light().With("standard", 1001)), rows(light().With("standard", 2001))
	line := rows(c)
	if !slices.Equal(line[0], first[0]) || !slices.Equal(line[1], second[0]) {
		t.Error("the ends of the line are not the networks")
	}
	if triangle := rows(c.With("simplex-3", 1)); !slices.Equal(triangle[2], third[0]) {
		t.Error("the third corner of the triangle is not the third network")
	}
	curve := rows(c.With("bezier", 1))
	if !slices.Equal(curve[0], first[0]) || !slices.Equal(curve[1], second[0]) {
		t.Error("the ends of the curve have moved")
	}
	same := true
	for i, v := range curve[2] {
		same = same && math.Abs(float64(v-(first[0][i]+second[0][i])/2)) < 1e-6
	}
	if same {
		t.Error("the bend of the curve has not been trained")
	}
	r := train(t, c, Options{Dir: dir})
	single := train(t, light().With("standard", 1), Options{Dir: dir})
	// Without batch norm there is nothing to re-estimate, and nothing that could differ but rounding.
	if got, want := r.Result.Points[0].Scores, single.Result.Points[0].Scores; math.Abs(got.NLL-want.NLL) > 1e-5 || got.Accuracy != want.Accuracy {
		t.Errorf("the line's first end scores %+v, its network %+v", got, want)
	}
	if len(r.Result.History) != 0 {
		t.Error("a line between fixed ends has been trained")
	}
	if len(r.Result.Ensembles) != 1 || len(r.Result.Ensembles[0].Points) != 2 || r.Result.Ensembles[0].N != 50 {
		t.Errorf("ensembles %+v", r.Result.Ensembles)
	}
}

// A run that differs from another in what it is scored on alone takes over what
// that one has trained.
func TestRunsShareTraining(t *testing.T) {
	dir := t.TempDir()
	first := train(t, light(), Options{Dir: dir})
	c := light()
	c.Points, c.Surface = 5, 3
	steps := 0
	second := train(t, c, Options{Dir: dir, Report: func(r Report) {
		if !r.Scoring {
			steps++
		}
	}})
	if steps > 0 || second.Result.TrainedIn == "" {
		t.Errorf("%d steps of training, trained in %q", steps, second.Result.TrainedIn)
	}
	if a, b := first.Result.Midpoint().Scores, second.Result.Midpoint().Scores; a != b {
		t.Errorf("the midpoint scores %+v here and %+v there", a, b)
	}
	if g := second.Result.Surface; len(g.Scores) != 3 || g.Scores[1][1].N != 50 ||
		math.Abs(g.Scores[1][1].NLL-first.Result.Midpoint().NLL) > 1e-3*first.Result.Midpoint().NLL {
		t.Errorf("the surface's midpoint is %+v, the midpoint %+v", g.Scores[1][1], first.Result.Midpoint())
	}
	c.Beta = 0.5
	if third := train(t, c, Options{Dir: dir}); third.Result.TrainedIn != "" {
		t.Error("a run of another β took over what was trained")
	}
}

// A plan names each run once, members first, and knows what has been made.
func TestPlan(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light()
	c.Independent = true
	configs := []Config{light().With("standard", 1), c, c.With("bezier", 1), light().With("standard", 1)}
	plan, err := Plan(context.Background(), configs, o)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range plan {
		names = append(names, fmt.Sprintf("%s %d", p.Config.Name(), p.Trained))
		if p.Made {
			t.Errorf("%s is made already", p.Config.Name())
		}
	}
	want := []string{"digits-standard-mlpx8-seed1 550", "digits-standard-mlpx8-seed1001 550",
		"digits-independent-line-mlpx8-seed1 0", "digits-independent-bezier-mlpx8-seed1 550"}
	if !slices.Equal(names, want) {
		t.Errorf("plan %q\nwant %q", names, want)
	}
	train(t, configs[0], o).Close()
	if plan, err = Plan(context.Background(), configs, o); err != nil || !plan[0].Made || plan[1].Made {
		t.Errorf("after the first run: %+v, %v", plan, err)
	}
	took, err := Estimate(context.Background(), plan, o) // by the clock of this machine; TestEstimate says what it adds up
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range plan {
		if (took[i] > 0) == p.Made {
			t.Errorf("%s, made %t, takes %v", p.Config.Name(), p.Made, took[i])
		}
	}
}

// loop is a closed loop through three endpoints: a shape of a reader's own.
type loop struct{}

func (loop) Endpoints() int { return 3 }
func (loop) At(a float64) subspace.Weights {
	c, k := make(subspace.Weights, 3), int(3*a)%3
	f := 3*a - math.Floor(3*a)
	c[k], c[(k+1)%3] = 1-f, f
	return c
}
func (l loop) Sample(rng *rand.Rand) subspace.Weights { return l.At(rng.Float64()) }
func (l loop) Midpoint() subspace.Weights             { return subspace.Simplex(3).Midpoint() }
func (loop) String() string                           { return "loop" }

func TestOwnShape(t *testing.T) {
	for _, name := range []string{"loop", "layerwise-loop"} {
		r := train(t, light().With(name, 1), Options{Shape: loop{}})
		if len(r.Result.Points) != 4 || r.Result.Midpoint().N != 50 || r.Result.Midpoint().Weights[0] != 1./3 {
			t.Errorf("%s: points %+v", name, r.Result.Points)
		}
	}
	for want, c := range map[string]Config{"yours says": light().With("lop", 1), "not layer-wise": func() Config {
		c := light().With("layerwise-loop", 1)
		c.Independent = true
		return c
	}()} {
		if _, err := Train(context.Background(), c, Options{Shape: loop{}, Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

// A validation split that has no best temperature costs the scaling, not the run.
func TestNoTemperature(t *testing.T) {
	c := light().With("standard", 1)
	c.HeldOut = 1 // one image: right, or worse than chance
	r := train(t, c, Options{}).Result
	if r.Calibration.HeldOut == nil || r.Calibration.HeldOut.N != 1 || r.Calibration.Scaled != nil {
		t.Errorf("calibration %+v", r.Calibration)
	}
	c.HeldOut = 300
	c.Epochs = 20
	r = train(t, c, Options{}).Result
	if k := r.Calibration; k.HeldOut.N != 300 || k.Temperature <= 0 || k.Scaled.Accuracy != r.Midpoint().Accuracy {
		t.Errorf("calibration %+v, midpoint %+v", k, r.Midpoint())
	}
}

// Scores of other endpoints are not mixed with those of these.
func TestScoresOfOtherEndpoints(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	o := Options{Dir: dir, Report: func(r Report) {
		if r.Scoring && r.Done == 2 {
			cancel()
		}
	}}
	Train(ctx, light(), o)
	want := train(t, light(), Options{}).Result.Points
	paths, err := place.Glob(dir, "*/"+scoresFile)
	if err != nil || len(paths) != 1 {
		t.Fatal(paths, err)
	}
	text, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	forged := regexp.MustCompile(`"endpoints": "..`).ReplaceAllString(string(text), `"endpoints": "zz`)
	forged = strings.ReplaceAll(forged, `"accuracy": 0.`, `"accuracy": 0.9`)
	if forged == string(text) {
		t.Fatal("nothing to forge")
	}
	if err := os.WriteFile(paths[0], []byte(forged), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := train(t, light(), Options{Dir: dir}).Result.Points; fmt.Sprint(scoresOf(got)) != fmt.Sprint(scoresOf(want)) {
		t.Errorf("scores %v, want %v", scoresOf(got), scoresOf(want))
	}
}

func scoresOf(points []PointScore) (scores []any) {
	for _, p := range points {
		scores = append(scores, p.Scores)
	}
	return scores
}

// Endpoints that are missing from the file of a run are missed, in one line.
func TestMissingEndpoints(t *testing.T) {
	dir := t.TempDir()
	r := train(t, light(), Options{Dir: dir})
	s, err := r.Space()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	file, err := seal(rowsToArrays(endpointPrefix, s.Layout, rows[:1]), map[string]string{"identity": r.identity})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.Dir+"/"+endpointsFile, file, 0o644); err != nil {
		t.Fatal(err)
	}
	r.Close()
	_, err = train(t, light(), Options{Dir: dir}).Space()
	if err == nil || !strings.Contains(err.Error(), "holds 1 endpoints, line has 2") {
		t.Errorf("got %v", err)
	}
}
