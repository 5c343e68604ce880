package experiment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"gosubspace/subspace"
	"gosubspace/subspace/place"
	"gosubspace/subspace/torch"
)

// WriteWeights writes the network at a point of the trained subspace for PyTorch, into a
// folder: its weights and the statistics of batch norm, re-estimated there, as the
// safetensors file of a state_dict, and beside it the PyTorch module of a network of the
// project's; a file of that name with other contents is left, and is an error. A mapping
// says what tensors are called that have other names there than [torch.Name]. It returns
// the path of the safetensors file, which is named after the run and the coefficients of
// the point, see pointName.
func (r *Run) WriteWeights(ctx context.Context, at subspace.Weights, dir string, m torch.Mapping) (path string, err error) {
	if err := at.Check(r.sampler.Shape.Endpoints()); err != nil {
		return "", fmt.Errorf("a point of %s: %w", r.Config.Shape, err)
	}
	if err := place.NoTilde(dir, dir); err != nil {
		return "", err
	}
	file, err := r.stateDict(ctx, at, m)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("cannot write to %s: %w; choose another folder", dir, err)
	}
	if r.Config.builtIn() {
		name, module, err := torch.Module(r.Config.Network)
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, name)
		switch there, err := os.ReadFile(path); {
		case err == nil && !bytes.Equal(there, module): // it may be the reader's own
			return "", fmt.Errorf("%s is there, and is not the module that would be written: choose another folder, or move it away", path)
		case err != nil:
			if err := place.WriteFile(path, module); err != nil {
				return "", err
			}
		}
	}
	name := filepath.Base(r.Dir)
	if len(at) > 1 {
		name += "-at-" + r.pointName(at)
	}
	path = filepath.Join(dir, name+".safetensors")
	return path, place.WriteFile(path, file)
}

// pointName is a word for a point that no other of the run has: its coefficients, with four
// digits or as many as it takes; "midpoint" where four do not say that; and where a file
// system would take no name so long, the beginning of a SHA-256 over the coefficients, which
// the file's metadata have.
func (r *Run) pointName(at subspace.Weights) string {
	const most = 100 // bytes, of the 255 of a name; the run's own has some too
	name, four := "", true
	for i, c := range at {
		digits := 4
		for digits < 17 && math.Abs(c-significant(c, digits)) > 1e-9 { // else it is the same point, see near
			digits++
		}
		if four = four && digits == 4; i > 0 {
			name += "_" // a comma would part it in train -networks
		}
		name += strconv.FormatFloat(c, 'g', digits, 64)
	}
	switch {
	case four && len(name) <= most:
		return name
	case near(at, r.sampler.Shape.Midpoint()):
		return "midpoint"
	case len(name) <= most:
		return name
	}
	return fmt.Sprintf("%.4x", sha256.Sum256([]byte(name)))
}

// significant is c as so many digits say it.
func significant(c float64, digits int) float64 {
	said, _ := strconv.ParseFloat(strconv.FormatFloat(c, 'g', digits, 64), 64)
	return said
}

// stateDict is the file of the network at a point.
func (r *Run) stateDict(ctx context.Context, at subspace.Weights, m torch.Mapping) ([]byte, error) {
	s, err := r.Space()
	if err != nil {
		return nil, err
	}
	rows, err := s.Endpoints()
	if err != nil {
		return nil, err
	}
	before, err := s.Buffers()
	if err != nil {
		return nil, err
	}
	batches := 0
	if err := s.Recalibrate(ctx, subspace.Uniform(at, len(s.Layout.Layers)), counted(r.recalibration(), &batches)); err != nil {
		return nil, err
	}
	n, err := r.network()
	if err != nil {
		return nil, err
	}
	if err := s.SetBuffers(before); err != nil {
		return nil, err
	}
	n.Mapping = m
	t := r.data.Train
	metadata := map[string]string{"run": filepath.Base(r.Dir), "network": r.Config.Network, "shape": r.Config.Shape}
	for name, value := range map[string]any{"at": at, "classes": t.Classes, "image": n.Image, "mean": r.data.Mean, "std": r.data.Std, "width": r.Config.Width} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		metadata[name] = string(text)
	}
	return torch.Write(n, mixed(rows, at), batches, metadata)
}

// counted counts the batches that are asked for.
func counted(batches iter.Seq2[subspace.Batch, error], n *int) iter.Seq2[subspace.Batch, error] {
	return func(yield func(subspace.Batch, error) bool) {
		for b, err := range batches {
			*n++
			if !yield(b, err) {
				return
			}
		}
	}
}

// mixed is the point Σ cᵢθᵢ of endpoints [m][P]; at an endpoint that endpoint, bit for bit.
func mixed(endpoints [][]float32, at subspace.Weights) []float32 {
	for i, c := range at {
		if c == 1 && slices.Equal(at, subspace.Endpoint(i, len(at))) {
			return endpoints[i]
		}
	}
	out := make([]float32, len(endpoints[0]))
	for k := range out {
		sum := 0.0
		for i, c := range at {
			if c != 0 {
				sum += c * float64(endpoints[i][k])
			}
		}
		out[k] = float32(sum)
	}
	return out
}
