package backend

import (
	"fmt"
	"os"

	"github.com/gomlx/compute"

	"gosubspace/subspace/internal/cpu"
)

// kernelsEnv says whose convolutions, batch-norm sums and random numbers a CPU
// computes: "xla" for XLA's, anything else for this project's, which are quicker.
const kernelsEnv = "GOSUBSPACE_KERNELS"

// quicker returns b with this project's functions in place of XLA's where p
// computes on the CPU. Where the plugin does not take them, it says so and b
// stays as it is.
func (i *Info) quicker(b compute.Backend, p Plugin) compute.Backend {
	if p.Kind != CPU || os.Getenv(kernelsEnv) == "xla" {
		return b
	}
	quick, err := cpu.Wrap(b, p.Path)
	if err != nil {
		i.Notice = fmt.Sprintf("convolutions are XLA's, which are slower: %v", err)
		return b
	}
	i.Kernels = true
	return quick
}
