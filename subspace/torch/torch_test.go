package torch_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/internal/safetensors"
	"gosubspace/subspace/network"
	"gosubspace/subspace/torch"
)

// trained are the networks that testdata/make_golden.py trains.
var trained = []struct {
	name string
	net  subspace.Net
}{
	{"cnn", network.CNN(10, 4)}, {"mlp", network.MLP(10, 16)}, {"cresnet20", network.CResNet20(10, 4)},
}

func open(t testing.TB) compute.Backend {
	t.Helper()
	b, _, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// space is a subspace of one endpoint, and what package torch wants to know of it.
func space(t testing.TB, net subspace.Net) (*subspace.Space, torch.Network) {
	t.Helper()
	s, err := subspace.Blank(open(t), net, [3]int{8, 8, 1}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Finalize)
	buffers, err := s.Buffers()
	if err != nil {
		t.Fatal(err)
	}
	return s, torch.Network{Layout: s.Layout, Buffers: buffers, Image: [3]int{8, 8, 1}}
}

// read reads a file of PyTorch's into a space.
func read(t testing.TB, s *subspace.Space, n *torch.Network, path string) (weights []float32) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if weights, n.Buffers, err = torch.Read(file, *n); err != nil {
		t.Fatal(err)
	}
	if err := s.SetEndpoints([][]float32{weights}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetBuffers(n.Buffers); err != nil {
		t.Fatal(err)
	}
	return weights
}

// shown are the images that PyTorch was shown, in batches.
func shown(t testing.TB) iter.Seq2[subspace.Batch, error] {
	t.Helper()
	digits, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(subspace.Batch, error) bool) {
		for _, set := range []*dataset.Set{digits.Test, digits.Train} {
			for from := 0; from < 500; from += 250 {
				index := make([]int, 250)
				for i := range index {
					index[i] = from + i
				}
				b := subspace.Batch{Images: make([]float32, 250*64), Labels: make([]int32, 250)}
				if err := digits.Fill(b.Images, b.Labels, set, index, dataset.Augment{}, nil); !yield(b, err) {
					return
				}
			}
		}
	}
}

// golden returns an array of PyTorch's logits.
func golden(t testing.TB, network, name string) []float32 {
	t.Helper()
	file, err := os.ReadFile("testdata/" + network + "-logits.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	arrays, _, err := safetensors.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range arrays {
		if a.Name == name {
			values, err := torch.Floats(a)
			if err != nil {
				t.Fatal(err)
			}
			return values
		}
	}
	t.Fatalf("no logits %s of %s", name, network)
	return nil
}

func largest(a, b []float32) (d float64) {
	for i := range b {
		d = max(d, math.Abs(float64(a[i])-float64(b[i])))
	}
	return d
}

// A network that PyTorch trained gives here what it gives there, on 1,000 images, and is
// right about the same ones.
func TestLogitsOfPyTorch(t *testing.T) {
	for _, c := range trained {
		s, n := space(t, c.net)
		read(t, s, &n, "testdata/"+c.name+".safetensors")
		got, labels, err := s.Logits(context.Background(), subspace.Uniform(subspace.Weights{1}, len(s.Layout.Layers)), shown(t))
		if err != nil {
			t.Fatal(err)
		}
		want := golden(t, c.name, "logits")
		if d := largest(got, want); len(got) != 10_000 || len(want) != len(got) || !(d < 1e-4) {
			t.Errorf("%s: %d logits differ from PyTorch's %d by up to %g", c.name, len(got), len(want), d)
		} else {
			t.Logf("%s: 1,000 images, logits differ by up to %.2g", c.name, d)
		}
		for i, label := range labels {
			if (best(got[10*i:]) == label) != (best(want[10*i:]) == label) {
				t.Errorf("%s: image %d", c.name, i)
			}
		}
	}
}

func best(logits []float32) int32 {
	row := logits[:10]
	return int32(slices.Index(row, slices.Max(row)))
}

