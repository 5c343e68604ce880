package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"gosubspace/subspace"
	"gosubspace/subspace/place"
)

const (
	configFile     = "config.json"
	checkpointFile = "checkpoint.safetensors"
	historyFile    = "history.json"
	endpointsFile  = "endpoints.safetensors"
	resultFile     = "result.json"
	lockFile       = "lock"
)

// take makes the run's folder, waits for another process that makes the run, see wait,
// and keeps others out of it: on a shared
// file system those of other machines too, where it has flock over machines (NFS
// on Linux, unless mounted with nolock or local_lock; Lustre mounted with flock).
func (r *Run) take(ctx context.Context) error {
	if err := r.wait(ctx); err != nil {
		return err
	}
	r.removeTemporary()
	return writeJSON(filepath.Join(r.Dir, configFile), r.Config)
}

// load reads the result of a run that has been made. It is written last and at
// once, so that reading it needs no lock.
func (r *Run) load(path string) (made bool, err error) {
	result, err := ReadResult(path)
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return false, nil
	case err != nil:
		return false, err
	case result.Identity != r.identity:
		return false, fmt.Errorf("%s is of another run: move the folder away", path)
	}
	if err := r.unchanged(result.Own, r.Dir); err != nil {
		return false, err
	}
	r.Result = result
	// A result from before calibration was scored is scored anew.
	return result.Calibration != nil, nil
}

func (r *Run) unlock() {
	if r.lock != nil {
		r.lock.Unlock()
	}
}

// restore reads the checkpoint, if there is one, and sets the space to it.
func (r *Run) restore() (progress, error) {
	path := filepath.Join(r.Dir, checkpointFile)
	file, err := readFile(path)
	if err != nil || file == nil {
		return progress{}, err
	}
	state, p, err := decodeCheckpoint(file, r.identity, r.space.Layout)
	if err := r.unchanged(p.Own, r.Dir); err != nil {
		return progress{}, err
	}
	if err == nil {
		err = r.space.SetState(state)
	}
	if err != nil {
		own := ""
		if r.options.Net != nil {
			own = " (if you have changed your network, give it another name in Config.Network)"
		}
		return progress{}, fmt.Errorf("the checkpoint %s cannot be used: %w; "+
			"nothing has been changed: move it away to train this run from its beginning%s", path, err, own)
	}
	return p, nil
}

// save writes a checkpoint, and the history for whoever looks on.
func (r *Run) save(p progress) error {
	state, err := r.space.State()
	if err != nil {
		return err
	}
	p.Own = r.own.record()
	file, err := encodeCheckpoint(r.identity, r.space.Layout, state, p)
	if err != nil {
		return err
	}
	if err := place.WriteFile(filepath.Join(r.Dir, checkpointFile), file); err != nil {
		return err
	}
	return writeJSON(filepath.Join(r.Dir, historyFile), p.History)
}

// writeEndpoints writes the trained endpoints.
func (r *Run) writeEndpoints() error {
	endpoints, err := r.space.Endpoints()
	if err != nil {
		return err
	}
	file, err := seal(rowsToArrays(endpointPrefix, r.space.Layout, endpoints),
		map[string]string{"identity": r.identity, "run": r.Config.Name(), "shape": r.Config.Shape})
	if err != nil {
		return err
	}
	return place.WriteFile(filepath.Join(r.Dir, endpointsFile), file)
}

// readEndpoints sets the space to the trained endpoints.
func (r *Run) readEndpoints() error {
	rows, err := r.endpoints(r.space.Layout)
	if err != nil {
		return err
	}
	if len(rows) != r.sampler.Shape.Endpoints() {
		return fmt.Errorf("%s holds %d endpoints, %s has %d; delete the folder to make the run again",
			filepath.Join(r.Dir, endpointsFile), len(rows), r.Config.Shape, r.sampler.Shape.Endpoints())
	}
	return r.space.SetEndpoints(rows)
}

// endpoints reads the trained endpoints, of a network of the given layout.
func (r *Run) endpoints(l subspace.Layout) ([][]float32, error) {
	path := filepath.Join(r.Dir, endpointsFile)
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the trained endpoints are gone: %w; delete the folder to make the run again", err)
	}
	arrays, _, err := unseal(file, r.identity)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w; delete the folder to make the run again", path, err)
	}
	rows, err := arraysToRows(endpointPrefix, l, arrays)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w", path, err)
	}
	return rows, nil
}

// removeTemporary removes what writes that were cut off have left.
func (r *Run) removeTemporary() {
	stale, _ := place.Glob(r.Dir, ".*.*")
	for _, path := range stale {
		os.Remove(path)
	}
}
