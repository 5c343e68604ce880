package torch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// A Mapping says where the variables of a network lie in a state_dict that calls them
// otherwise than [Name], as a file of JSON:
//
//	{
//	  "tensors": {
//	    "conv/weights": "features.0.weight",
//	    "dense/weights": {"tensor": "classifier.weight", "flatten": [4, 4, 32]}
//	  },
//	  "ignore": ["auxiliary.weight", "auxiliary.bias"]
//	}
//
// The zero value leaves every name as it is.
type Mapping struct {
	// Tensors are by the path of the variable in the network, as endpoints.safetensors
	// has it. What is not named here keeps its name.
	Tensors map[string]Tensor `json:"tensors"`
	// Ignore are tensors of the state_dict that the network does without.
	Ignore []string `json:"ignore,omitempty"`
}

// Tensor is where a variable lies. In JSON it may be the name alone.
type Tensor struct {
	Name string `json:"tensor"`
	// Flatten is height, width and channels of what a dense layer sees flattened, where it
	// does. PyTorch flattens channel by channel, GoMLX pixel by pixel. A network that begins
	// with a dense layer sees the image, and need not say so.
	Flatten [3]int `json:"flatten,omitzero"`
}

// UnmarshalJSON reads a name, or a name with what else there is to say.
func (t *Tensor) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, &t.Name) == nil {
		return nil
	}
	type plain Tensor
	return strictly(text, (*plain)(t))
}

// strictly reads JSON that has no other fields, and nothing behind it.
func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind its end")
	}
	return nil
}

// ReadMapping reads the file of a mapping, see [ParseMapping]; "" is the mapping that leaves
// every name as it is.
func ReadMapping(path string) (m Mapping, err error) {
	if path == "" {
		return m, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	if m, err = ParseMapping(text); err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// ParseMapping reads a mapping, and finds what no network could do with: tensors that are
// used twice, or used and ignored, and what is empty.
func ParseMapping(text []byte) (m Mapping, err error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // a byte-order mark, which some editors write
	if err := strictly(text, &m); err != nil {
		return m, fmt.Errorf(`no mapping: %w; want {"tensors": {"PATH": "NAME"}}`, err)
	}
	var wrong []string
	used := map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(m.Tensors)) {
		t := m.Tensors[path]
		switch first, twice := used[t.Name]; {
		case t.Name == "":
			wrong = append(wrong, fmt.Sprintf("%s has no tensor", path))
		case twice:
			wrong = append(wrong, fmt.Sprintf("%s is used twice, for %s and %s", t.Name, first, path))
		}
		if f := t.Flatten; f != ([3]int{}) && min(f[0], f[1], f[2]) < 1 {
			wrong = append(wrong, fmt.Sprintf("%s flattens %v: want height, width and channels", path, f))
		}
		used[t.Name] = path
	}
	for _, name := range m.Ignore {
		if path, too := used[name]; too {
			wrong = append(wrong, fmt.Sprintf("%s is ignored, and used for %s", name, path))
		}
	}
	if len(wrong) > 0 {
		return m, fmt.Errorf("the mapping cannot be used: %s", strings.Join(wrong, "; "))
	}
	return m, nil
}
