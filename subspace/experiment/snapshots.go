package experiment

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"gosubspace/subspace"
	"gosubspace/subspace/place"
	"gosubspace/subspace/relatives"
)

// collected returns how many networks SWA collects.
func (c Config) collected() (n int) {
	schedule, err := c.schedule()
	for epoch := 0; err == nil && epoch < c.Epochs; epoch++ {
		if schedule.Collects(epoch) {
			n++
		}
	}
	return n
}

// collect takes the endpoints as they are now into the average, see subspace.Average.Move.
func (r *Run) collect(p *progress, parts float64) error {
	endpoints, err := r.space.Endpoints()
	if err != nil {
		return err
	}
	if err := p.average.Move(endpoints, parts); err != nil {
		return err
	}
	p.Averaged = p.average.Models
	if !r.Config.Snapshots {
		return nil
	}
	return r.writeSnapshot(p.Averaged, endpoints)
}

// collecting is the one run whose snapshots are used.
func collecting(c Config, _, _ int) []Config {
	member := c.member(0)
	member.Snapshots = true
	return []Config{member}
}

func lastSnapshots(_ context.Context, r *Run, fixed, _ int) ([][]float32, error) {
	all, err := r.members[0].readSnapshots(r.space.Layout)
	if err != nil {
		return nil, err
	}
	return slices.Concat(all[len(all)-fixed:]...), nil // Check has seen to it that there are as many
}

func sampleSWAG(_ context.Context, r *Run, fixed, rank int) (networks [][]float32, err error) {
	all, err := r.members[0].readSnapshots(r.space.Layout)
	if err != nil {
		return nil, err
	}
	gaussian, err := relatives.NewSWAG(slices.Concat(all...), rank)
	if err != nil {
		return nil, err
	}
	for i := range fixed {
		networks = append(networks, gaussian.Sample(rand.New(rand.NewPCG(r.Config.Seed, makeStream+uint64(i)))))
	}
	return networks, nil
}

// snapshotFile is what SWA collected i-th in a run with Config.Snapshots.
func (r *Run) snapshotFile(i int) string {
	return filepath.Join(r.Dir, fmt.Sprintf("snapshot-%d.safetensors", i))
}

func (r *Run) writeSnapshot(i int, endpoints [][]float32) error {
	file, err := seal(rowsToArrays(endpointPrefix, r.space.Layout, endpoints), map[string]string{"identity": r.identity, "run": r.Config.Name()})
	if err != nil {
		return err
	}
	return place.WriteFile(r.snapshotFile(i), file)
}

// readSnapshots returns what the run collected, [n][m][P]: all of it, since of less others
// would be made.
func (r *Run) readSnapshots(l subspace.Layout) (all [][][]float32, err error) {
	for i := 1; ; i++ {
		file, err := readFile(r.snapshotFile(i))
		if err != nil {
			return nil, err
		}
		if file == nil {
			break
		}
		arrays, _, err := unseal(file, r.identity)
		if err == nil {
			var rows [][]float32
			if rows, err = arraysToRows(endpointPrefix, l, arrays); err == nil {
				all = append(all, rows)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s cannot be used: %w; delete the folder to make the run again", r.snapshotFile(i), err)
		}
	}
	if n := r.Config.collected(); len(all) != n {
		return nil, fmt.Errorf("run %s has %d of its %d snapshots: %w; delete the folder %s to make it again", r.Config.Name(), len(all), n, os.ErrNotExist, r.Dir)
	}
	return all, nil
}
