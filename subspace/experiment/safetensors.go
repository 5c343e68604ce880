package experiment

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

// The safetensors format (huggingface.co/docs/safetensors): eight bytes of
// header length, a JSON header that says name, type, shape and place of every
// tensor, then their bytes. NumPy, PyTorch and JAX read it.

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
	Offsets [2]int `json:"data_offsets"`
}

const metadataKey = "__metadata__"

// encodeTensors returns tensors and metadata as a safetensors file.
func encodeTensors(tensors []subspace.Array, metadata map[string]string) ([]byte, error) {
	header := map[string]any{metadataKey: metadata}
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
		if _, twice := header[t.Name]; twice {
			return nil, fmt.Errorf("two tensors are named %s", t.Name)
		}
		shape := append([]int{}, t.Dims...) // [] and not null for a scalar
		header[t.Name] = tensorHeader{name, shape, [2]int{len(data), len(data) + len(t.Bytes)}}
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

// decodeTensors reads a safetensors file. The tensors come in the order in
// which they lie in the file and share its memory.
func decodeTensors(file []byte) (tensors []subspace.Array, metadata map[string]string, err error) {
	if len(file) < 8 {
		return nil, nil, errors.New("not a safetensors file: shorter than its first eight bytes")
	}
	size := binary.LittleEndian.Uint64(file)
	if size > uint64(len(file)-8) {
		return nil, nil, fmt.Errorf("the safetensors file is cut short: a header of %d bytes in a file of %d", size, len(file))
	}
	text, data := file[8:8+size], file[8+size:]
	var header map[string]json.RawMessage
	if err := json.Unmarshal(text, &header); err != nil {
		return nil, nil, fmt.Errorf("the header of the safetensors file is damaged: %w", err)
	}
	if raw, ok := header[metadataKey]; ok {
		if err := json.Unmarshal(raw, &metadata); err != nil {
			return nil, nil, fmt.Errorf("the metadata of the safetensors file are damaged: %w", err)
		}
		delete(header, metadataKey)
	}
	starts, used := map[string]int{}, 0
	for _, name := range slices.Sorted(maps.Keys(header)) {
		t, start, err := decodeTensor(name, header[name], data)
		if err != nil {
			return nil, nil, err
		}
		starts[name] = start
		used += len(t.Bytes)
		tensors = append(tensors, t)
	}
	if used != len(data) {
		return nil, nil, fmt.Errorf("the tensors have %d bytes, the safetensors file %d: it is damaged", used, len(data))
	}
	slices.SortStableFunc(tensors, func(a, b subspace.Array) int { return starts[a.Name] - starts[b.Name] })
	return tensors, metadata, nil
}

func decodeTensor(name string, raw json.RawMessage, data []byte) (t subspace.Array, start int, err error) {
	var h tensorHeader
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&h); err != nil {
		return t, 0, fmt.Errorf("the header of tensor %q is damaged: %w", name, err)
	}
	dtype, ok := dtypeNames[h.DType]
	if !ok {
		return t, 0, fmt.Errorf("tensor %q has the unknown type %q", name, h.DType)
	}
	start, end := h.Offsets[0], h.Offsets[1]
	if start < 0 || end < start || end > len(data) {
		return t, 0, fmt.Errorf("tensor %q lies at bytes %d to %d of %d: the file is cut short or damaged", name, start, end, len(data))
	}
	size := dtype.Size()
	for _, d := range h.Shape {
		if d < 0 || (d > 0 && size > math.MaxInt32*16/d) {
			return t, 0, fmt.Errorf("tensor %q has the impossible shape %v", name, h.Shape)
		}
		size *= d
	}
	if size != end-start {
		return t, 0, fmt.Errorf("tensor %q of shape %v needs %d bytes and has %d", name, h.Shape, size, end-start)
	}
	return subspace.Array{Name: name, DType: dtype, Dims: h.Shape, Bytes: data[start:end]}, start, nil
}
