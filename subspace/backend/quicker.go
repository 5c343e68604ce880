package backend

import (
	"fmt"
	"os"
	"sync/atomic"

	"github.com/gomlx/compute"

	"gosubspace/subspace/internal/cpu"
)

// kernelsEnv says whose convolutions, batch-norm sums and random numbers a CPU
// computes: "xla" for XLA's, else this project's, which are quicker; convolutions and
// random numbers by the widest instructions that the CPU has, or by those of AVX2, or by
// plain C. The loops beside them, of sums and masks, are always the widest.
const kernelsEnv = "GOSUBSPACE_KERNELS"

// chosen are the lanes of this process, 0 before the first backend.
var chosen atomic.Int64

// lanes are how many floats the registers hold that [kernelsEnv] allows, and instructions
// those that are not the widest.
var (
	lanes        = map[string]int{"": 16, "avx2": 8, "c": 4}
	instructions = map[int64]string{8: "AVX2", 4: "plain C"}
)

// quicker returns b with this project's functions in place of XLA's where p
// computes on the CPU. Where the plugin does not take them, it says so and b
// stays as it is.
func (i *Info) quicker(b compute.Backend, p Plugin) compute.Backend {
	kernels := os.Getenv(kernelsEnv)
	if p.Kind != CPU || kernels == "xla" {
		return b
	}
	widest, ok := lanes[kernels]
	if !ok {
		widest = lanes[""]
		i.Notice = fmt.Sprintf("%s=%s is nothing to choose: want xla, avx2 or c, or leave it out", kernelsEnv, kernels)
	}
	// Programs choose their functions when they are built, and those their instructions when
	// they run: in one process both are the same for all.
	if !chosen.CompareAndSwap(0, int64(widest)) && chosen.Load() != int64(widest) {
		i.Notice = fmt.Sprintf("%s=%s comes too late: this process computes by another choice already, start it anew", kernelsEnv, kernels)
	}
	cpu.Widest(int(chosen.Load()))
	quick, err := cpu.Wrap(b, p.Path)
	if err != nil {
		i.Notice = fmt.Sprintf("convolutions are XLA's, which are slower: %v", err)
		return b
	}
	i.Kernels, i.Instructions = true, instructions[chosen.Load()]
	return quick
}
