package paper

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gosubspace/subspace/experiment"
)

// Standard is the name of standard training in figures and tables.
const Standard = "standard"

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

// MethodName is how figures and tables write what a configuration trains: its shape with
// what the paper's methods add to it, "line + label smoothing" (what else tells runs apart
// is for [Names] to say); of standard training what is added alone,
// "dropout"; of networks that were trained apart what is looked at between them; and what
// its relatives make of it, "line, made matched".
func MethodName(c experiment.Config) string {
	name := ShapeName(c.Shape)
	if apart, there := between[c.Shape]; c.Independent && there {
		name = apart
	} else if c.Independent {
		name += " between networks trained apart"
	}
	parts := []string{name}
	for _, a := range additions {
		if a.there(c) {
			parts = append(parts, a.name(c))
		}
	}
	if c.Shape == Standard && len(parts) > 1 {
		parts = parts[1:]
	}
	name = strings.Join(parts, " + ")
	if c.Made != "" {
		name += ", made " + c.Made
	}
	if c.EMA > 0 {
		name += fmt.Sprintf(", ema %v", c.EMA)
	}
	return name
}

// between is what shapes are called where their endpoints were trained apart.
var between = map[string]string{
	"line": "straight between two networks", "bezier": "curve between two networks", "simplex-3": "three networks trained apart",
}

// addition is what a method has besides its shape, by the field of its configuration.
type addition struct {
	field string
	there func(experiment.Config) bool
	name  func(experiment.Config) string
}

var additions = []addition{
	{"Dropout", func(c experiment.Config) bool { return c.Dropout > 0 }, func(experiment.Config) string { return "dropout" }},
	{"Smoothing", func(c experiment.Config) bool { return c.Smoothing > 0 }, func(experiment.Config) string { return "label smoothing" }},
	{"Rho", func(c experiment.Config) bool { return c.Rho > 0 }, func(experiment.Config) string { return "SAM" }},
	{"SWA", func(c experiment.Config) bool { return c.SWA != "" }, func(c experiment.Config) string {
		kind, _, _ := strings.Cut(c.SWA, "-")
		if kind == "snapshots" {
			return "snapshots"
		}
		return "SWA, " + kind + " rate"
	}},
}

// Names returns how figures and tables write configurations beside each other: by
// their methods, and where two have one shape by what else differs between them too, but
// for the seed: "line, epochs 50" and "line, epochs 200".
func Names(configs ...experiment.Config) []string {
	names := make([]string, len(configs))
	for i, c := range configs {
		names[i] = MethodName(c)
		for f := range reflect.TypeFor[experiment.Config]().NumField() {
			field := reflect.TypeFor[experiment.Config]().Field(f)
			value := reflect.ValueOf(c).Field(f)
			word, none, _ := strings.Cut(field.Tag.Get("json"), ",")
			if field.Name == "Seed" || value.IsZero() && none != "" || !differs(configs, c.Shape, f) || told(configs, c, f) {
				continue // "omitempty" are settings whose zero is that there is none
			}
			names[i] += ", " + strings.ReplaceAll(word, "_", " ")
			if value.Kind() != reflect.Bool {
				names[i] += fmt.Sprintf(" %v", value)
			}
		}
	}
	return names
}

// told reports whether the name of c's method tells of a field all that there is to tell:
// that it is set, where no other configuration of the same name has another value.
func told(configs []experiment.Config, c experiment.Config, field int) bool {
	name := reflect.TypeFor[experiment.Config]().Field(field).Name
	if !slices.Contains([]string{"Independent", "Made", "EMA"}, name) && !slices.ContainsFunc(additions, func(a addition) bool { return a.field == name }) {
		return false
	}
	value := reflect.ValueOf(c).Field(field).Interface()
	return !slices.ContainsFunc(configs, func(other experiment.Config) bool {
		return MethodName(other) == MethodName(c) && reflect.ValueOf(other).Field(field).Interface() != value
	})
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

// DataName is how figures write the data of a configuration.
func DataName(c experiment.Config) string {
	name := setName(c)
	if c.WrongLabels > 0 {
		name += fmt.Sprintf(", %.3g %% %s", 100*c.WrongLabels, map[bool]string{false: "wrong labels", true: "labels of any class"}[c.AnyClass])
	}
	return name
}

// setName is how figures write the data set of a configuration, whatever its labels.
func setName(c experiment.Config) string {
	if name, known := dataNames[c.Data]; known {
		return name
	}
	return c.Data
}

var dataNames = map[string]string{"digits": "digits", "cifar10": "CIFAR-10", "tinyimagenet": "TinyImageNet"}

// Titled is the title of a figure of these rows, with their data: "Along the curves
// (CIFAR-10)". Without it figures of two data sets would have one title.
func Titled(title string, all Rows) string {
	for _, runs := range all.runs() {
		return fmt.Sprintf("%s (%s)", title, DataName(runs[0].Config))
	}
	return title
}