// Weights in other precisions are read as what they are.
func TestPrecisions(t *testing.T) {
	s, n := space(t, trained[0].net)
	for _, name := range []string{"float16", "bfloat16", "float64"} {
		read(t, s, &n, "testdata/cnn-"+name+".safetensors")
		got, _, err := s.Logits(context.Background(), subspace.Uniform(subspace.Weights{1}, len(s.Layout.Layers)), shown(t))
		if err != nil {
			t.Fatal(err)
		}
		want := golden(t, "cnn", name)
		if d := largest(got, want); len(want) != 1000 || !(d < 1e-4) {
			t.Errorf("%s: logits differ from PyTorch's by up to %g", name, d)
		}
	}
	if a, b := golden(t, "cnn", "logits"), golden(t, "cnn", "bfloat16"); largest(a, b) < 1e-3 {
		t.Error("rounding to bfloat16 changes nothing: the test shows nothing")
	}
}

// From PyTorch to here and back every tensor has the same bytes.
func TestRoundTrip(t *testing.T) {
	for _, c := range trained {
		s, n := space(t, c.net)
		path := "testdata/" + c.name + ".safetensors"
		weights := read(t, s, &n, path)
		back, err := torch.Write(n, weights, 150, map[string]string{"run": "x"})
		if err != nil {
			t.Fatal(err)
		}
		there, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, got := tensorsOf(t, there), tensorsOf(t, back)
		if !maps.Equal(got, want) {
			t.Errorf("%s: tensors\n%.300q\nwere\n%.300q", c.name, got, want)
		}
		again, _, err := torch.Read(back, n)
		if err != nil || !slices.Equal(again, weights) {
			t.Errorf("%s: read again it is another network: %v", c.name, err)
		}
	}
}

// tensorsOf is all of a file but its metadata, by name.
func tensorsOf(t testing.TB, file []byte) map[string]string {
	t.Helper()
	arrays, _, err := safetensors.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, a := range arrays {
		all[a.Name] = fmt.Sprintf("%s %d %s", a.DType, a.Dims, a.Bytes)
	}
	return all
}

// Names and shapes are those of the PyTorch modules, of torchvision's where the network is
// one of theirs.
func TestNames(t *testing.T) {
	want := map[string]map[string]bool{}
	list, err := os.Open("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	for lines := bufio.NewScanner(list); lines.Scan(); {
		name, rest, _ := strings.Cut(lines.Text(), " ")
		if want[name] == nil {
			want[name] = map[string]bool{}
		}
		want[name][strings.ReplaceAll(rest, ",", "")] = true
	}
	for _, c := range []struct {
		name    string
		net     subspace.Net
		image   [3]int
		classes int
	}{
		{"cnn", network.CNN(10, 4), [3]int{8, 8, 1}, 10}, {"mlp", network.MLP(10, 16), [3]int{8, 8, 1}, 10},
		{"cresnet20", network.CResNet20(10, 4), [3]int{8, 8, 1}, 10},
		{"resnet18", network.ResNet18(200), [3]int{64, 64, 3}, 200},
		{"wideresnet50-2", network.WideResNet50x2(1000), [3]int{224, 224, 3}, 1000},
	} {
		got := map[string]bool{}
		for _, name := range torch.NamesOf(t, built(t, c.net, c.image)) {
			got[name] = true
		}
		if !maps.Equal(got, want[c.name]) {
			t.Errorf("%s: here\n%v\nin PyTorch\n%v", c.name, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want[c.name])))
		}
		if file, module, err := torch.Module(c.name); err != nil || bytes.Count(module, []byte("\n")) > 80 || !strings.HasSuffix(file, ".py") {
			t.Errorf("module %s: %d lines, %v", file, bytes.Count(module, []byte("\n")), err)
		}
	}
	if _, _, err := torch.Module("mine"); err == nil || !strings.Contains(err.Error(), `no PyTorch module of the network "mine"`) {
		t.Error(err)
	}
}

// built is a network's variables without their values, for networks that are large.
func built(t *testing.T, net subspace.Net, image [3]int) (n torch.Network) {
	t.Helper()
	store := model.NewStore()
	g := graph.NewGraph(open(t), "names")
	defer g.Finalize()
	x := graph.Parameter(g, "images", shapes.Make(dtypes.Float32, 2, image[0], image[1], image[2]))
	net(store.RootScope(), x)
	n.Image = image
	for v := range store.IterVariables() {
		if v.Trainable {
			n.Layout.Weights = append(n.Layout.Weights, subspace.Weight{Path: strings.TrimPrefix(v.Path(), "/"), Dims: v.Shape().Dimensions})
		} else {
			n.Buffers = append(n.Buffers, subspace.Array{Name: v.Path(), DType: v.DType(), Dims: v.Shape().Dimensions})
		}
	}
	return n
}
