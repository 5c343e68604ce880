package speed

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gosubspace/subspace/experiment"
)

// TestMain makes workers of the test's program: ours, and one that stands for
// PyTorch.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && strings.HasPrefix(os.Args[2], "{") {
		serve := fake
		if os.Args[1] == "worker" {
			serve = func(argument string) error { return Serve(context.Background(), argument, os.Stdin, os.Stdout) }
		}
		if err := serve(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// fake takes a quarter of a second for everything, a tenth of that compiled with
// channels last, and fails compiled otherwise.
func fake(argument string) error {
	j, err := parseJob(argument)
	if err != nil {
		return err
	}
	if j.Setting == (Setting{Compiled: true}) {
		return fmt.Errorf("no compiler\nfor %s", j.Setting)
	}
	seconds := 0.25
	if j.Setting.Compiled {
		seconds = 0.025
	}
	out, in := json.NewEncoder(os.Stdout), json.NewDecoder(os.Stdin)
	if err := out.Encode(greeting{"cpu", "cpu", j.Threads, map[string]string{"torch": "0"}, []Phase{{"import", 1}, {"step", 2}}}); err != nil {
		return err
	}
	for {
		var r request
		if in.Decode(&r) != nil {
			return nil
		}
		if log := os.Getenv(turnsVariable); log != "" {
			f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			fmt.Fprintln(f, j.Setting)
			f.Close()
		}
		a := answer{Peak: 1e9}
		for range r.Samples {
			a.Seconds = append(a.Seconds, seconds)
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
}

// turnsVariable names the file in which a fake notes that it was asked.
const turnsVariable = "TEST_TURNS"

// The settings of PyTorch's are compared in turns: what the machine does otherwise hits
// all of them alike.
func TestSettingsInTurns(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	t.Setenv(turnsVariable, log)
	m := quickMeter(t)
	m.Size.Screen, m.Size.Warm, m.known, m.dir = 3, 0, map[string]Setting{}, t.TempDir()
	w, err := m.best(t.Context(), &Group{}, m.job(Step, "line", Amount{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.end(); err != nil || len(w.seconds) > 0 {
		t.Errorf("%v; the samples that it was chosen by count: %v", err, w.seconds)
	}
	asked, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	round := "NCHW, eager\nchannels last, eager\nchannels last, compiled\n"
	if got := strings.ReplaceAll(string(asked), round, "."); got != "...." { // warmed up, and in three turns
		t.Errorf("they were asked in the order %q", asked)
	}
}

// quickMeter measures little, and in pure Go: it would be XLA's compilation that
// takes the time.
func quickMeter(t *testing.T) *Meter {
	t.Helper()
	t.Setenv("GOMLX_BACKEND", "go")
	m := &Meter{Ours: []string{os.Args[0], "worker"}, Torch: os.Args[0], Size: QuickSize(), Say: func(line string) { t.Log(line) }}
	t.Cleanup(m.Close)
	return m
}

// Every part can be measured, and its numbers reach the tables.
func TestMeasure(t *testing.T) {
	m := quickMeter(t)
	r := NewRecord("test", m.Size)
	for _, p := range Parts {
		g, err := m.Measure(t.Context(), p.Name)
		if err != nil {
			t.Fatal(err)
		}
		if len(g.Measurements) == 0 {
			t.Errorf("%s: nothing was measured", p.Name)
		}
		for _, x := range g.Measurements {
			if x.N == 0 || x.N != len(x.Seconds) || !(x.Low > 0 && x.Low <= x.Median && x.Median <= x.High) {
				t.Errorf("%s: %s of %v: %+v", p.Name, x.Title(), x.Seconds, x.Summary)
			}
		}
		r.Measured[p.Name] = g
	}
	step := r.Measured["line"]
	theirs, there := step.theirs(Step, "line")
	if !there || theirs.Setting != "channels last, compiled" || theirs.Median != 0.025 || theirs.Peak != 1e9 {
		t.Errorf("PyTorch's best step is %+v", theirs)
	}
	if want := m.Size.Blocks * m.Size.Block; theirs.N != want {
		t.Errorf("%d steps of PyTorch's count, want %d", theirs.N, want)
	}
	if len(step.Failed) != 1 || !strings.Contains(step.Failed[0], "NCHW, compiled: step of line: for NCHW, compiled") || len(step.Tried) != 3 {
		t.Errorf("failed: %q, tried: %v", step.Failed, step.Tried)
	}
	if ours, _ := step.ours(Step, "line"); runtime.GOOS == "linux" && ours.Peak == 0 {
		t.Error("the peak memory of our step is unknown")
	}
	start, there := r.Measured["start"].theirs(Step, "line")
	if !there || start.Median != 3 || len(start.Start) != 2 {
		t.Errorf("PyTorch's start is %+v, want its two phases of 1 and 2 s", start)
	}
	for _, x := range r.Measured["start"].Measurements {
		if x.Job.Work == Step && x.Setting == "" && len(x.Start) != 4 {
			t.Errorf("a start of ours has the phases %+v, want four", x.Start)
		}
	}
	memory, _ := r.Measured["memory"].theirs(Evaluate, "line")
	if len(memory.Peaks) != m.Size.Memories || memory.Peak != 1e9 {
		t.Errorf("the memory of PyTorch's processes is %+v", memory)
	}
	table := r.Table() + r.Profile() + r.Growth()
	for _, want := range []string{"numbers mean nothing", "| training step, line |", "plane of 21 × 21 points", "with its input pipeline", "| a step with dropout / one without |",
		"first step is done, nothing compiled before", "first step is done, programs compiled before", "a further run in a process", "Not measured (line): PyTorch, NCHW, compiled", "| endpoints *m* | 1 | 2 |", "| width | 2 | 4 |",
		"| points evaluated | 1 | 2 |", "| a line's step | forward"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if strings.Contains(table, "NaN") || strings.Contains(table, "Inf") {
		t.Error(table)
	}

	// What is written is read again, and is no run's result.
	dir := t.TempDir()
	if err := r.Write(filepath.Join(dir, "speed.json")); err != nil {
		t.Fatal(err)
	}
	again, there, err := ReadRecord(filepath.Join(dir, "speed.json"))
	if err != nil || !there {
		t.Fatal(there, err)
	}
	fresh := NewRecord("test", m.Size)
	if !fresh.Take(again) || fresh.Table() != r.rounded().Table() {
		t.Errorf("read again:\n%s\nwant\n%s", fresh.Table(), r.rounded().Table())
	}
	if results, err := experiment.ReadResults(dir, experiment.Quick()); err != nil || len(results) > 0 {
		t.Errorf("%d results, %v", len(results), err)
	}
	other, elsewhere := NewRecord("another program", m.Size), NewRecord("test", m.Size)
	elsewhere.Processor = "another"
	if other.Take(again) || elsewhere.Take(again) || len(other.Measured)+len(elsewhere.Measured) > 0 {
		t.Error("the numbers of another program, or processor, were taken over")
	}
}

func TestMeasureFails(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Meter)
		says   string
	}{
		"no Python":     {func(m *Meter) { m.Torch = "/nowhere/python" }, "/nowhere/python"},
		"no program":    {func(m *Meter) { m.Ours = []string{"/nowhere/program"} }, "/nowhere/program"},
		"no such shape": {func(m *Meter) { m.Size.Endpoints = []int{-1} }, "simplex--1"},
	} {
		m := quickMeter(t)
		c.change(m)
		part := "line"
		if name == "no such shape" {
			part = "endpoints"
		}
		if _, err := m.Measure(t.Context(), part); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that names %s", name, err, c.says)
		}
	}
	if _, err := quickMeter(t).Measure(t.Context(), "nothing"); err == nil {
		t.Error("a part that there is not was measured")
	}
}

// step is a measurement of so many images a second.
func step(shape, setting string, rate float64, peak int64) Measurement {
	j := Job{Work: Step, Shape: shape, Width: 16, Batch: 128}
	return Measurement{Job: j, Setting: setting, Images: 128, Summary: summarise([]float64{128 / rate}), Peak: peak}
}

func TestVerdicts(t *testing.T) {
	r := NewRecord("test", FullSize())
	r.Measured["step"] = Group{Measurements: []Measurement{
		step("standard", "", 520, 2e9), step("line", "", 505, 2e9), step("simplex-6", "", 471, 2e9), step("standard", "NCHW, eager", 200, 1e9),
	}}
	r.Measured["line"] = Group{Measurements: []Measurement{step("line", "", 505, 0), step("line", "NCHW, eager", 400, 0)}}
	ours, rival := step("line", "", 505, 9e8), step("line", "NCHW, eager", 400, 1e9)
	ours.Peaks, rival.Peaks = []int64{5e8, 9e8, 11e8}, []int64{1e9, 1e9, 1e9}
	r.Measured["memory"] = Group{Measurements: []Measurement{ours, rival}}
	dropped := step("standard", "", 450, 0)
	dropped.Job.Dropout = dropoutRate
	r.Measured["dropout"] = Group{Measurements: []Measurement{dropped, step("standard", "", 520, 0)}}
	run := step("line", "", 490, 0)
	run.Job.Work = Run
	r.Measured["pipeline"] = Group{Measurements: []Measurement{step("line", "", 505, 0), run}}
	start, before, further, theirs := step("line", "", 32, 0), step("line", "", 64, 0), step("line", "", 1280, 0), step("line", "NCHW, eager", 128, 0)
	start.Start, before.Before, further.Job.Work = []Phase{{"first step, with compilation", 4}}, true, Anew
	further.Start = []Phase{{"images", 1}, {"first anew, with compilation", 4}}
	r.Measured["start"] = Group{Measurements: []Measurement{start, before, further, theirs}}
	r.Measured[CellWork] = Group{Measurements: []Measurement{NewMeasurement(CellWork, []float64{2.6, 2.4, 2.5})}}
	table := r.Table()
	for _, want := range []string{
		"| training step, standard | 520 images/s [520–520], 246 ms | 200 images/s [200–200], 640 ms, NCHW, eager | 2.60 | ≥ 2.2: met |",
		"| 1.26 | ≥ 2.2: **below goal** |",
		"| 1.030 | ≤ 1.03: met |",
		"| 1.104 | ≤ 1.10: **below goal** |",
		"| a step with dropout / one without | 284 ms / 246 ms |  | 1.156 | ≤ 1.15: **below goal** |",
		"| +3.1 % | ≤ +3 %: **below goal** |",
		"of 3 processes | 900 MB [500 MB–1,100 MB] | 1,000 MB [1,000 MB–1,000 MB], NCHW, eager | 0.90 | ≤ 0.7: **below goal** |",
		"| start of a process until its first step is done, nothing compiled before | 4.00 s: first step, with compilation 4.00 s |",
		"| 4.00 of the time | reported |",
		"| 2.00 of the time | ≤ PyTorch's: **below goal** |",
		"| 100 ms / 4.00 s |  | 0.025 | ≤ 0.05: met |",
		"| 2.50 s [2.45 s–2.55 s] |  |  | ≤ 1.0 s: **below goal** |",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
}

// Where a GPU computes, it is said whose memory was measured.
func TestMemoryBesideAGPU(t *testing.T) {
	for device, says := range map[string]bool{"XLA on CPU (AMD EPYC, 2 cores)": false, "XLA on CUDA (NVIDIA H200)": true} {
		r := NewRecord("test", FullSize())
		r.Measured["memory"] = Group{Ours: Circumstances{Device: device}, Measurements: []Measurement{step("line", "", 505, 9e8)}}
		if got := strings.Contains(r.Table(), "memory is the host's"); got != says {
			t.Errorf("%s: said %v", device, got)
		}
	}
}

func TestSummarise(t *testing.T) {
	if got, want := summarise([]float64{4, 1, 3, 2, 5}), (Summary{5, 3, 2, 4}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got, want := summarise([]float64{1, 2}), (Summary{2, 1.5, 1.25, 1.75}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestFitLine(t *testing.T) {
	l := FitLine([]float64{1, 2, 4}, []float64{5, 7, 11})
	if math.Abs(l.Base-3) > 1e-12 || math.Abs(l.Slope-2) > 1e-12 || l.Off > 1e-12 {
		t.Errorf("%+v, want 3 + 2x", l)
	}
	// By hand: 1 + x has the smallest squares, and is 3 where the third value is 1.
	l = FitLine([]float64{0, 1, 2, 3}, []float64{1, 3, 1, 5})
	if math.Abs(l.Base-1) > 1e-12 || math.Abs(l.Slope-1) > 1e-12 || math.Abs(l.Off-2) > 1e-12 || l.At != 2 {
		t.Errorf("%+v, want 1 + x, farthest at 2, where it is 3 instead of 1", l)
	}
	// By hand: the squares sum to 1.8, over 2 degrees of freedom and a spread of 5.
	l = FitLine([]float64{1, 2, 3, 4}, []float64{1, 3, 2, 4})
	if math.Abs(l.Slope-0.8) > 1e-12 || math.Abs(l.Error-math.Sqrt(0.18)) > 1e-12 || l.rises() {
		t.Errorf("%+v, want a slope of 0.8 ± 0.424, which is noise", l)
	}
	if l = FitLine([]float64{1, 2, 3, 4}, []float64{1, 2.1, 2.9, 4}); !l.rises() {
		t.Errorf("%+v is taken for noise", l)
	}
}

// The number is that of the network's layers, one by one.
func TestMultiplyAdds(t *testing.T) {
	stem, stage1 := 9*3*16*1024, 6*9*16*16*1024
	stage2 := 9*16*32*256 + 5*9*32*32*256 + 16*32*256
	stage3 := 9*32*64*64 + 5*9*64*64*64 + 32*64*64
	if got, want := MultiplyAdds(16, 32), stem+stage1+stage2+stage3+640; got != want {
		t.Errorf("%d, want %d", got, want)
	}
}

// TorchVariable names a Python that has PyTorch, for the test of pytorch.py.
const TorchVariable = "GOSUBSPACE_TORCH"

// What PyTorch is measured at is the network and the step of the parity tests,
// which ours is held to.
func TestPyTorch(t *testing.T) {
	python := os.Getenv(TorchVariable)
	if python == "" {
		t.Skip("wants a Python with PyTorch, named by " + TorchVariable)
	}
	cmd := exec.Command(python, "testdata/check_pytorch.py")
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
