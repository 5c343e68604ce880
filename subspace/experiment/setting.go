package experiment

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Setting is a field of a [Config] by its name in config.json, with its value as text.
type Setting struct{ Name, Value string }

// String is the setting in words: label_smoothing 0.1.
func (s Setting) String() string { return s.Name + " " + s.Value }

// Settings returns all settings of c, in their order in [Config]; those that are none
// are "none".
func (c Config) Settings() (all []Setting) {
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		all = append(all, Setting{name, settingText(v.Field(i))})
	}
	return all
}

func settingText(v reflect.Value) string {
	if v.Kind() == reflect.Struct { // augment
		var parts []string
		for i := range v.NumField() {
			parts = append(parts, v.Type().Field(i).Tag.Get("json")+"="+settingText(v.Field(i)))
		}
		return strings.Join(parts, ",")
	}
	if v.Kind() == reflect.Float64 {
		return strconv.FormatFloat(v.Float(), 'g', 10, 64) // 0.6, and not 0.6000000000000001
	}
	if text := fmt.Sprint(v.Interface()); text != "" {
		return text
	}
	return "none"
}

// Differs returns the settings of c in which it differs from another.
func (c Config) Differs(from Config) (differ []Setting) {
	a, b := reflect.ValueOf(c), reflect.ValueOf(from)
	for i, s := range c.Settings() {
		if a.Field(i).Interface() != b.Field(i).Interface() {
			differ = append(differ, s)
		}
	}
	return differ
}

// Presets returns the names of the presets, the smallest first, the paper's setting last.
func Presets() (names []string) {
	for _, p := range presets {
		names = append(names, p.name)
	}
	return names
}

// Nearest returns the preset from which c differs in the fewest settings, and those;
// shape and seed, which every preset is made with, are not counted.
func (c Config) Nearest() (preset string, differ []Setting) {
	for i, p := range presets {
		if d := c.Differs(p.make().With(c.Shape, c.Seed)); i == 0 || len(d) < len(differ) {
			preset, differ = p.name, d
		}
	}
	return preset, differ
}
