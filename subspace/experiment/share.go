package experiment

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// training returns the part of c that training depends on, the rest zero: runs
// that differ only in what they are scored on share their endpoints.
func (c Config) training() Config {
	scored := c
	c.Points, c.Plane, c.Surface, c.GridImages, c.Corrupt, c.Published = 0, 0, 0, 0, "", false
	if c.TestEvery == 0 { // else the history holds test scores
		c.TestImages, c.Recalibration, c.Bins = 0, 0, 0
	}
	if c.TrainImages > 0 { // else it decides how many images are left
		c.HeldOut = 0
	}
	if strings.HasPrefix(c.Made, greedySoup) { // what is in a soup depends on how it scores
		c.HeldOut, c.Recalibration = scored.HeldOut, scored.Recalibration
	}
	return c
}

// trained returns the finished runs in the folder of runs that were trained as
// c says. One under another name than its own is found by nobody, see [Found.Why].
func (c Config) trained(root string) (paths []string, results []Result) {
	folders, _ := os.ReadDir(root) // none yet
	for _, f := range folders {
		if !strings.HasPrefix(f.Name(), c.Name()+"-") {
			continue
		}
		path := filepath.Join(root, f.Name(), resultFile)
		r, err := ReadResult(path)
		if err == nil && r.Config.training() == c.training() && len(r.Identity) >= 8 && r.Config.folder(r.Identity) == f.Name() {
			paths, results = append(paths, path), append(results, r)
		}
	}
	return paths, results
}

// adopt takes over what another run has trained, where there is one that was
// trained on the same images in the same way, and reports whether it did.
func (r *Run) adopt() (bool, error) {
	paths, results := r.Config.trained(filepath.Dir(r.Dir))
	for i, other := range results {
		if isOther(r.data.Train, other.TrainData) {
			continue // of which the network may take another size
		}
		if err := r.unchanged(other.Own, filepath.Dir(paths[i])); err != nil {
			return false, err
		}
		data, held, err := other.Config.part(r.all)
		if err != nil || other.Config.identity(data, held) != other.Identity ||
			data.Train.Fingerprint() != r.data.Train.Fingerprint() {
			continue // of other data, or of another version
		}
		source := &Run{Config: other.Config, Dir: filepath.Dir(paths[i]), identity: other.Identity}
		rows, err := source.endpoints(r.space.Layout)
		if err != nil || len(rows) != r.sampler.Shape.Endpoints() {
			continue // its files are damaged or gone
		}
		var snapshots [][][]float32
		if r.Config.Snapshots {
			if snapshots, err = source.readSnapshots(r.space.Layout); err != nil {
				continue
			}
		}
		// Only where all of it is there: else the run begins anew, with its own weights.
		if err := r.space.SetEndpoints(rows); err != nil {
			return false, err
		}
		for i, one := range snapshots {
			if err := r.writeSnapshot(i+1, one); err != nil {
				return false, err
			}
		}
		r.Result = r.result(other.Training, other.History, slices.Clone(other.Devices))
		r.Result.TrainedIn = cmp.Or(other.TrainedIn, filepath.Base(source.Dir)) // which may have adopted it too
		if err := r.writeEndpoints(); err != nil {
			return false, err
		}
		// Of steps of its own nothing is needed any more, and they would be taken for how far
		// it is.
		os.Remove(filepath.Join(r.Dir, checkpointFile))
		return true, nil
	}
	return false, nil
}

// result returns the result of a run that has been trained and not yet scored.
func (r *Run) result(seconds float64, history []Epoch, devices []string) Result {
	return Result{
		Config: r.Config, Own: r.own.record(), Identity: r.identity, Parameters: r.space.Layout.Size, Images: r.data.Train.Len(), Devices: devices,
		TrainData: r.data.Train.Fingerprint(), TestData: r.data.Test.Fingerprint(),
		Training: seconds, History: history, AsRead: r.asRead,
	}
}
