package torch_test

import (
	"math"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"gosubspace/subspace"
	"gosubspace/subspace/internal/safetensors"
	"gosubspace/subspace/network"
	"gosubspace/subspace/torch"
)

// changed is a file of PyTorch's with other tensors.
func changed(t *testing.T, path string, change func(a *subspace.Array) (keep bool), more ...subspace.Array) []byte {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	arrays, _, err := safetensors.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept []subspace.Array
	for _, a := range arrays {
		if change(&a) {
			kept = append(kept, a)
		}
	}
	file, err = safetensors.Encode(append(kept, more...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// says sees that an error is a line with all of some words.
func says(t *testing.T, what string, err error, words ...string) {
	t.Helper()
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: %v, want an error of one line", what, err)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s: it says %q, want %q", what, err, word)
		}
	}
}

// What does not fit is named, all of it at once.
func TestMisfits(t *testing.T) {
	_, n := space(t, network.CNN(10, 4))
	const path = "testdata/cnn.safetensors"
	all := func(*subspace.Array) bool { return true }
	extra := subspace.Array{Name: "auxiliary.weight", DType: dtypes.Float32, Dims: []int{1}, Bytes: make([]byte, 4)}
	_, _, err := torch.Read(changed(t, path, func(a *subspace.Array) bool {
		switch a.Name {
		case "conv2.weight":
			a.Dims = []int{4, 8, 3, 3} // the right bytes, the wrong way round
		case "bn1.running_var":
			a.DType = dtypes.Int32
		case "bn2.weight":
			copy(a.Bytes, "\x00\x00\xc0\x7f")
		}
		return a.Name != "conv1.weight" && a.Name != "bn3.bias"
	}, extra), n)
	says(t, "five things at once", err, "it lacks conv1.weight, bn3.bias", "the network has no auxiliary.weight",
		"conv2.weight is [4 8 3 3], want [8 4 3 3]", "bn1.running_var is of Int32", "bn2.weight has a value NaN")

	// What is not needed: a count of steps, and what a mapping ignores. A 1×1 convolution is
	// a linear layer.
	n.Mapping.Ignore = []string{"auxiliary.weight"}
	if _, _, err := torch.Read(changed(t, path, func(a *subspace.Array) bool {
		if a.Name == "fc.weight" {
			a.Dims = append(a.Dims, 1, 1)
		}
		return !strings.HasSuffix(a.Name, "num_batches_tracked")
	}, extra), n); err != nil {
		t.Error(err)
	}
	n.Mapping.Ignore = nil

	_, _, err = torch.Read(changed(t, "testdata/cresnet20.safetensors", all), n)
	says(t, "another kind of network", err, "it lacks ", "conv2.weight", "the network has no ", "layer1.0.conv1.weight", "it is of another network")
	_, _, err = torch.Read(changed(t, "testdata/mlp.safetensors", all), n)
	says(t, "another kind of network", err, "the network has no fc.bias, fc1.bias, fc1.weight", "fc.weight is [10 16], want [10 8]")

	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, length := range []int{0, 7, 8, 100, len(file) - 1} {
		_, _, err = torch.Read(file[:length], n)
		says(t, "cut short", err, "cut short")
	}
}

// PyTorch's own files are refused with the line that makes safetensors files of them.
func TestPickles(t *testing.T) {
	for path, content := range map[string]string{"a.pt": "PK\x03\x04…", "old.pth": "\x80\x02}…", "pytorch_model.bin": "PK\x03\x04"} {
		says(t, path, torch.CheckFile(path, []byte(content)), "pickle", "python -c", "weights_only=True", "'"+path+"'", ".safetensors'")
	}
	// The line is for a shell, whatever characters the path has.
	if sh, err := exec.LookPath("sh"); err == nil {
		for _, path := range []string{"/home/o'neil/net.pt", "$HOME/`a` \"b\".pt", "-x.pt"} {
			err := torch.CheckFile(path, []byte("PK\x03\x04"))
			_, line, _ := strings.Cut(err.Error(), "with python")
			said, err := exec.Command(sh, "-c", `python() { printf '%s\n' "$@"; }; python`+line).Output()
			want := path + "\n" + strings.TrimSuffix(path, ".pt") + ".safetensors\n"
			if err != nil || !strings.HasPrefix(string(said), "-c\nimport sys, torch") || !strings.HasSuffix(string(said), "\n"+want) {
				t.Errorf("%s: a shell makes of it %q, %v", path, said, err)
			}
		}
	}
	file, err := os.ReadFile("testdata/cnn.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if err := torch.CheckFile("net.npz", []byte("PK\x03\x04")); err == nil || strings.Contains(err.Error(), "pickle") {
		t.Errorf("NumPy's file: %v", err)
	}
	if err := torch.CheckFile("cnn.pt", file); err != nil {
		t.Error(err)
	}
}

