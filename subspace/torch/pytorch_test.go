package torch_test

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/internal/safetensors"
	"gosubspace/subspace/place"
	"gosubspace/subspace/torch"
)

// What is written for PyTorch is loaded there strictly by the module beside it, and gives
// the same logits of 1,000 images of random pixels, to 1e-4 of the largest (1e-4 where that is
// below 1), of every network of the project, batch
// norm re-estimated at the point. Written again by PyTorch every tensor has the same bytes.
//
//	GOSUBSPACE_TORCH=python go test -v -run InPyTorch ./subspace/torch    # torch, torchvision, safetensors
func TestInPyTorch(t *testing.T) {
	python := os.Getenv("GOSUBSPACE_TORCH")
	if python == "" {
		t.Skip("wants a Python with PyTorch, torchvision and safetensors, named by GOSUBSPACE_TORCH")
	}
	ctx := context.Background()
	for _, x := range []struct {
		network      string
		width, shown int
		image        [3]int
		shape        string
	}{
		{"cnn", 4, 1000, [3]int{8, 8, 1}, "line"}, {"mlp", 16, 1000, [3]int{8, 8, 3}, "line"}, {"cresnet20", 8, 1000, [3]int{16, 16, 3}, "line"},
		{"resnet18", 0, 1000, [3]int{32, 32, 3}, "standard"}, {"wideresnet50-2", 0, 1000, [3]int{32, 32, 3}, "standard"},
	} {
		t.Run(x.network, func(t *testing.T) {
			train, test := dataset.Noise(8, x.image, 10), dataset.Noise(x.shown, x.image, 10)
			c := experiment.Quick()
			c.Data, c.TrainImages, c.Batch, c.Epochs, c.Warmup, c.Points, c.TestEvery = "noise", 0, 8, 1, 0, 2, 0
			c.Network, c.Width, c.Shape, c.LearningRate = x.network, x.width, x.shape, 1e-3
			o := experiment.Options{Dir: t.TempDir(), Data: &dataset.Data{Train: train, Test: dataset.Noise(4, x.image, 10),
				Mean: make([]float32, x.image[2]), Std: make([]float32, x.image[2])}}
			for i := range o.Data.Mean {
				o.Data.Mean[i], o.Data.Std[i] = 0.4, 0.25
			}
			run, err := experiment.Train(ctx, c, o)
			if err != nil {
				t.Fatal(err)
			}
			defer run.Close()
			at, dir := subspace.Weights{1}, t.TempDir()
			if x.shape == "line" {
				at = subspace.Line{}.At(0.3)
			}
			path, err := run.WriteWeights(ctx, at, dir, torch.Mapping{})
			if err != nil {
				t.Fatal(err)
			}
			want, err := run.Logits(ctx, at, test)
			if err != nil {
				t.Fatal(err)
			}
			images := make([]float32, len(test.Pixels)) // [n, channels, height, width]
			height, width, channels := x.image[0], x.image[1], x.image[2]
			for i, v := range test.Pixels {
				n, pixel, c := i/(height*width*channels), i/channels%(height*width), i%channels
				images[(n*channels+c)*height*width+pixel] = (float32(v)/255 - 0.4) / 0.25
			}
			got, again := inPyTorch(t, python, dir, path, subspace.Array{Name: "images", DType: dtypes.Float32,
				Dims: []int{x.shown, channels, height, width}, Bytes: bytesOf(images)})
			size := 0.0
			for _, v := range want {
				size = max(size, math.Abs(float64(v)))
			}
			if d := largest(got, want); len(got) != len(want) || !(d < 1e-4*max(1, size)) {
				t.Errorf("%d logits, up to %g, differ by up to %g", len(got), size, d)
			} else {
				t.Logf("%d images, logits up to %.3g differ by up to %.2g", x.shown, size, d)
			}
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			wrote, back := tensorsOf(t, file), tensorsOf(t, again)
			for name, tensor := range wrote {
				if back[name] != tensor {
					t.Errorf("%s is other bytes when PyTorch has written it", name)
				}
			}
			if len(back) != len(wrote) {
				t.Errorf("%d tensors of %d", len(back), len(wrote))
			}
		})
	}
}

// inPyTorch is what the module beside a file makes of images, and the state_dict that
// PyTorch writes of it.
func inPyTorch(t *testing.T, python, dir, path string, images subspace.Array) (logits []float32, again []byte) {
	t.Helper()
	file, err := safetensors.Encode([]subspace.Array{images}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "images"), file, 0o644); err != nil {
		t.Fatal(err)
	}
	modules, _ := place.Glob(dir, "*.py")
	script, err := filepath.Abs("testdata/load.py")
	if err != nil || len(modules) != 1 {
		t.Fatal(modules, err)
	}
	cmd := exec.Command(python, script, modules[0], path)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if again, err = os.ReadFile(filepath.Join(dir, "again")); err != nil {
		t.Fatal(err)
	}
	if file, err = os.ReadFile(filepath.Join(dir, "logits")); err != nil {
		t.Fatal(err)
	}
	arrays, _, err := safetensors.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if logits, err = torch.Floats(arrays[0]); err != nil {
		t.Fatal(err)
	}
	return logits, again
}

func bytesOf(values []float32) []byte {
	bytes, _ := binary.Append(nil, binary.LittleEndian, values)
	return bytes
}
