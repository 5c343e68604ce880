package experiment

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/dataset"
)

var bits = flag.Bool("bits", false, "TestBitForBit: make runs on one core and on all, some minutes")

// bitRuns are runs of three steps: the networks whose sums a CPU might divide among its
// threads.
var bitRuns = map[string]func(c *Config) *dataset.Data{
	"mlp": func(c *Config) *dataset.Data {
		c.Network, c.Width, c.Batch, c.TrainImages = "mlp", 256, 128, 384
		return noise(400, 32, 10)
	},
	"cresnet20": func(c *Config) *dataset.Data {
		c.Network, c.Width, c.Batch, c.TrainImages = "cresnet20", 16, 128, 384
		return noise(400, 32, 10)
	},
	"resnet18 at 64 px": func(c *Config) *dataset.Data {
		c.Network, c.Width, c.Batch, c.TrainImages = "resnet18", 0, 16, 60
		return noise(60, 64, 10)
	},
}

func noise(n, side, classes int) *dataset.Data {
	d := &dataset.Data{Train: dataset.Noise(n, [3]int{side, side, 3}, classes), Test: dataset.Noise(20, [3]int{side, side, 3}, classes)}
	for range 3 {
		d.Mean, d.Std = append(d.Mean, 0.5), append(d.Std, 0.25)
	}
	return d
}

// makeBits makes the run of a name and prints the SHA-256 of all its numbers: what its
// process is for.
func makeBits(name, dir string) error {
	c := Quick()
	c.Data, c.Epochs, c.Warmup, c.Points, c.TestEvery, c.Recalibration = "noise", 1, 0, 2, 0, 32
	data := bitRuns[name](&c)
	r, err := Train(context.Background(), c, Options{Data: data, Dir: dir})
	if err != nil {
		return err
	}
	defer r.Close()
	file, err := os.ReadFile(filepath.Join(r.Dir, endpointsFile))
	if err != nil {
		return err
	}
	fmt.Printf("bits %x\n", sha256.Sum256(append(file, fmt.Sprint(scores(r))...)))
	return nil
}

// A run has the same bits on one core and on all, and with whatever number of threads: on
// this project's kernels and, where they are not wanted (GOSUBSPACE_KERNELS=xla), on XLA's.
// Each is a process of its own that compiles anew.
func TestBitForBit(t *testing.T) {
	if !*bits {
		t.Skip("takes minutes: go test ./subspace/experiment -run BitForBit -bits -timeout 1h")
	}
	backendtest.XLA(t)
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Fatal(err)
	}
	one, cores := unix.CPUSet{}, all.Count()
	for i := 0; one.Count() == 0; i++ {
		if all.IsSet(i) {
			one.Set(i)
		}
	}
	ways := []struct {
		name string
		on   unix.CPUSet
		env  []string
	}{
		{"one core", one, []string{"GOMAXPROCS=1"}}, {fmt.Sprintf("all %d cores", cores), all, nil},
		{"two threads", all, []string{"PJRT_NPROC=2"}}, {"three threads", all, []string{"PJRT_NPROC=3"}},
	}
	names := []string{"mlp", "cresnet20", "resnet18 at 64 px"}
	for _, kernels := range []string{"", "xla"} {
		for _, name := range names {
			t.Run(strings.TrimSpace(name+" "+kernels), func(t *testing.T) {
				first := ""
				for _, way := range ways {
					cmd := exec.Command(os.Args[0])
					cmd.Env = append(slices.Clone(os.Environ()), "EXPERIMENT_TEST_DIR="+t.TempDir(), "EXPERIMENT_TEST_BITS="+name,
						"GOSUBSPACE_PROGRAMS=off", "GOSUBSPACE_KERNELS="+kernels)
					cmd.Env = append(cmd.Env, way.env...)
					said, err := on(way.on, cmd)
					if err != nil {
						t.Fatalf("%s: %v: %s", way.name, err, said)
					}
					_, got, _ := strings.Cut(said, "bits ")
					t.Logf("%-12s %.12s", way.name, got)
					if first == "" {
						first = got
					}
					if got != first || got == "" {
						t.Errorf("%s: other bits than on %s", way.name, ways[0].name)
					}
				}
			})
		}
	}
}

// on runs a program on some cores and returns what it says.
func on(cores unix.CPUSet, cmd *exec.Cmd) (string, error) {
	runtime.LockOSThread() // a process begins on the cores of the thread that starts it
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return "", err
	}
	if err := unix.SchedSetaffinity(0, &cores); err != nil {
		return "", err
	}
	defer unix.SchedSetaffinity(0, &before)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