// A mapping names tensors that are called otherwise, and is refused where it cannot be
// meant.
func TestMapping(t *testing.T) {
	_, n := space(t, network.CNN(10, 4))
	rename := func(a *subspace.Array) bool { a.Name = "module." + a.Name; return true }
	file := changed(t, "testdata/cnn.safetensors", func(a *subspace.Array) bool {
		return !strings.HasSuffix(a.Name, "tracked") && rename(a)
	})
	_, _, err := torch.Read(file, n)
	says(t, "other names", err, "it lacks conv1.weight", "has no module.bn1.bias", "a mapping names tensors")
	var lines []string
	for path, name := range map[string]string{
		"conv1/weights": "conv1.weight", "conv2/weights": "conv2.weight", "conv3/weights": "conv3.weight", "head/weights": "fc.weight",
		"norm1/scale": "bn1.weight", "norm1/shift": "bn1.bias", "norm1/mean": "bn1.running_mean", "norm1/variance": "bn1.running_var",
		"norm2/scale": "bn2.weight", "norm2/shift": "bn2.bias", "norm2/mean": "bn2.running_mean", "norm2/variance": "bn2.running_var",
		"norm3/scale": "bn3.weight", "norm3/shift": "bn3.bias", "norm3/mean": "bn3.running_mean", "norm3/variance": "bn3.running_var",
	} {
		lines = append(lines, `"`+path+`": {"tensor": "module.`+name+`"}`)
	}
	m, err := torch.ParseMapping([]byte(`{"tensors": {` + strings.Join(lines, ", ") + `}}`))
	if err != nil {
		t.Fatal(err)
	}
	n.Mapping = m
	if _, _, err := torch.Read(file, n); err != nil {
		t.Error(err)
	}

	for text, want := range map[string]string{
		``:                                        "no mapping: EOF",
		`{"tensors": {"a": "x"}} {}`:              "stands behind its end",
		`{"tensor": {"a": "x"}}`:                  `unknown field "tensor"`,
		`{"tensors": {"a": {"name": "x"}}}`:       `unknown field "name"`,
		`{"tensors": {"a": "x", "b": "x"}}`:       "x is used twice, for a and b",
		`{"tensors": {"a": ""}}`:                  "a has no tensor",
		`{"tensors": {"a": "x"}, "ignore":["x"]}`: "x is ignored, and used for a",
		`{"tensors": {"a": {"tensor": "x", "flatten": [0, 1, 2]}}}`: "a flattens [0 1 2]",
	} {
		_, err := torch.ParseMapping([]byte(text))
		says(t, text, err, want)
	}
	for text, want := range map[string]string{
		`{"tensors": {"conv9/weights": "x"}}`:                                  "the network has no conv9/weights: it has conv1/weights, ",
		`{"tensors": {"conv1/weights": "conv2.weight"}}`:                       "conv2.weight is used twice, for conv1/weights and conv2/weights",
		`{"tensors": {"head/weights": {"tensor": "x", "flatten": [2, 2, 3]}}}`: "head/weights of [1 1 8 10] does not see [2 2 3] flattened",
	} {
		if n.Mapping, err = torch.ParseMapping([]byte(text)); err != nil {
			t.Fatal(err)
		}
		_, _, err := torch.Read(file, n)
		says(t, text, err, want)
	}
}

