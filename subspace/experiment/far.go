package experiment

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gosubspace/subspace/dataset"
)

// What a folder says of how far its run is, without the network, the data or the
// tensors: a look at a hundred runs should not take longer than reading their names.

// headerOf returns the metadata of a safetensors file, and sees that the file is as
// long as its header says. Whether each byte is what was written, only its checksum
// tells, see [Found.Check].
func headerOf(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.New("it is not there")
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	var first [8]byte
	if _, err := io.ReadFull(file, first[:]); err != nil {
		return nil, errors.New("it is cut short")
	}
	size := binary.LittleEndian.Uint64(first[:])
	if size > uint64(info.Size()-8) {
		return nil, errors.New("it is cut short")
	}
	var header map[string]json.RawMessage
	text := make([]byte, size)
	if _, err := io.ReadFull(file, text); err != nil {
		return nil, errors.New("it is cut short")
	}
	if err := json.Unmarshal(text, &header); err != nil {
		return nil, errors.New("its header is damaged")
	}
	var about map[string]string
	used := 0
	for name, raw := range header {
		if name == metadataKey {
			if err := json.Unmarshal(raw, &about); err != nil {
				return nil, errors.New("its metadata are damaged")
			}
			continue
		}
		var t tensorHeader
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, errors.New("its header is damaged")
		}
		used += t.Offsets[1] - t.Offsets[0]
	}
	if has := info.Size() - 8 - int64(size); int64(used) != has {
		return nil, fmt.Errorf("it has %d of %d bytes of tensors", has, used)
	}
	return about, nil
}

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
	return len(points) + len(r.ensembles(points)) + severities*len(c.corruptions()) + c.Plane*c.Plane + c.Surface*c.Surface
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
