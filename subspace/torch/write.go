package torch

import (
	"encoding/binary"
	"fmt"
	"maps"
	"strings"

	"github.com/gomlx/compute/dtypes"

	"gosubspace/subspace"
	"gosubspace/subspace/internal/safetensors"
)

// Write returns one network as the safetensors file of a state_dict: weights [P] in the
// order of the layout, the statistics in n.Buffers, re-estimated over so many batches, and
// metadata, which PyTorch hands on and ignores.
func Write(n Network, weights []float32, batches int, metadata map[string]string) ([]byte, error) {
	variables, err := n.variables()
	if err != nil {
		return nil, err
	}
	if len(weights) != n.Layout.Size {
		return nil, fmt.Errorf("%d weights to write: the network has %d", len(weights), n.Layout.Size)
	}
	count := binary.LittleEndian.AppendUint64(nil, uint64(batches))
	var tensors []subspace.Array
	for _, v := range variables {
		values := make([]float32, product(v.dims))
		if v.buffer < 0 {
			copy(values, weights[v.offset:])
		} else {
			bytes := n.Buffers[v.buffer].Bytes
			if len(bytes) != 4*len(values) {
				return nil, fmt.Errorf("%d bytes of %s to write: its %d values of 32 bits have %d", len(bytes), v.path, len(values), 4*len(values))
			}
			if _, err := binary.Decode(bytes, binary.LittleEndian, values); err != nil {
				return nil, err
			}
		}
		there := make([]float32, len(values))
		v.to(there, values)
		bytes, _ := binary.Append(nil, binary.LittleEndian, there) // floats cannot fail
		tensors = append(tensors, subspace.Array{Name: v.tensor, DType: dtypes.Float32, Dims: v.torch, Bytes: bytes})
		if norm, ok := strings.CutSuffix(v.tensor, ".running_var"); ok {
			tensors = append(tensors, subspace.Array{Name: norm + steps, DType: dtypes.Int64, Dims: []int{}, Bytes: count})
		}
	}
	about := map[string]string{"format": "pt"} // by which some readers of the format know it
	maps.Copy(about, metadata)
	return safetensors.Encode(tensors, about)
}