// A dense layer that sees an image flattened takes it pixel by pixel here and channel by
// channel in PyTorch.
func TestFlatten(t *testing.T) {
	const height, width, channels, out = 2, 3, 4, 5
	n := torch.Network{Image: [3]int{height, width, channels}, Layout: subspace.Layout{Size: height * width * channels * out,
		Weights: []subspace.Weight{{Path: "dense1/weights", Dims: []int{height * width * channels, out}, Size: height * width * channels * out}}}}
	weights := make([]float32, n.Layout.Size)
	for i := range weights {
		weights[i] = float32(math.Sin(float64(i)))
	}
	file, err := torch.Write(n, weights, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	arrays, _, err := safetensors.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	there, err := torch.Floats(arrays[0])
	if err != nil {
		t.Fatal(err)
	}
	for y := range height {
		for x := range width {
			for c := range channels {
				for o := range out {
					here := weights[((y*width+x)*channels+c)*out+o]
					if got := there[o*height*width*channels+(c*height+y)*width+x]; got != here {
						t.Fatalf("pixel %d, %d, channel %d, unit %d: %v, want %v", y, x, c, o, got, here)
					}
				}
			}
		}
	}
	// Another layer that sees something flattened says so in the mapping.
	n.Layout.Weights[0].Path, n.Image = "deep/weights", [3]int{1, 1, 1}
	n.Mapping.Tensors = map[string]torch.Tensor{"deep/weights": {Name: "fc1.weight", Flatten: [3]int{height, width, channels}}}
	again, _, err := torch.Read(file, n)
	if err != nil {
		t.Fatal(err)
	}
	for i := range weights {
		if again[i] != weights[i] {
			t.Fatalf("weight %d is %v, was %v", i, again[i], weights[i])
		}
	}
}

func FuzzParseMapping(f *testing.F) {
	f.Add([]byte(`{"tensors": {"a/weights": "x", "b/weights": {"tensor": "y", "flatten": [1, 2, 3]}}, "ignore": ["z"]}`))
	f.Add([]byte(`{"tensors": {"a/weights": {"tensor": "y", "flatten": [1, 2, 3]}}}`))
	f.Add([]byte(`{"tensors": {"a": null}}`))
	f.Add([]byte(`[]`))
	n := torch.Network{Layout: subspace.Layout{Size: 6, Weights: []subspace.Weight{{Path: "a/weights", Dims: []int{6, 1}, Size: 6}}}}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := torch.ParseMapping(text)
		if err != nil {
			return
		}
		n.Mapping = m
		weights := []float32{0, 1, 2, 3, 4, 5}
		if file, err := torch.Write(n, weights, 1, nil); err == nil {
			if back, _, err := torch.Read(file, n); err != nil || !slices.Equal(back, weights) {
				t.Errorf("written, and read as %v, %v", back, err)
			}
		}
	})
}

// Whatever a file is, it is an error or a network.
func FuzzRead(f *testing.F) {
	file, err := os.ReadFile("testdata/mlp.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add(file[:len(file)-9])
	_, n := space(f, network.MLP(10, 16))
	f.Fuzz(func(t *testing.T, file []byte) {
		weights, buffers, err := torch.Read(file, n)
		if err != nil {
			return
		}
		if len(weights) != n.Layout.Size {
			t.Fatalf("%d weights of %d", len(weights), n.Layout.Size)
		}
		same := n
		same.Buffers = buffers
		again, err := torch.Write(same, weights, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if back, _, err := torch.Read(again, n); err != nil || !slices.Equal(back, weights) {
			t.Errorf("read and written, but not read as the same: %v", err)
		}
	})
}

// What has no outputs of its own keeps its order, and scopes keep their names where two
// would be one in PyTorch.
func TestOwnNetworks(t *testing.T) {
	weight := func(path string, offset int, dims ...int) subspace.Weight {
		size := 1
		for _, n := range dims {
			size *= n
		}
		return subspace.Weight{Path: path, Dims: dims, Offset: offset, Size: size}
	}
	n := torch.Network{Layout: subspace.Layout{Size: 4 + 4 + 2 + 2 + 2 + 2, Weights: []subspace.Weight{
		weight("tokens/embeddings", 0, 2, 2), weight("dense1/weights", 4, 2, 2), weight("dense1/biases", 8, 2),
		weight("fc1/biases", 10, 2), weight("block0/norm/gain", 12, 2), weight("block0/norm/offset", 14, 2)}}}
	weights := make([]float32, 16)
	for i := range weights {
		weights[i] = float32(i)
	}
	file, err := torch.Write(n, weights, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	arrays, _, err := safetensors.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]float32{}
	for _, a := range arrays {
		if got[a.Name], err = torch.Floats(a); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string][]float32{
		"tokens.weight": {0, 1, 2, 3}, "dense1.weight": {4, 6, 5, 7}, "dense1.bias": {8, 9}, "fc1.bias": {10, 11},
		"block0.norm.weight": {12, 13}, "block0.norm.bias": {14, 15},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("written is %v, want %v", got, want)
	}
	back, _, err := torch.Read(file, n)
	if err != nil || !slices.Equal(back, weights) {
		t.Errorf("read are %v, %v, want what was written", back, err)
	}
	_, err = torch.Write(n, weights[:15], 1, nil)
	says(t, "a weight is missing", err, "15 weights", "has 16")
}

// An editor may begin the file of a mapping with a byte-order mark.
func TestMappingWithMark(t *testing.T) {
	m, err := torch.ParseMapping([]byte("\ufeff" + `{"tensors": {"a/weights": "x"}}`))
	if err != nil || m.Tensors["a/weights"].Name != "x" {
		t.Errorf("%+v, %v", m, err)
	}
}
