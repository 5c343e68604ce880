package backend

import (
	"fmt"
	"path/filepath"

	"gosubspace/subspace/internal/cpu"
	"gosubspace/subspace/internal/programs"
	"gosubspace/subspace/place"
)

// keep has the programs that p will compile kept, see [place.Programs], and shared by
// all who want the same in this process. It comes after XLA_FLAGS has been cleaned
// and before p is opened. Where it cannot be done, it says so. A GPU's programs are
// not kept: nobody has tried.
func keep(p Plugin) (notice string) {
	if p.Kind != CPU || !filepath.IsAbs(p.Path) {
		return ""
	}
	dir, err := place.Programs()
	if err == nil {
		err = programs.Keep(p.Path, dir, cpu.Kernels)
	}
	if err != nil {
		return fmt.Sprintf("programs are not kept but compiled each time: %v", err)
	}
	return ""
}
