//go:build cgo && linux

package programs_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"

	"gosubspace/subspace"
	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/internal/programs"
	"gosubspace/subspace/network"
	"gosubspace/subspace/place"
)

// trained is what some steps and an evaluation leave: weights, statistics, logits.
func trained(t *testing.T, b compute.Backend) (digest string) {
	t.Helper()
	s, err := subspace.New(b, network.CResNet20(10, 8), [3]int{8, 8, 3}, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Finalize()
	rng := rand.New(rand.NewPCG(1, 1))
	batch := subspace.Batch{Images: make([]float32, 32*8*8*3), Labels: make([]int32, 32)}
	for i := range batch.Images {
		batch.Images[i] = float32(rng.NormFloat64())
	}
	for i := range batch.Labels {
		batch.Labels[i] = int32(i % 10)
	}
	for range 3 {
		draw := s.Draw(subspace.Sampler{Shape: subspace.Line{}}, rng)
		if _, _, err := s.Step(batch, draw, 0.1, subspace.SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}); err != nil {
			t.Fatal(err)
		}
	}
	middle := subspace.Uniform(subspace.Weights{0.5, 0.5}, len(s.Layout.Layers))
	batches := func(yield func(subspace.Batch, error) bool) { yield(batch, nil) }
	logits, _, err := s.Evaluate(t.Context(), middle, batches, batches)
	if err != nil {
		t.Fatal(err)
	}
	state, err := s.State()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, logits, state)))
}

// counted is what a function's programs have counted.
func counted(f func()) (c programs.Count) {
	before := programs.Counted()
	f()
	after := programs.Counted()
	return programs.Count{Compiled: after.Compiled - before.Compiled, Loaded: after.Loaded - before.Loaded, Shared: after.Shared - before.Shared}
}

// Training and evaluation with programs from files, and with shared ones, give the
// bits of those compiled anew. A file that was damaged, or of another CPU, is not used
// but written again.
func TestSameBits(t *testing.T) {
	b := backendtest.XLA(t)
	dir := t.TempDir()
	want, files := "", 0
	check := func(what string, expected func(programs.Count) bool) {
		t.Helper()
		var got string
		c := counted(func() { got = trained(t, b) })
		if want == "" {
			want, files = got, c.Compiled
		}
		if got != want {
			t.Errorf("%s: other bits", what)
		}
		if !expected(c) {
			t.Errorf("%s: %+v of %d programs", what, c, files)
		}
	}
	all := func(c programs.Count) bool { return c.Compiled == files && c.Loaded == 0 }
	loaded := func(c programs.Count) bool { return c.Loaded == files && c.Compiled == 0 }
	one := func(c programs.Count) bool { return c.Compiled == 1 && c.Loaded == files-1 }
	t.Run("anew", func(t *testing.T) {
		backendtest.Anew(t)
		check("compiled anew", all)
	})
	programs.KeepIn(t, dir, "this machine")
	check("compiled", all)
	check("shared", func(c programs.Count) bool { return c.Shared == files && c.Loaded+c.Compiled == 0 })
	programs.Forget()
	check("from files", loaded)

	paths, err := place.Glob(dir, "*.program")
	if err != nil || len(paths) != files || files < 4 {
		t.Fatalf("%d files of %d programs: %v", len(paths), files, err)
	}
	for what, damage := range map[string]func([]byte) []byte{
		"cut":                func(file []byte) []byte { return file[:len(file)/2] },
		"emptied":            func(file []byte) []byte { return nil },
		"with a flipped bit": func(file []byte) []byte { file[len(file)/3] ^= 16; return file },
	} {
		file, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(paths[0], damage(file), 0o600); err != nil {
			t.Fatal(err)
		}
		programs.Forget()
		check("a file "+what, one)
		programs.Forget()
		check("a file that was "+what, loaded)
	}
	programs.KeepIn(t, dir, "another machine")
	check("on another CPU", all)
	programs.KeepIn(t, dir, "this machine")
	check("on this again", loaded)
}

// report is what a child says.
type report struct {
	Digest string
	Count  programs.Count
}

const child = "GOSUBSPACE_TEST_PROGRAMS_CHILD"

// Another process has the programs from the files, compiles none, and computes the
// same bits; two processes at once do too.
func TestAnotherProcess(t *testing.T) {
	b := backendtest.XLA(t)
	if os.Getenv(child) != "" {
		r := report{Digest: trained(t, b), Count: programs.Counted()}
		if err := json.NewEncoder(os.Stderr).Encode(r); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	start := func() (wait func() report) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestAnotherProcess$")
		cmd.Env = append(os.Environ(), child+"=1", place.ProgramsVariable+"="+dir)
		said, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return func() (r report) {
			if err := json.NewDecoder(said).Decode(&r); err != nil {
				t.Errorf("the child says nothing: %v", err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("the child: %v", err)
			}
			return r
		}
	}
	one, other := start(), start()
	first, second := one(), other()
	third := start()()
	if first.Count.Compiled+second.Count.Compiled < 4 || first.Digest != second.Digest {
		t.Errorf("two at once: %+v and %+v", first, second)
	}
	if third.Count.Compiled != 0 || third.Count.Loaded < 4 || third.Digest != first.Digest {
		t.Errorf("one after them: %+v, the first %+v", third, first)
	}
}

// A shared program outlives who is done with it, and is another's only where the text
// is the same.
func TestShared(t *testing.T) {
	engine := backendtest.XLA(t)
	programs.KeepIn(t, "", "this machine")
	add := func(constant float64) *Exec {
		return MustNewExec(engine, func(x *Node) *Node { return AddScalar(x, constant) })
	}
	first, second, other := add(1), add(1), add(2)
	defer second.Finalize()
	defer other.Finalize()
	call := func(exec *Exec, want float32, expected programs.Count) {
		t.Helper()
		c := counted(func() {
			if got := exec.MustCall(float32(3))[0].Value(); got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
		if c != expected {
			t.Errorf("%+v, want %+v", c, expected)
		}
	}
	call(first, 4, programs.Count{Compiled: 1})
	first.Finalize()
	call(second, 4, programs.Count{Shared: 1})
	call(other, 5, programs.Count{Compiled: 1})
}
