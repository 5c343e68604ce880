package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"

	"gosubspace/subspace"
	"gosubspace/subspace/internal/safetensors"
)

// progress is what a run carries from step to step beside the space's state.
// Everything random is a function of seed and step, so that no generator's
// state needs to be kept.
type progress struct {
	Step    int      `json:"step"` // steps done
	Loss    float64  `json:"loss"` // summed over the images of the unfinished epoch
	Right   int      `json:"right"`
	Seen    int      `json:"seen"`
	Seconds float64  `json:"seconds"` // of training, over all sittings
	History []Epoch  `json:"history"`
	Devices []string `json:"devices"`          // backends and devices of the sittings, each once
	Device  string   `json:"device,omitempty"` // of the last sitting
	Own     *Own     `json:"own,omitempty"`

	Averaged int `json:"averaged,omitempty"` // models in the average of the weights
	average  subspace.Average
}

// A checkpoint is a safetensors file: the endpoints and velocities, weight by
// weight under the network's own names, the buffers, and in its metadata the
// run's identity, its progress, and a checksum over all of it.
const (
	endpointPrefix = "endpoint"
	velocityPrefix = "velocity"
	averagePrefix  = "average"
	bufferPrefix   = "buffer"
)

func encodeCheckpoint(identity string, l subspace.Layout, s subspace.State, p progress) ([]byte, error) {
	tensors := slices.Concat(
		rowsToArrays(endpointPrefix, l, s.Endpoints),
		rowsToArrays(velocityPrefix, l, s.Velocity),
		rowsToArrays(averagePrefix, l, p.average.Endpoints))
	for _, b := range s.Buffers {
		b.Name = bufferPrefix + b.Name // the name begins with a slash
		tensors = append(tensors, b)
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return seal(tensors, map[string]string{"identity": identity, "progress": string(text)})
}

// seal writes tensors with a checksum over all of them and the metadata.
func seal(tensors []subspace.Array, metadata map[string]string) ([]byte, error) {
	metadata[checksumKey] = checksum(tensors, metadata)
	return safetensors.Encode(tensors, metadata)
}

// unseal reads what seal wrote for the run of an identity; "" for any.
func unseal(file []byte, identity string) ([]subspace.Array, map[string]string, error) {
	tensors, metadata, err := safetensors.Decode(file)
	if err != nil {
		return nil, nil, err
	}
	if got, want := checksum(tensors, metadata), metadata[checksumKey]; got != want {
		return nil, nil, fmt.Errorf("its checksum is %.12s…, %.12s… was written: the file is damaged", got, want)
	}
	if identity != "" && metadata["identity"] != identity {
		return nil, nil, errors.New("it is of a run of another configuration, network or data set")
	}
	return tensors, metadata, nil
}

const checksumKey = "sha256"

func decodeCheckpoint(file []byte, identity string, l subspace.Layout) (s subspace.State, p progress, err error) {
	tensors, metadata, err := unseal(file, identity)
	if err != nil {
		return s, p, err
	}
	if err := json.Unmarshal([]byte(metadata["progress"]), &p); err != nil {
		return s, p, fmt.Errorf("its progress is damaged: %w", err)
	}
	s.Endpoints, err = arraysToRows(endpointPrefix, l, tensors)
	if err != nil {
		return s, p, err
	}
	if s.Velocity, err = arraysToRows(velocityPrefix, l, tensors); err != nil {
		return s, p, err
	}
	if p.Averaged > 0 {
		p.average.Models = p.Averaged
		if p.average.Endpoints, err = arraysToRows(averagePrefix, l, tensors); err != nil {
			return s, p, err
		}
	}
	for _, t := range tensors {
		if name, ok := strings.CutPrefix(t.Name, bufferPrefix+"/"); ok {
			t.Name = "/" + name
			s.Buffers = append(s.Buffers, t)
		}
	}
	return s, p, err
}

// checksum is over names, types, shapes and bytes of the tensors and over the
// metadata but the checksum itself.
func checksum(tensors []subspace.Array, metadata map[string]string) string {
	h := sha256.New()
	for _, t := range tensors {
		fmt.Fprintf(h, "%q %s %v %d\n", t.Name, t.DType, t.Dims, len(t.Bytes))
		h.Write(t.Bytes)
	}
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		if key != checksumKey {
			fmt.Fprintf(h, "%q %q\n", key, metadata[key])
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// rowsToArrays names every weight of every row: PREFIX.0/stem/conv/weights.
func rowsToArrays(prefix string, l subspace.Layout, rows [][]float32) []subspace.Array {
	var out []subspace.Array
	for i, row := range rows {
		for _, w := range l.Weights {
			bytes, _ := binary.Append(nil, binary.LittleEndian, row[w.Offset:w.Offset+w.Size]) // floats cannot fail
			out = append(out, subspace.Array{Name: fmt.Sprintf("%s.%d/%s", prefix, i, w.Path), DType: dtypes.Float32, Dims: w.Dims, Bytes: bytes})
		}
	}
	return out
}

// arraysToRows reverses rowsToArrays.
func arraysToRows(prefix string, l subspace.Layout, tensors []subspace.Array) ([][]float32, error) {
	byName := map[string]subspace.Array{}
	for _, t := range tensors {
		byName[t.Name] = t
	}
	var rows [][]float32
	for i := 0; ; i++ {
		row := make([]float32, l.Size)
		for k, w := range l.Weights {
			name := fmt.Sprintf("%s.%d/%s", prefix, i, w.Path)
			t, ok := byName[name]
			if !ok && k == 0 && i > 0 {
				return rows, nil
			}
			if !ok {
				return nil, fmt.Errorf("it has no tensor %s: it is of another network", name)
			}
			if t.DType != dtypes.Float32 || !slices.Equal(t.Dims, w.Dims) {
				return nil, fmt.Errorf("its tensor %s is %s%v, the network's %v: it is of another network", name, t.DType, t.Dims, w.Dims)
			}
			if _, err := binary.Decode(t.Bytes, binary.LittleEndian, row[w.Offset:w.Offset+w.Size]); err != nil {
				return nil, fmt.Errorf("its tensor %s is cut short: %w", name, err)
			}
		}
		rows = append(rows, row)
	}
}

// readFile reads a file, or nothing where there is none.
func readFile(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
