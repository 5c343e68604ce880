package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gosubspace/subspace/corruption"
	"gosubspace/subspace/dataset"
)

// What a folder says of how far its run is, without the network, the data or the
// tensors.

// parse reads the progress in a checkpoint's metadata.
func (p *progress) parse(about map[string]string) error {
	if json.Unmarshal([]byte(about["progress"]), p) != nil || p.Step < 0 {
		return errors.New("its progress is damaged")
	}
	return nil
}

// steps returns how many steps a run of c has, 0 where that is not known: of data that
// may be elsewhere or other ones, before the first epoch has shown how many images they
// have.
func (c Config) steps(p progress) int {
	if c.Batch < 1 {
		return 0
	}
	perEpoch := 0
	if ended := len(p.History); ended > 0 {
		perEpoch = (p.Step - batches(p.Seen, c.Batch)) / ended
	} else {
		perEpoch = batches(c.images(), c.Batch)
	}
	return c.Epochs * perEpoch
}

// batches returns how many batches so many images are.
func batches(images, size int) int { return (images + size - 1) / size }

// images returns how many images are trained on in an epoch, 0 where that is not known.
func (c Config) images() int {
	switch {
	case c.TrainImages > 0:
		return c.TrainImages
	case c.Data == "cifar10":
		return max(0, 50_000-c.HeldOut)
	case c.Data == "digits":
		if data, err := dataset.Digits(); err == nil {
			return max(0, data.Train.Len()-c.HeldOut)
		}
	}
	return 0
}

// scores returns how many scores a run of c has, 0 where that is not known: of a shape
// of the reader's own.
func (c Config) scores() int {
	sampler, err := c.check(nil)
	if err != nil {
		return 0
	}
	r := &Run{Config: c, sampler: sampler}
	points := r.points()
	return len(points) + len(r.ensembles(points)) + corruption.Severities*len(c.corruptions()) + c.Plane*c.Plane + c.Surface*c.Surface
}

// Check reads the tensors of a run and compares them with their checksums, as a run
// does that goes on or is loaded.
func (f Found) Check() error {
	name := checkpointFile
	if f.State == Finished || f.Scoring {
		name = endpointsFile
	}
	file, err := readFile(filepath.Join(f.Dir, name))
	if err != nil || file == nil {
		return err // interrupted before the first checkpoint
	}
	if _, _, err := unseal(file, f.Result.Identity); err != nil {
		return fmt.Errorf("%s cannot be used: %w", name, err)
	}
	return nil
}

// readJSON reads a file of JSON.
func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}
