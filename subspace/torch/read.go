package torch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"

	"gosubspace/subspace"
	"gosubspace/subspace/internal/safetensors"
)

// steps ends the name of a batch norm's count of steps, which nothing here needs.
const steps = ".num_batches_tracked"

// CheckFile reports a file that is no safetensors file but PyTorch's own, with the line of
// Python that makes one of it.
func CheckFile(path string, file []byte) error {
	if bytes.HasPrefix(file, []byte("PK\x03\x04")) && filepath.Ext(path) == ".npz" {
		return errors.New("it is NumPy's .npz: want a safetensors file, which safetensors.numpy.save_file writes")
	}
	zip, pickle := bytes.HasPrefix(file, []byte("PK\x03\x04")), bytes.HasPrefix(file, []byte{0x80})
	ext := filepath.Ext(path)
	if !zip && !(pickle && slices.Contains([]string{".pt", ".pth", ".bin", ".ckpt", ".pkl"}, ext)) {
		return nil
	}
	to := strings.TrimSuffix(path, ext) + ".safetensors"
	return fmt.Errorf("it is a pickle, which runs code when it is read: make a safetensors file of it with "+
		`python -c "import sys, torch, safetensors.torch as s; d = torch.load(sys.argv[1], 'cpu', weights_only=True); s.save_file({k: v.clone().contiguous() for k, v in d.items()}, sys.argv[2])" %s %s`,
		quoted(path), quoted(to))
}

// quoted is a path as a shell takes it for one word of just these characters.
func quoted(path string) string {
	if runtime.GOOS == "windows" {
		return `"` + path + `"` // no name has one
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// Read reads the safetensors file of a state_dict: the weights in the order of the
// network's layout, and its buffers with the statistics of batch norm that the file has.
// Tensors are float32, float16, bfloat16 or float64. All that does not fit is named at
// once: tensors that are missing, that the network has not, of another shape, that are no
// floating-point numbers, and values that are not finite.
func Read(file []byte, n Network) (weights []float32, buffers []subspace.Array, err error) {
	tensors, _, err := safetensors.Decode(file)
	if err != nil {
		return nil, nil, err
	}
	variables, err := n.variables()
	if err != nil {
		return nil, nil, err
	}
	byName := map[string]subspace.Array{}
	for _, t := range tensors {
		byName[t.Name] = t
	}
	weights, buffers = make([]float32, n.Layout.Size), slices.Clone(n.Buffers)
	var missing, wrong []string
	for _, v := range variables {
		t, there := byName[v.tensor]
		delete(byName, v.tensor)
		if !there {
			missing = append(missing, v.tensor)
			continue
		}
		if !slices.Equal(t.Dims, v.torch) && !(pointwise(t.Dims) && slices.Equal(t.Dims[:2], v.torch)) {
			wrong = append(wrong, fmt.Sprintf("%s is %v, want %v", v.tensor, t.Dims, v.torch))
			continue
		}
		there32, err := float32s(t)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s %v", v.tensor, err))
			continue
		}
		if v.buffer < 0 {
			v.from(there32, weights[v.offset:v.offset+len(there32)])
			continue
		}
		buffers[v.buffer].Bytes, _ = binary.Append(nil, binary.LittleEndian, there32) // floats cannot fail
	}
	var extra []string
	for _, t := range tensors {
		_, left := byName[t.Name]
		if left && !strings.HasSuffix(t.Name, steps) && !slices.Contains(n.Mapping.Ignore, t.Name) {
			extra = append(extra, t.Name)
		}
	}
	return weights, buffers, misfit(missing, extra, wrong, len(variables))
}

// misfit says all that does not fit, in a line.
func misfit(missing, extra, wrong []string, variables int) error {
	var parts []string
	if len(missing) > 0 {
		parts = append(parts, "it lacks "+strings.Join(missing, ", "))
	}
	if len(extra) > 0 {
		parts = append(parts, "the network has no "+strings.Join(extra, ", "))
	}
	parts = append(parts, wrong...)
	if len(parts) == 0 {
		return nil
	}
	advice := "a mapping names tensors that are called otherwise"
	if len(missing) == variables || len(wrong) > 0 {
		advice = "it is of another network, or " + advice
	}
	return errors.New(strings.Join(append(parts, advice), "; "))
}

// float32s returns the values of a tensor of floating-point numbers.
func float32s(t subspace.Array) ([]float32, error) {
	out := make([]float32, product(t.Dims))
	little := binary.LittleEndian
	var at func(i int) float32
	switch t.DType {
	case dtypes.Float32:
		at = func(i int) float32 { return math.Float32frombits(little.Uint32(t.Bytes[4*i:])) }
	case dtypes.Float64:
		at = func(i int) float32 { return float32(math.Float64frombits(little.Uint64(t.Bytes[8*i:]))) }
	case dtypes.Float16:
		at = func(i int) float32 { return float16.FromBits(little.Uint16(t.Bytes[2*i:])).Float32() }
	case dtypes.BFloat16:
		at = func(i int) float32 { return bfloat16.FromBits(little.Uint16(t.Bytes[2*i:])).Float32() }
	default:
		return nil, fmt.Errorf("is of %s, want float32, float16, bfloat16 or float64", t.DType)
	}
	for i := range out {
		if out[i] = at(i); out[i]-out[i] != 0 {
			return nil, fmt.Errorf("has a value %v, want finite numbers", out[i])
		}
	}
	return out, nil
}
