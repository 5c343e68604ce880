package paper

import (
	"fmt"
	"slices"

	"gosubspace/subspace/experiment"
)

// PresetRuns are the recorded runs of a preset.
type PresetRuns struct {
	Preset  string
	Figures []RecordedRuns // all of the paper's, in their order
}

// ReadPresets returns the recorded runs of every preset that any is recorded of, the
// paper's setting first, then the larger preset before the smaller.
func ReadPresets(rec experiment.Record) (all []PresetRuns, err error) {
	names := experiment.Presets()
	slices.Reverse(names)
	for _, name := range names {
		base, err := experiment.Preset(name)
		if err != nil {
			return nil, err
		}
		figures, err := ReadFigures(rec, base, "-preset "+name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(figures, func(f RecordedRuns) bool { return len(f.Rows) > 0 }) {
			all = append(all, PresetRuns{name, figures})
		}
	}
	return all, nil
}

// ClaimsTables returns the table of claims of each preset that tells of any, under its name.
func ClaimsTables(all []PresetRuns) string {
	text := ""
	for _, p := range all {
		if slices.ContainsFunc(p.Figures, RecordedRuns.told) {
			text += fmt.Sprintf("With the preset `%s`:\n\n%s\n", p.Preset, ClaimsTable(p.Figures))
		}
	}
	if text == "" {
		return noClaims
	}
	return text
}

// told reports whether the runs tell of any claim.
func (f RecordedRuns) told() bool {
	return slices.ContainsFunc(f.Findings(), func(x Finding) bool { return x.Difference.N > 0 })
}
