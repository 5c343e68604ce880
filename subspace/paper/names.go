package paper

import (
	"fmt"
	"reflect"
	"strings"

	"gosubspace/subspace/experiment"
)

// Standard is the name of standard training in figures and tables.
const Standard = standard

// ShapeName is how figures, tables and messages write a shape that flags and runs call,
// for example, layerwise-line or bezier: layer-wise line, Bézier curve.
func ShapeName(shape string) string {
	name, layerwise := strings.CutPrefix(shape, "layerwise-")
	if name == "bezier" {
		name = "Bézier curve"
	}
	if layerwise {
		name = "layer-wise " + name
	}
	return name
}

// MethodName is how figures and tables write the shape of a configuration.
func MethodName(c experiment.Config) string { return ShapeName(c.Shape) }

// Names returns how figures and tables write configurations beside each other: by
// their shapes, and where two have one shape by what differs between them too, but for
// the seed: "line, epochs 50" and "line, epochs 200".
func Names(configs ...experiment.Config) []string {
	names := make([]string, len(configs))
	for i, c := range configs {
		names[i] = MethodName(c)
		for f := range reflect.TypeFor[experiment.Config]().NumField() {
			field := reflect.TypeFor[experiment.Config]().Field(f)
			value := reflect.ValueOf(c).Field(f)
			if field.Name == "Seed" || value.IsZero() || !differs(configs, c.Shape, f) {
				continue
			}
			word, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			names[i] += ", " + strings.ReplaceAll(word, "_", " ")
			if value.Kind() != reflect.Bool {
				names[i] += fmt.Sprintf(" %v", value)
			}
		}
	}
	return names
}

// differs reports whether a field is not the same in all configurations of a shape.
func differs(configs []experiment.Config, shape string, field int) bool {
	var first any
	for _, c := range configs {
		if c.Shape != shape {
			continue
		}
		value := reflect.ValueOf(c).Field(field).Interface()
		if first == nil {
			first = value
		} else if first != value {
			return true
		}
	}
	return false
}
