// Package torch carries networks to PyTorch and back, as safetensors files of state_dicts.
//
// A file that [Write] makes is what PyTorch's load_state_dict(strict=True) takes: kernels
// [out, in, height, width], dense weights [out, in], and for each batch norm weight, bias,
// running_mean, running_var and num_batches_tracked. [Name] says what a variable is called
// there, [Module] is the PyTorch module of one of the project's networks. [Read] takes the
// state_dict of a network that was trained in PyTorch; a [Mapping] names the tensors of
// one that calls them otherwise.
//
// What is called weights is taken for a kernel [height, width, in, out], or [width, in, out],
// or for dense weights [in, out], and turned over; all else stays as it is. GoMLX's kernels
// with channels first, its dense layers with outputs first, and those with several axes of
// outputs are none of these, and are not carried over.
package torch

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// What scopes are called in PyTorch, as in torchvision's residual networks.
var scopes = []struct {
	is   *regexp.Regexp
	name func(m []string) string
}{
	{regexp.MustCompile(`^stem$`), as("conv1")},
	{regexp.MustCompile(`^stem_norm$`), as("bn1")},
	{regexp.MustCompile(`^head$`), as("fc")},
	{regexp.MustCompile(`^shortcut$`), as("downsample.0")},
	{regexp.MustCompile(`^shortcut_norm$`), as("downsample.1")},
	{regexp.MustCompile(`^stage(\d{1,4})$`), func(m []string) string { return "layer" + m[1] }},
	{regexp.MustCompile(`^block([1-9]\d{0,3})$`), func(m []string) string { // counted from 0
		n, _ := strconv.Atoi(m[1])
		return fmt.Sprint(n - 1)
	}},
	{regexp.MustCompile(`^norm(\d{1,4})$`), func(m []string) string { return "bn" + m[1] }},
	{regexp.MustCompile(`^dense(\d{1,4})$`), func(m []string) string { return "fc" + m[1] }},
}

func as(name string) func([]string) string { return func([]string) string { return name } }

// leaves are what variables are called in PyTorch: those of package network and those of
// GoMLX's layers.
var leaves = map[string]string{
	"weights": "weight", "embeddings": "weight", "biases": "bias",
	"scale": "weight", "gain": "weight", "shift": "bias", "offset": "bias",
	"mean": "running_mean", "variance": "running_var",
}

// Name returns what PyTorch calls the variable of a path, unless a [Mapping] says
// otherwise: stage1/block2/norm1/scale is layer1.1.bn1.weight. Scopes that the project's
// networks do not have keep their names, with points between them; so do those of a network
// that has two which would be called the same.
func Name(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	last := len(parts) - 1
	for i, part := range parts[:last] {
		for _, s := range scopes {
			if m := s.is.FindStringSubmatch(part); m != nil {
				parts[i] = s.name(m)
			}
		}
	}
	if name, known := leaves[parts[last]]; known {
		parts[last] = name
	}
	return strings.Join(parts, ".")
}
