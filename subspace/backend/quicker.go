package backend

import (
	"fmt"
	"os"

	"github.com/gomlx/compute"

	"gosubspace/subspace/internal/cpu"
)

// kernelsEnv says whose convolutions, batch-norm sums and random numbers a CPU
// computes: "xla" for XLA's, else this project's, which are quicker; by the widest
// instructions that the CPU has, or by those of AVX2, or by plain C.
const kernelsEnv = "GOSUBSPACE_KERNELS"

// lanes are how many floats the registers hold that [kernelsEnv] allows.
var lanes = map[string]int{"": 16, "avx2": 8, "c": 4}

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
	cpu.Widest(widest)
	quick, err := cpu.Wrap(b, p.Path)
	if err != nil {
		i.Notice = fmt.Sprintf("convolutions are XLA's, which are slower: %v", err)
		return b
	}
	i.Kernels = true
	return quick
}
