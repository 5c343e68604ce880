// Package safetensors reads and writes the safetensors format
// (huggingface.co/docs/safetensors): eight bytes of header length, a JSON header
// that says name, type, shape and place of every tensor, then their bytes. NumPy,
// PyTorch and JAX read it.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"

	"gosubspace/subspace"
)

// dtypeNames are the types that a network's variables have, by the format's
// names for them.
var dtypeNames = map[string]dtypes.DType{
	"F64": dtypes.Float64, "F32": dtypes.Float32, "F16": dtypes.Float16, "BF16": dtypes.BFloat16,
	"I64": dtypes.Int64, "I32": dtypes.Int32, "I16": dtypes.Int16, "I8": dtypes.Int8,
	"U64": dtypes.Uint64, "U32": dtypes.Uint32, "U16": dtypes.Uint16, "U8": dtypes.Uint8, "BOOL": dtypes.Bool,
}

type tensorHeader struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets []int  `json:"data_offsets"`
}

const metadataKey = "__metadata__"

// Encode returns tensors and metadata as a safetensors file.
func Encode(tensors []subspace.Array, metadata map[string]string) ([]byte, error) {
	header := map[string]any{}
	if metadata != nil {
		header[metadataKey] = metadata
	}
	var data []byte
	for _, t := range tensors {
		name := ""
		for n, d := range dtypeNames {
			if d == t.DType {
				name = n
			}
		}
		if name == "" {
			return nil, fmt.Errorf("tensor %s is %s, which safetensors has no name for", t.Name, t.DType)
		}
		if _, twice := header[t.Name]; twice || t.Name == metadataKey {
			return nil, fmt.Errorf("two tensors are named %s", t.Name)
		}
		shape := append([]int{}, t.Dims...) // [] and not null for a scalar
		header[t.Name] = tensorHeader{name, shape, []int{len(data), len(data) + len(t.Bytes)}}
		data = append(data, t.Bytes...)
	}
	text, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ') // so that the data are aligned
	}
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	return slices.Concat(file, text, data), nil
}

// Decode reads a safetensors file. The tensors come in the order in which they lie
// in the file and share its memory.
func Decode(file []byte) (tensors []subspace.Array, metadata map[string]string, err error) {
	size, err := headerSize(file, int64(len(file)))
	if err != nil {
		return nil, nil, err
	}
	data := file[8+size:]
	places, metadata, err := readHeader(file[8:8+size], len(data))
	if err != nil {
		return nil, nil, err
	}
	for _, p := range places {
		p.Bytes = data[p.start:p.end:p.end]
		tensors = append(tensors, p.Array)
	}
	return tensors, metadata, nil
}

// headerSize reads the length of the header of a file of so many bytes from the first
// eight of them.
func headerSize(first []byte, size int64) (int64, error) {
	if len(first) < 8 {
		return 0, errors.New("it is cut short") // eight bytes are the least
	}
	n := binary.LittleEndian.Uint64(first)
	if n > uint64(size-8) {
		return 0, fmt.Errorf("it is cut short, or no safetensors file: a header of %d bytes in a file of %d", n, size)
	}
	return int64(n), nil
}

// placed is a tensor whose bytes lie from start to end of the data.
type placed struct {
	subspace.Array
	start, end int
}

// readHeader reads a header in front of so many bytes of data: what lies where, in
// order. The tensors fill the data without a hole.
func readHeader(text []byte, size int) (places []placed, metadata map[string]string, err error) {
	var header map[string]json.RawMessage
	if err := json.Unmarshal(text, &header); err != nil {
		return nil, nil, fmt.Errorf("its header is damaged: %w", err)
	}
	if raw, ok := header[metadataKey]; ok {
		if err := json.Unmarshal(raw, &metadata); err != nil {
			return nil, nil, fmt.Errorf("its metadata are damaged: %w", err)
		}
		delete(header, metadataKey)
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		p, err := readPlace(name, header[name], size)
		if err != nil {
			return nil, nil, err
		}
		places = append(places, p)
	}
	slices.SortStableFunc(places, func(a, b placed) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return a.end - b.end // an empty one first
	})
	used := 0
	for _, p := range places {
		if p.start != used {
			return nil, nil, fmt.Errorf("its tensor %q begins at byte %d, the one before ends at %d: the file is damaged", p.Name, p.start, used)
		}
		used = p.end
	}
	if used != size {
		return nil, nil, fmt.Errorf("it has %d of %d bytes of tensors: the file is cut short or damaged", size, used)
	}
	return places, metadata, nil
}

func readPlace(name string, raw json.RawMessage, size int) (p placed, err error) {
	var h tensorHeader
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&h); err != nil {
		return p, fmt.Errorf("the header of its tensor %q is damaged: %w", name, err)
	}
	if len(h.Offsets) != 2 || h.Shape == nil {
		return p, fmt.Errorf("the header of its tensor %q is damaged: the offsets are %v and the shape %v, want two numbers and a list", name, h.Offsets, h.Shape)
	}
	dtype, ok := dtypeNames[h.DType]
	if !ok {
		return p, fmt.Errorf("its tensor %q has the unknown type %q", name, h.DType)
	}
	start, end := h.Offsets[0], h.Offsets[1]
	if start < 0 || end < start || end > size {
		return p, fmt.Errorf("it has %d of %d bytes of tensors (%q): the file is cut short or damaged", size, end, name)
	}
	bytes := dtype.Size()
	for _, d := range h.Shape {
		if d < 0 || (d > 0 && bytes > math.MaxInt32*16/d) {
			return p, fmt.Errorf("its tensor %q has the impossible shape %v", name, h.Shape)
		}
		bytes *= d
	}
	if bytes != end-start {
		return p, fmt.Errorf("its tensor %q of shape %v needs %d bytes and has %d", name, h.Shape, bytes, end-start)
	}
	return placed{subspace.Array{Name: name, DType: dtype, Dims: h.Shape}, start, end}, nil
}
